using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Transfer.Tests.EndToEnd.Soak;

/// <summary>The three routes of a relocation.</summary>
internal enum SoakRoute
{
    RegistryToRegistry,
    RegistryToTar,
    TarToRegistry,
}

/// <summary>
/// One relocation under a schedule of faults, and the same again without faults if it failed. Either way the destination is
/// right, byte for byte; a failure has advice and leaves nothing that looks finished.
/// </summary>
internal sealed class SoakRun(
    int seed, SoakRoute route, RegistryFixture source, RegistryFixture destination, TokenServer tokens, SoakTotals totals,
    CancellationToken cancellationToken)
{
    private readonly string _bundle = seed % 2 == 0 ? "simple-app-bundle" : "nested-bundle";
    private readonly bool _keepGoing = seed % 3 == 0;

    // Runs share a registry, which takes long to start, but no repository.
    private string Repository => $"apps/it{seed}";

    public async Task RunAsync()
    {
        source.OnRequest = null;
        source.Clear();
        destination.OnRequest = null;
        destination.Clear();
        using TempFolder folder = new();
        FaultSchedule sourceFaults = new(seed, $"source {route}", tokens.Realm);
        FaultSchedule destinationFaults = new(seed, $"destination {route}", tokens.Realm);
        source.OnRequest = sourceFaults.Choose;
        destination.OnRequest = destinationFaults.Choose;

        TransferResult? result = null;
        Diagnostic? failure = null;
        using (RegistryClient client = Client())
        {
            try
            {
                result = await CopyAsync(client, folder["it.tar"], resume: false);
                failure = result.Failures.FirstOrDefault()?.Problem;
            }
            catch (AirgapException e)
            {
                failure = e.ToDiagnostic();
            }

            totals.Add(client.Statistics.Retries, [.. sourceFaults.Injected, .. destinationFaults.Injected]);
        }

        source.OnRequest = null;
        destination.OnRequest = null;
        if (failure is not null)
        {
            totals.CountFailure(failure.Code);
            AssertSaysWhatToDo(failure);
            await AssertLooksUnfinishedAsync(folder["it.tar"]);
            HashSet<string> finished = FinishedUploads(destination);
            int before = destination.Requests.Count;
            using RegistryClient client = Client();
            result = await CopyAsync(client, folder["it.tar"], resume: true);
            Assert.IsTrue(result.IsComplete);
            string[] again = [.. destination.Requests.Skip(before).Where(IsFinishedUpload).Select(DigestOf).Where(finished.Contains)];
            Assert.IsEmpty(again, "Finished blobs were sent again.");
        }

        await AssertFinishedAsync(folder["it.tar"]);
        long size = result!.Blobs.Sum(blob => blob.Descriptor.Size);
        long moved = route == SoakRoute.RegistryToTar
            ? source.Of(RequestKind.BlobGet).Sum(request => request.ResponseBytes)
            : destination.Requests.Where(request => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch)
            .Sum(request => request.RequestBytes);
        totals.CountBytes(size, Math.Max(0, moved - size));
    }

    private RegistryClient Client() => new(
        new RegistryOptions
        {
            ResponseHeaderTimeout = TimeSpan.FromSeconds(60),
            RetryDelay = TimeSpan.FromMilliseconds(1),
            LoadWait = TimeSpan.Zero,
            MapEndpoint = (host, port) => host == "registry.local" ? ("127.0.0.1", source.Port) : (host, port),
        },
        CredentialSources.CreateDefault(new CredentialOptions { Environment = new Dictionary<string, string>() }));

    private async Task<TransferResult> CopyAsync(RegistryClient client, string tar, bool resume)
    {
        RelocationSource from = route == SoakRoute.TarToRegistry
            ? new RelocationSource.Archive(Fixtures.Golden($"{_bundle}.tar"))
            : new RelocationSource.Bundle(Oci.Naming.ImageReference.Parse($"{Fixtures.Registry}/user1/{_bundle}:v1.0.0"));
        RelocationDestination to = route == SoakRoute.RegistryToTar
            ? new RelocationDestination.Archive(tar)
            : new RelocationDestination.Repository(Oci.Naming.RepositoryName.Parse($"{destination.Host}/{Repository}"));
        Relocator relocator = new(client);
        PlanOptions options = new()
        {
            EmbedConfigs = route == SoakRoute.RegistryToTar,
            Destination = (to as RelocationDestination.Repository)?.Name,
            EarlierArchive = resume ? (to as RelocationDestination.Archive)?.Path : null,
            KeepGoing = _keepGoing,
        };
        TransferPlan plan = await relocator.PlanAsync(from, options, cancellationToken);
        return await relocator.RunAsync(
            plan, to, new TransferOptions
            {
                Resume = resume && route == SoakRoute.RegistryToTar,
                KeepGoing = _keepGoing
            }, cancellationToken);
    }

    private static void AssertSaysWhatToDo(Diagnostic failure)
    {
        Assert.AreNotEqual(ErrorCode.Unexpected, failure.Code, failure.ToString());
        Assert.IsFalse(string.IsNullOrWhiteSpace(failure.Message));
        Assert.IsFalse(string.IsNullOrWhiteSpace(failure.Advice), failure.ToString());
    }

    private async Task AssertLooksUnfinishedAsync(string tar)
    {
        if (route == SoakRoute.RegistryToTar)
        {
            Assert.IsFalse(File.Exists(tar), "A failed run left an archive.");
            return;
        }

        // If only the last response was lost, everything is there.
        using RegistryContent content = RegistryContent.At(destination.Host);
        if (await content.HasManifestAsync(Repository, "v1.0.0"))
            await AssertGoldenAsync();
    }

    private async Task AssertFinishedAsync(string tar)
    {
        if (route == SoakRoute.RegistryToTar)
            Assert.AreSequenceEqual(
                await File.ReadAllBytesAsync(Fixtures.Golden($"{_bundle}.tar"), cancellationToken),
                await File.ReadAllBytesAsync(tar, cancellationToken));
        else
            await AssertGoldenAsync();
    }

    private async Task AssertGoldenAsync()
    {
        using RegistryContent content = RegistryContent.At(destination.Host);
        List<string> actual = [];
        HashSet<string> verified = [];
        foreach (string tag in await content.TagsAsync(Repository))
        {
            actual.Add($"{tag} {(await content.ManifestAsync(Repository, tag)).Digest}");
            await content.AssertCompleteAsync(Repository, tag, verified);
        }

        string[] golden = await File.ReadAllLinesAsync(Fixtures.Golden($"{_bundle}.mirror-tags.txt"), cancellationToken);
        Assert.AreSequenceEqual(golden, actual.Order(StringComparer.Ordinal).ToArray());
    }

    private static HashSet<string> FinishedUploads(RegistryFixture registry) =>
        [.. registry.Requests.Where(IsFinishedUpload).Select(DigestOf)];

    private static bool IsFinishedUpload(RecordedRequest request) => request is { Kind: RequestKind.UploadPut, Status: 201 };

    private static string DigestOf(RecordedRequest request) =>
        Uri.UnescapeDataString(request.Query[request.Query.IndexOf("digest=", StringComparison.Ordinal)..]);
}
