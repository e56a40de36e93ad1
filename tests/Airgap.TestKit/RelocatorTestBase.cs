using Airgap.Oci.Naming;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.TestKit;

/// <summary>The base of tests of the core: the fixtures' registry in memory, and short calls.</summary>
public abstract class RelocatorTestBase
{
    protected FakeRegistry Registry { get; } = FakeRegistry.FromFixtures();

    public TestContext TestContext { get; set; } = null!;

    protected CancellationToken Token => TestContext.CancellationToken;

    protected static ImageReference Bundle(string name) => ImageReference.Parse($"{Fixtures.Registry}/user1/{name}:v1.0.0");

    protected static RelocationSource BundleSource(string name) => new RelocationSource.Bundle(Bundle(name));

    protected async Task<TransferResult> CopyAsync(
        RelocationSource source, RelocationDestination destination, PlanOptions? plan = null, TransferOptions? transfer = null)
    {
        Relocator relocator = new(Registry);
        TransferPlan made = await relocator.PlanAsync(
            source, (plan ?? new()) with
            {
                EmbedConfigs = destination is RelocationDestination.Archive,
                Destination = (destination as RelocationDestination.Repository)?.Name
            }, Token);
        return await relocator.RunAsync(made, destination, transfer ?? new(), Token);
    }

    protected Task<TransferResult> CopyToRepositoryAsync(
        RelocationSource source, string repository, PlanOptions? plan = null, TransferOptions? transfer = null) =>
        CopyAsync(source, new RelocationDestination.Repository(RepositoryName.Parse(repository)), plan, transfer);

    protected Task<TransferResult> CopyToArchiveAsync(
        RelocationSource source, string path, PlanOptions? plan = null, TransferOptions? transfer = null) =>
        CopyAsync(source, new RelocationDestination.Archive(path), plan, transfer);

    /// <summary>The tags of a repository as the golden files list them.</summary>
    protected string TagLines(string repository) =>
        string.Concat(Registry.Get(repository).Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal)
            .Select(tag => $"{tag.Key} {tag.Value}\n"));
}
