using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>The whole core over HTTP: the fixtures' registry as the source, another as the destination, and no fakes in between.</summary>
public abstract class WireTestBase
{
    public TestContext TestContext { get; set; } = null!;

    protected CancellationToken Token => TestContext.CancellationToken;

    protected static RelocationSource BundleSource(string name) =>
        new RelocationSource.Bundle(ImageReference.Parse($"{Fixtures.Registry}/user1/{name}:v1.0.0"));

    /// <summary>A client for which <c>registry.local:5055</c> is the given fixture.</summary>
    protected static RegistryClient Client(
        RegistryFixture source, int retries = 5, TimeSpan? headerTimeout = null, (string User, string Password)? login = null) => new(
        new RegistryOptions
        {
            RetryCount = retries,
            LoadWait = TimeSpan.Zero,
            ResponseHeaderTimeout = headerTimeout ?? TimeSpan.FromSeconds(60),
            MapEndpoint = (host, port) => host == "registry.local" ? ("127.0.0.1", source.Port) : (host, port),
        },
        CredentialSources.CreateDefault(new CredentialOptions
        {
            UserName = login?.User,
            Password = login?.Password,
            Environment = new Dictionary<string, string>(),
        }));

    protected async Task<TransferResult> CopyAsync(
        IRegistry client, RelocationSource source, RelocationDestination destination, PlanOptions? plan = null,
        TransferOptions? transfer = null, ITransferObserver? observer = null)
    {
        Relocator relocator = new(client, observer);
        TransferPlan made = await relocator.PlanAsync(
            source, (plan ?? new()) with
            {
                EmbedConfigs = destination is RelocationDestination.Archive,
                Destination = (destination as RelocationDestination.Repository)?.Name,
                EarlierArchive = transfer?.Resume == true ? (destination as RelocationDestination.Archive)?.Path : null
            }, Token);
        return await relocator.RunAsync(made, destination, transfer ?? new(), Token);
    }

    /// <summary>As <see cref="CopyAsync"/>, by a run that nothing can forbid after its plan: it opens uploads meanwhile.</summary>
    protected async Task<TransferResult> CopyAheadAsync(
        IRegistry client, RelocationSource source, RelocationDestination destination, PlanOptions? plan = null,
        TransferOptions? transfer = null, ITransferObserver? observer = null)
    {
        await using UploadsAhead ahead = new();
        return await CopyAsync(client, source, destination, (plan ?? new()) with { UploadsAhead = ahead }, transfer, observer);
    }

    protected static RelocationDestination Repository(string host, string path) =>
        new RelocationDestination.Repository(RepositoryName.Parse($"{host}/{path}"));

    /// <summary>
    /// Every tag of a repository resolves to the golden digest and is complete, by a reader that shares no code with the product.
    /// </summary>
    protected static async Task AssertGoldenAsync(string host, string repository, string bundle)
    {
        using RegistryContent content = RegistryContent.At(host);
        string[] golden = await File.ReadAllLinesAsync(Fixtures.Golden($"{bundle}.mirror-tags.txt"));
        List<string> actual = [];
        foreach (string tag in await content.TagsAsync(repository))
        {
            actual.Add($"{tag} {(await content.ManifestAsync(repository, tag)).Digest}");
            await content.AssertCompleteAsync(repository, tag);
        }

        Assert.AreSequenceEqual(golden, actual.Order(StringComparer.Ordinal).ToArray());
    }
}
