using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Registry.Tests.Archived;

/// <summary>Served archives, compared with the registry that an import fills.</summary>
public abstract class ServedArchiveTestBase
{
    private protected const string Bundle = "apps/simple-app-bundle";

    public TestContext TestContext { get; set; } = null!;

    private protected static async Task AssertSameAsync(Api expected, Api served)
    {
        string repository = (await expected.Content.RepositoriesAsync()).Single();
        CollectionAssert.AreEqual((string[])[repository], (await served.Content.RepositoriesAsync()).ToArray());
        string[] tags = [.. await expected.Content.TagsAsync(repository)];
        CollectionAssert.AreEqual(tags, (await served.Content.TagsAsync(repository)).ToArray());
        foreach (string tag in tags)
        {
            CollectionAssert.AreEquivalent(
                (await expected.Content.AssertCompleteAsync(repository, tag)).ToArray(),
                (await served.Content.AssertCompleteAsync(repository, tag)).ToArray(), tag);
        }
    }

    private protected static Task ArchiveAsync(string reference, string path) => RelocateAsync(
        new RelocationSource.Image(ImageReference.Parse(reference)), new PlanOptions { Artifacts = true, EmbedConfigs = true },
        new RelocationDestination.Archive(path));

    /// <summary>Converts a golden archive to an OCI image layout.</summary>
    private protected static Task WriteLayoutAsync(string archive, string path, ArchiveFormat format) => RelocateAsync(
        new RelocationSource.Archive(ServedBench.Golden($"{archive}.tar")), new PlanOptions(),
        new RelocationDestination.Archive(path) { Format = format });

    private static async Task RelocateAsync(RelocationSource source, PlanOptions options, RelocationDestination destination)
    {
        using RegistryClient client = ServedBench.NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(source, options, CancellationToken.None);
        await relocator.RunAsync(plan, destination, new TransferOptions(), CancellationToken.None);
    }
}
