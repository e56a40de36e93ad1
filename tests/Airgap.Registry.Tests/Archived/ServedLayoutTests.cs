using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Registry.Tests.Archived;

/// <summary>Layouts written by other tools, with attached artifacts, are served in place.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ServedLayoutTests
{
    private const string Sbom = "application/vnd.example.sbom";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(false, true)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    public async Task ALayout_IsServedWithItsReferrers_AsAfterAnImport(bool isLong, bool isTar)
    {
        using TempFolder temp = new();
        await using RegistryFixture imported = await RegistryFixture.StartEmptyAsync();
        LayoutBuilder layout = new(temp["made"], isLong);
        string image = layout.Image("one", MediaTypes.OciLayerGzip);
        string index = layout.Index([image, layout.Image("two", MediaTypes.OciLayerGzip)]);
        string referrer = layout.Referrer(index, Sbom);
        layout.Write([layout.Named(index, "registry.example/team/app:v7"), referrer]);
        layout.Pack(temp["made.tar"], "blobs/", "index.json", "oci-layout");
        string path = isTar ? temp["made.tar"] : temp["made"];
        await ServedBench.ImportAsync(path, $"{imported.Host}/apps/team/app");
        await using Api served = await ServedBench.ServeAsync(options => options, new ArchiveToServe(path, "team/app"));

        Digest digest = layout.DigestOf(index);
        Assert.AreEqual(isLong ? "sha512" : "sha256", digest.Algorithm);
        foreach (string reference in (string[])["v7", digest.ToString()])
        {
            Answer manifest = await served.GetAsync($"/v2/apps/team/app/manifests/{reference}");
            Assert.AreEqual(200, manifest.Status, reference);
            Assert.AreEqual(digest, Digest.ComputeLike(digest, manifest.Body), reference);
        }

        foreach (string file in Directory.GetFiles(temp["made/blobs"], "*", SearchOption.AllDirectories))
        {
            string name = $"{Path.GetFileName(Path.GetDirectoryName(file))}:{Path.GetFileName(file)}";
            bool isManifest = (await served.GetAsync($"/v2/apps/team/app/manifests/{name}")).Status == 200;
            Answer blob = await served.GetAsync($"/v2/apps/team/app/{(isManifest ? "manifests" : "blobs")}/{name}");
            CollectionAssert.AreEqual(await File.ReadAllBytesAsync(file, TestContext.CancellationToken), blob.Body, name);
            if (!isManifest)
                Assert.AreEqual(206, (await served.GetAsync($"/v2/apps/team/app/blobs/{name}", ("Range", "bytes=0-3"))).Status);
        }

        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = imported.Address };
        string referrers = $"/v2/apps/team/app/referrers/{digest}";
        string listed = Encoding.UTF8.GetString((await served.GetAsync(referrers)).Body);
        string there = await client.GetStringAsync(referrers, TestContext.CancellationToken);

        // A pushed tag names its manifest by sha256, so that after an import both digests list the same bytes.
        if (isLong)
            Assert.Contains(layout.DigestOf(referrer).ToString(), there);
        else
            Assert.AreEqual(there, listed);
        using JsonDocument list = JsonDocument.Parse(listed);
        JsonElement only = list.RootElement.GetProperty("manifests").EnumerateArray().Single();
        Assert.AreEqual(layout.DigestOf(referrer).ToString(), only.GetProperty("digest").GetString());
        Assert.AreEqual(Sbom, only.GetProperty("artifactType").GetString());
        string page = Encoding.UTF8.GetString((await served.GetAsync("/")).Body);
        Assert.Contains(digest.ToString(), page);
    }

    [TestMethod]
    public async Task AFileThatALayoutLost_IsGone_AndAFolderThatIsGoneIsUnhealthy()
    {
        using TempFolder temp = new();
        LayoutBuilder layout = new(temp["made"]);
        layout.Write([layout.Named(layout.Image("one", MediaTypes.OciLayerGzip), "v1")]);
        List<Diagnostic> warnings = [];
        await using Api served = await ServedBench.ServeAsync(
            options => options with { Warning = warnings.Add }, new ArchiveToServe(temp["made"], "it"));
        StoredManifest manifest = await served.Content.ManifestAsync("apps/it", "v1");
        string layer = JsonDocument.Parse(manifest.Bytes).RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        File.Delete(temp[$"made/blobs/{layer.Replace(':', '/')}"]);

        (await served.GetAsync($"/v2/apps/it/blobs/{layer}")).AssertError(410, "UNSUPPORTED");
        Assert.AreEqual(ErrorCode.ServedArchiveChanged, warnings.Single().Code);
        Assert.AreEqual(200, (await served.GetAsync("/health")).Status, "the rest is served");

        Directory.Delete(temp["made"], recursive: true);
        Assert.AreEqual(503, (await served.GetAsync("/health")).Status);
    }

    [TestMethod]
    public async Task TagsOfAMirror_AreListedUnderTheNameThatTheClientAsksFor()
    {
        using TempFolder temp = new();
        LayoutBuilder layout = new(temp["made"]);
        layout.Write([
            layout.Named(layout.Image("one", MediaTypes.OciLayerGzip), "registry.example:5000/team/app:v1"),
            layout.Named(layout.Image("two", MediaTypes.OciLayerGzip), "registry.example:5000/team/app:v2")]);
        await using Api served = await ServedBench.ServeAsync(options => options, new ArchiveToServe(temp["made"], "it"));

        Answer first = await served.GetAsync("/v2/team/app/tags/list?ns=registry.example:5000&n=1");
        Assert.AreEqual("team/app", first.Json.GetProperty("name").GetString());
        Assert.AreEqual("</v2/team/app/tags/list?ns=registry.example%3A5000&n=1&last=v1>; rel=\"next\"", first["Link"]);
        Answer second = await served.GetAsync(first["Link"]!.Split('<', '>')[1]);
        Assert.AreEqual("v2", second.Json.GetProperty("tags").EnumerateArray().Single().GetString());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ABundleWithoutItsImagesIsServedAsAnImageAndIsNamed(bool isTar)
    {
        using TempFolder temp = new();
        LayoutBuilder layout = new(temp["made"]);
        string pinned = $"r.example/app@{Digest.Compute("elsewhere"u8)}";
        string bundle = layout.Bundle([pinned]);
        layout.Write([layout.Named(bundle, "b1")]);
        layout.Pack(temp["made.tar"], "blobs/", "index.json", "oci-layout");
        List<Diagnostic> warnings = [];
        await using Api served = await ServedBench.ServeAsync(
            options => options with { Warning = warnings.Add }, new ArchiveToServe(isTar ? temp["made.tar"] : temp["made"], "it"));
        Diagnostic warning = warnings.Single();
        Assert.AreEqual(ErrorCode.LayoutBundleAlone, warning.Code);
        Assert.Contains(pinned, warning.Message);
        await served.Content.AssertCompleteAsync("apps/it", "b1");
        string tags = Encoding.UTF8.GetString((await served.GetAsync("/v2/apps/it/tags/list")).Body);
        Assert.Contains("b1", tags);
        Assert.DoesNotContain("image-locations", tags);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ALayoutThatIsReplacedOrCutWhileItIsServedGivesNoWrongByte(bool isCut)
    {
        using TempFolder temp = new();
        await ServedBench.ConvertAsync(ServedBench.Golden("simple-app-bundle.tar"), temp["a.tar"], ArchiveFormat.LayoutTar);
        await using Api served = await ServedBench.ServeAsync(temp["a.tar"]);
        StoredManifest manifest = await served.Content.ManifestAsync("apps/simple-app-bundle", "v1.0.0");
        string layer = JsonDocument.Parse(manifest.Bytes).RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        byte[] right = await served.Content.BlobAsync("apps/simple-app-bundle", layer);
        if (isCut)
        {
            using FileStream file = new(temp["a.tar"], FileMode.Open);
            file.SetLength(file.Length / 2);
        }
        else
        {
            await ServedBench.ConvertAsync(ServedBench.Golden("multi-image.tar"), temp["other.tar"], ArchiveFormat.LayoutTar);
            File.Move(temp["other.tar"], temp["a.tar"], overwrite: true);
        }

        Answer answer = await served.GetAsync($"/v2/apps/simple-app-bundle/blobs/{layer}");
        if (isCut)
            Assert.AreEqual(410, answer.Status);
        else
            CollectionAssert.AreEqual(right, answer.Body, "the file that was opened is still there");
    }
}
