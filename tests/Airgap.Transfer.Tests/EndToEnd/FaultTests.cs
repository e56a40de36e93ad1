using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>Every guarantee against loss, with the fault that would break it.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class FaultTests : WireTestBase
{
    private const string Layer = "sha256:3ca7d6f29e38e489213d5ef50fd7361eb9851e362e46a9821f4a588fb3de9532";

    [TestMethod]
    public async Task EveryBlobCutOnceAndEveryUploadDroppedOnceStillArrives()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        Once(source, RequestKind.BlobGet, () => Fault.CutBody(100));
        Once(destination, RequestKind.UploadPut, Fault.Drop);
        using RegistryClient client = Client(source, retries: 6);
        await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        await AssertGoldenAsync(destination.Host, "apps/it", "simple-app-bundle");
        Assert.IsGreaterThan(5, client.Statistics.Retries);
    }

    [TestMethod]
    public async Task PassingFailuresOfEveryRequestAreTriedAgain()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        foreach (RegistryFixture registry in new[] { source, destination })
        {
            HashSet<string> failed = [];
            registry.OnRequest = (request, _) =>
            {
                lock (failed)
                    return failed.Add($"{request.Method} {(request.Kind == RequestKind.UploadPut ? request.Query : request.PathAndQuery)}")
                        ? Fault.Status(503) : null;
            };
        }

        using RegistryClient client = Client(source, retries: 8);
        await CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"));
        destination.OnRequest = null;
        await AssertGoldenAsync(destination.Host, "apps/it", "nested-bundle");
    }

    [TestMethod]
    public async Task BytesThatLieNeverArrive()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        source.OnRequest = (request, _) => request.Kind == RequestKind.BlobGet && request.Reference == Layer
            ? Fault.CorruptBody(1000) : null;
        using RegistryClient client = Client(source);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it")));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code, e.Message);
        Assert.Contains(Layer, e.Message);
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.IsFalse(await content.HasBlobAsync("apps/it", Layer), "the upload was never completed");
        Assert.IsFalse(await content.HasManifestAsync("apps/it", "v1.0.0"));

        using TempFolder folder = new();
        e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), new RelocationDestination.Archive(folder["a.tar"])));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code, e.Message);
        Assert.IsFalse(File.Exists(folder["a.tar"]));
    }

    [TestMethod]
    [DataRow(401, ErrorCode.Unauthorized)]
    [DataRow(403, ErrorCode.Forbidden)]
    [DataRow(400, ErrorCode.RegistryRefused)]
    [DataRow(500, ErrorCode.RegistryFailed)]
    [DataRow(429, ErrorCode.TooManyRequests)]
    public async Task ADestinationThatRefusesIsNamedAndHasNoTag(int status, ErrorCode code)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = (request, _) => request.Kind is RequestKind.ManifestPut ? Fault.Status(status) : null;
        using RegistryClient client = Client(source, retries: 2);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it")));
        Assert.AreEqual(code, e.Code, e.Message);
        Assert.Contains(destination.Host, e.Message);
        Assert.IsFalse(string.IsNullOrWhiteSpace(e.Advice));
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.IsFalse(await content.HasManifestAsync("apps/it", "v1.0.0"));
    }

    [TestMethod]
    public async Task ARegistryThatDoesNotListTagsIsAskedForEachManifest()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        destination.OnRequest = (request, _) => request.Kind == RequestKind.TagsList ? Fault.Status(403) : null;
        using RegistryClient client = Client(source);
        await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        TransferResult second = await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        Assert.IsTrue(second.IsUpToDate);
    }

    [TestMethod]
    public async Task AnUnknownTagIsToldInTheRegistrysOwnWords()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyAsync(
            client, new RelocationSource.Bundle(
                Airgap.Oci.Naming.ImageReference.Parse($"{Fixtures.Registry}/user1/simple-app-bundle:nope")),
                Repository("127.0.0.1:9", "apps/it")));
        Assert.AreEqual(ErrorCode.ManifestUnknown, e.Code, e.Message);
        Assert.Contains("GET http://registry.local:5055/v2/user1/simple-app-bundle/manifests/nope: MANIFEST_UNKNOWN: ", e.Message);
    }

    [TestMethod]
    public async Task AnUnreachableSourceIsNamed()
    {
        RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client = Client(source, retries: 1);
        await source.DisposeAsync();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), Repository("127.0.0.1:9", "apps/it")));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code, e.Message);
        Assert.Contains("registry.local:5055", e.Message);
    }

    private static void Once(RegistryFixture registry, RequestKind kind, Func<Fault> fault)
    {
        HashSet<string> failed = [];
        registry.OnRequest = (request, _) =>
        {
            string key = request.Kind == RequestKind.UploadPut ? request.Query : request.Reference;
            lock (failed)
                return request.Kind == kind && failed.Add(Digest(key)) ? fault() : null;
        };

        static string Digest(string text) =>
            text.Contains("digest=", StringComparison.Ordinal) ? text[text.IndexOf("digest=", StringComparison.Ordinal)..] : text;
    }
}
