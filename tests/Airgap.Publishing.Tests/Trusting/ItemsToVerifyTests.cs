using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Trusting;
using Airgap.Transfer.Plans;
using Airgap.Trust.Stored;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>Archives are untrusted: their tags and subjects do not weaken the verification of their images.</summary>
[TestClass]
public sealed class ItemsToVerifyTests
{
    private static readonly PlannedItem s_image = Item("one", "", null);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void AnAttachedArtifact_IsNotVerified_ButABundleIs()
    {
        PlannedItem attached = Item("one", SubjectOf(s_image), null);
        PlannedItem bundle = Item("one", SubjectOf(s_image), null, "bundle") with { IsBundle = true };
        PlannedItem named = Item("one", SubjectOf(s_image), "v1", "named");
        PlannedItem stray = Item("one", SubjectOf(Item("one", "", null, "elsewhere")), null);

        ImmutableArray<PlannedItem> judged = ItemsToVerify.Of(Plan(s_image, attached, bundle, named, stray));

        Assert.AreSequenceEqual([s_image, bundle, named, stray], judged);
    }

    /// <summary>
    /// One image in two repositories, each with its own signatures: a registry and an archive both keep them apart.
    /// </summary>
    [TestMethod]
    public async Task ASignatureUnderATag_IsThatOfTheImagesRepository()
    {
        string tag = $"sha256-{s_image.Digest.Hex}.sig";
        PlannedItem first = Item("one", "", tag, "first");
        PlannedItem second = Item("two", "", tag, "second");
        PlanSignatures signatures = new(Plan(s_image, first, second));

        foreach ((string repository, PlannedItem item) in new[] { ("one", first), ("two", second), ("three", first) })
        {
            ISignatureStore store = signatures.In(RepositoryName.Parse($"registry.example/{repository}"));
            Assert.AreEqual(item.Digest, (await store.FindManifestAsync(tag, TestContext.CancellationToken))!.Digest, repository);
        }
    }

    private static string SubjectOf(PlannedItem item) =>
        $",\"subject\":{DescriptorOf(MediaTypes.OciManifest, item.Digest, item.Content.Manifest.Bytes.Length)}";

    private static string DescriptorOf(string type, Digest digest, int size) =>
        $$"""{"mediaType":"{{type}}","digest":"{{digest}}","size":{{size}}}""";

    private static PlannedItem Item(string repository, string more, string? tag, string note = "")
    {
        string json = $"{{\"schemaVersion\":2,\"mediaType\":\"{MediaTypes.OciManifest}\","
            + $"\"config\":{DescriptorOf(MediaTypes.OciConfig, Digest.Compute("{}"u8), 2)},\"layers\":[],"
            + $"\"annotations\":{{\"note\":\"{note}\"}}{more}}}";
        Manifest manifest = Manifest.Parse(Encoding.UTF8.GetBytes(json), MediaTypes.OciManifest);
        RepositoryName name = RepositoryName.Parse($"registry.example/{repository}");
        return new PlannedItem
        {
            Source = ImageReference.ByDigest(name, manifest.Digest),
            Content = new PlannedManifest { Manifest = manifest, Origin = name },
            Tag = tag
        };
    }

    private static TransferPlan Plan(params PlannedItem[] items) =>
        new() { Source = new RelocationSource.Archive("a.tar"), Items = [.. items], Blobs = [] };
}
