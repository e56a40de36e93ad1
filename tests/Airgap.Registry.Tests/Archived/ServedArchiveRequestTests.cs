using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Registry.Tests.Archived;

/// <summary>Requests to a served archive.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ServedArchiveRequestTests : ServedArchiveTestBase
{
    [TestMethod]
    public async Task Heads_RangesAndPages_AreThoseOfARegistry()
    {
        await using Api served =
            await ServedBench.ServeAsync(ServedBench.Golden("simple-app-bundle.tar"), ServedBench.Golden("multi-image.tar"));
        StoredManifest manifest = await served.Content.ManifestAsync(Bundle, "v1.0.0");
        string layer = System.Text.Json.JsonDocument.Parse(manifest.Bytes).RootElement.GetProperty("layers")[0]
            .GetProperty("digest").GetString()!;
        byte[] whole = await served.Content.BlobAsync(Bundle, layer);
        string path = $"/v2/{Bundle}/blobs/{layer}";

        Answer head = await served.SendAsync("HEAD", path);
        Assert.AreEqual(200, head.Status);
        Assert.AreEqual(whole.Length, head.ContentHeaders.ContentLength);
        Assert.AreEqual(layer, head["Docker-Content-Digest"]);
        Answer part = await served.GetAsync(path, ("Range", "bytes=3-9"));
        Assert.AreEqual(206, part.Status);
        Assert.AreEqual($"bytes 3-9/{whole.Length}", part["Content-Range"]);
        CollectionAssert.AreEqual(whole[3..10], part.Body);
        CollectionAssert.AreEqual(whole, (await served.GetAsync(path, ("Range", "bytes=0-"))).Body);
        Assert.AreEqual(416, (await served.GetAsync(path, ("Range", $"bytes={whole.Length}-"))).Status);
        Assert.AreEqual(304, (await served.GetAsync(path, ("If-None-Match", $"\"{layer}\""))).Status);
        Assert.AreEqual(304, (await served.GetAsync($"/v2/{Bundle}/manifests/v1.0.0", ("If-None-Match", $"\"{manifest.Digest}\""))).Status);

        Answer first = await served.GetAsync("/v2/_catalog?n=1");
        Assert.AreEqual("apps/multi", first.Json.GetProperty("repositories")[0].GetString());
        StringAssert.Contains(first["Link"], "last=apps%2Fmulti");
        Answer tags = await served.GetAsync($"/v2/{Bundle}/tags/list?n=1");
        Assert.AreEqual(1, tags.Json.GetProperty("tags").GetArrayLength());
        Assert.IsNotNull(tags["Link"]);
        (await served.GetAsync("/v2/apps/none/tags/list")).AssertError(404, "NAME_UNKNOWN");
        (await served.GetAsync($"/v2/{Bundle}/manifests/none")).AssertError(404, "MANIFEST_UNKNOWN");
        (await served.GetAsync($"/v2/apps/multi/blobs/{layer}")).AssertError(404, "BLOB_UNKNOWN");
    }

    [TestMethod]
    public async Task AServedArchive_RefusesWrites()
    {
        using TempFolder temp = new();
        File.Copy(ServedBench.Golden("simple-app-bundle.tar"), temp["a.tar"]);
        await using Api served = await ServedBench.ServeAsync(temp["a.tar"]);
        foreach ((string method, string path) in ((string, string)[])[
            ("POST", $"/v2/{Bundle}/blobs/uploads/"),
            ("PUT", $"/v2/{Bundle}/manifests/t"),
            ("DELETE", $"/v2/{Bundle}/manifests/v1.0.0"),
            ("PATCH", $"/v2/{Bundle}/blobs/uploads/{Guid.NewGuid():D}")])
        {
            (await served.SendAsync(method, path, [1])).AssertError(405, "UNSUPPORTED");
        }

        Assert.AreEqual(404, (await served.GetAsync($"/v2/{Bundle}/blobs/uploads/{Guid.NewGuid():D}")).Status);
        await served.Content.AssertCompleteAsync(Bundle, "v1.0.0");
        CollectionAssert.AreEqual((string[])[temp["a.tar"]], Directory.GetFileSystemEntries(temp.Path));
        CollectionAssert.AreEqual(File.ReadAllBytes(ServedBench.Golden("simple-app-bundle.tar")), File.ReadAllBytes(temp["a.tar"]));
    }

    [TestMethod]
    public async Task ARepositoryOfOrigin_IsServed_AsAMirror()
    {
        await using Api served = await ServedBench.ServeAsync(ServedBench.Golden("simple-app-bundle.tar"));
        string origin = Fixtures.Registry;
        string digest = (await served.Content.ManifestAsync(Bundle, "v1.0.0")).Digest;
        Assert.AreEqual(
            digest, (await served.GetAsync($"/v2/user1/simple-app-bundle/manifests/v1.0.0?ns={origin}"))["Docker-Content-Digest"]);
        Assert.AreEqual(200, (await served.SendAsync("HEAD", $"/v2/user1/simple-app-bundle/manifests/{digest}?ns={origin}")).Status);

        // A cluster may request by the served name, with the host of the registry that its manifests name.
        Assert.AreEqual(200, (await served.GetAsync($"/v2/{Bundle}/manifests/v1.0.0?ns=final-registry.corp.com")).Status);

        // Missing content is reported as missing, so that the cluster tries its next mirror.
        Assert.AreEqual(404, (await served.GetAsync($"/v2/user1/simple-app-bundle/manifests/v1.0.0?ns=other.example")).Status);
        Assert.AreEqual(404, (await served.GetAsync($"/v2/user1/other/manifests/v1.0.0?ns={origin}")).Status);
        Assert.AreEqual(404, (await served.GetAsync("/v2/user1/simple-app-bundle/manifests/v1.0.0")).Status);
    }

    [TestMethod]
    public async Task ABundleIsCopiedFromAServedArchiveAsFromAnImport()
    {
        await using RegistryFixture imported = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture copied = await RegistryFixture.StartEmptyAsync();
        await ServedBench.ImportAsync(ServedBench.Golden("nested-bundle.tar"), $"{imported.Host}/there");
        await using Api served = await ServedBench.ServeAsync(ServedBench.Golden("nested-bundle.tar"));

        using RegistryClient client = ServedBench.NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Bundle(ImageReference.Parse($"{served.Registry.Host}/apps/nested-bundle:v1.0.0")), new PlanOptions(),
            CancellationToken.None);
        await relocator.RunAsync(
            plan, new RelocationDestination.Repository(RepositoryName.Parse($"{copied.Host}/there")), new TransferOptions(),
            CancellationToken.None);

        using RegistryContent expected = RegistryContent.At(imported.Host);
        using RegistryContent actual = RegistryContent.At(copied.Host);
        CollectionAssert.AreEqual((await expected.TagsAsync("there")).ToArray(), (await actual.TagsAsync("there")).ToArray());
        foreach (string tag in await expected.TagsAsync("there"))
            Assert.AreEqual((await expected.ManifestAsync("there", tag)).Digest, (await actual.ManifestAsync("there", tag)).Digest);
        await actual.AssertCompleteAsync("there", "v1.0.0");
    }

    [TestMethod]
    [DataRow("simple-app-bundle.tar", "apps/simple-app-bundle:v1.0.0")]
    [DataRow("nested-bundle.tar", "apps/nested-bundle:v1.0.0")]
    public async Task SkopeoPullsFromAServedArchive(string archive, string reference)
    {
        await using Api served = await ServedBench.ServeAsync(ServedBench.Golden(archive));
        using TempFolder temp = new();
        (await Skopeo.CopyAsync($"docker://{served.Registry.Host}/{reference}", $"dir:{temp["out"]}")).EnsureSuccess();
        string[] parts = reference.Split(':');
        StoredManifest manifest = await served.Content.ManifestAsync(parts[0], parts[1]);
        CollectionAssert.AreEqual(manifest.Bytes, File.ReadAllBytes(Path.Combine(temp["out"], "manifest.json")));
        foreach (string digest in await served.Content.AssertCompleteAsync(parts[0], parts[1]))
            Assert.IsTrue(digest == manifest.Digest
                || Directory.GetFiles(temp["out"])
                .Any(file => Path.GetFileName(file).StartsWith(digest["sha256:".Length..], StringComparison.Ordinal)), digest);
    }

    [TestMethod]
    public async Task UnservableArchives_AreRefused_BeforeAnyRequest()
    {
        using TempFolder temp = new();
        byte[] archive = File.ReadAllBytes(ServedBench.Golden("simple-app-bundle.tar"));
        File.WriteAllBytes(temp["cut.tar"], archive[..(archive.Length / 2)]);
        foreach ((Func<Task<Api>> serve, ErrorCode code) in ((Func<Task<Api>>, ErrorCode)[])[
            (() => ServedBench.ServeAsync(temp["cut.tar"]), ErrorCode.InvalidArchive),
            (() => ServedBench.ServeAsync(temp["none.tar"]), ErrorCode.FileNotFound),
            (() => ServedBench.ServeAsync(
                options => options with
                {
                    Prefix = "Apps"
                }, new ArchiveToServe(ServedBench.Golden("simple-app-bundle.tar"))), ErrorCode.InvalidArgument),
            (() => ServedBench.ServeAsync(options => options, new ArchiveToServe(ServedBench.Golden("simple-app-bundle.tar"), "../x")),
                ErrorCode.InvalidArgument)])
        {
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(serve);
            Assert.AreEqual(code, e.Code);
        }
    }
}
