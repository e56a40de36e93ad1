using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>Non-distributable layers that stay behind: which ones are told, and what a registry that requires them leads to.</summary>
[TestClass]
public sealed class LeftOutLayersTests : RelocatorTestBase
{
    private const string Destination = "dest.example:5000/apps/windows";
    private const string Plain = MediaTypes.OciLayerGzip;
    private const string Foreign = MediaTypes.OciNonDistributableLayerGzip;

    [TestMethod]
    public async Task ALayerThatAnImageListsTwice_IsToldOnce()
    {
        TransferPlan plan = await PlanAsync(AddImage("windows", (Foreign, "a"), (Foreign, "a"), (Foreign, "b")));

        Assert.HasCount(2, plan.SkippedLayers);
        Assert.Contains("Left out 2 non-distributable layer(s)", plan.Warnings.Single().Message);
    }

    [TestMethod]
    public async Task ALayerThatAnotherImageBrings_IsNotLeftOut()
    {
        TransferPlan plan = await PlanAsync(AddImage("windows", (Foreign, "a"), (Foreign, "b")), AddImage("other", (Plain, "a")));

        Assert.AreEqual(DigestOf("b"), plan.SkippedLayers.Single().Layer.Digest);
        Assert.DoesNotContain(DigestOf("a").ToString(), plan.Warnings.Single().Message);
    }

    [TestMethod]
    public async Task ARegistryThatRequiresThem_LeadsToTheFlag()
    {
        string image = AddImage("windows", (Foreign, "a"));
        TransferPlan plan = await PlanAsync(image);
        Refuse();

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(plan));

        Assert.AreEqual(ErrorCode.BlobUnknown, e.Code);
        Assert.Contains(AdviceTerms.NonDistributable, e.Advice);
        Assert.AreEqual("refused", e.Message);
    }

    [TestMethod]
    public async Task AnImageThatArrivesWhole_KeepsTheAdviceOfItsRefusal()
    {
        TransferPlan plan = await PlanAsync(AddImage("other", (Plain, "a")));
        Refuse();

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(plan));

        Assert.AreEqual("Push it again.", e.Advice);
    }

    [TestMethod]
    public async Task ASliceKeepsThoseBelowItsIndexes()
    {
        FakeRepository repository = Registry.Get("registry.example/index");
        string child = AddImage("index", (Foreign, "a"));
        Manifest image = (await repository.FindManifestAsync(child.Split('@')[1], Token))!;
        Manifest index = repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciIndex}}}","manifests":[{"mediaType":"{{{MediaTypes.OciManifest}}}",
            "digest":"{{{image.Digest}}}","size":{{{image.Bytes.Length}}}}]}
            """)), tag: null);
        TransferPlan plan = await PlanAsync($"registry.example/index@{index.Digest}");

        TransferPlan slice = new PlanSlice(plan).Of([.. plan.Items], null, new HashSet<Digest>());

        Assert.AreEqual(DigestOf("a"), slice.SkippedLayers.Single().Layer.Digest);
    }

    [TestMethod]
    [DataRow(false, null)]
    [DataRow(true, null)]
    [DataRow(true, ErrorCode.NoLayersToInclude)]
    public async Task PlansThatAreJoined_TellWhatHoldsForAll(bool includes, ErrorCode? told)
    {
        PlanOptions options = new() { IncludeNonDistributableLayers = includes };
        TransferPlan windows = await PlanAsync(options, AddImage("windows", (told is null ? Foreign : Plain, "a")));
        TransferPlan other = await PlanAsync(options, AddImage("other", (Plain, "a")));

        TransferPlan joined = CombinedPlan.Of(windows.Source, [windows, other]);

        Assert.IsEmpty(joined.SkippedLayers);
        Assert.AreEqual(told, joined.Warnings.SingleOrDefault()?.Code);
    }

    [TestMethod]
    public async Task AShardThatARegistryRefuses_LeadsToTheFlag()
    {
        TransferPlan plan = await PlanAsync(AddImage("windows", (Foreign, "a")));
        Refuse();

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(ShardSlice.Of(plan, _ => true)));

        Assert.Contains(AdviceTerms.NonDistributable, e.Advice);
    }

    private void Refuse() => Registry.Hook = (call, _, _) => call == "push-manifest"
        ? throw new AirgapException(ErrorCode.BlobUnknown, "refused", "Push it again.") : Task.CompletedTask;

    private Task<TransferResult> RunAsync(TransferPlan plan) => new Relocator(Registry).RunAsync(
        plan, new RelocationDestination.Repository(RepositoryName.Parse(Destination)), new TransferOptions(), Token);

    private Task<TransferPlan> PlanAsync(params string[] images) => PlanAsync(new PlanOptions(), images);

    private async Task<TransferPlan> PlanAsync(PlanOptions options, params string[] images)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(
            folder["images.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n" +
            string.Concat(images.Select(image => $"- image: {image}\n")), Token);
        return await new Relocator(Registry).PlanAsync(new RelocationSource.Lock(folder["images.yml"]), options, Token);
    }

    private string AddImage(string name, params (string Type, string Content)[] layers)
    {
        FakeRepository repository = Registry.Get($"registry.example/{name}");
        byte[] config = """{"architecture":"amd64","os":"windows"}"""u8.ToArray();
        IEnumerable<string> described = layers.Select(layer =>
            $$"""{"mediaType":"{{layer.Type}}","digest":"{{repository.AddBlob(Encoding.UTF8.GetBytes(layer.Content))}}","size":{{layer.Content.Length}}}""");
        return $"registry.example/{name}@{repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}",
            "digest":"{{{repository.AddBlob(config)}}}","size":{{{config.Length}}}},"layers":[{{{string.Join(',', described)}}}]}
            """)), tag: null).Digest}";
    }

    private static Digest DigestOf(string content) => Digest.Compute(Encoding.UTF8.GetBytes(content));
}
