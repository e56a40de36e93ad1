using System.Text;
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
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Registry.Tests.Archived;

/// <summary>An archive that is served is the registry that an import of it would have filled.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ServedArchiveTests
{
    private const string Bundle = "apps/simple-app-bundle";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("simple-app-bundle.tar", "apps/simple-app-bundle")]
    [DataRow("nested-bundle.tar", "apps/nested-bundle")]
    [DataRow("signed-bundle.tar", "apps/signed-bundle")]
    [DataRow("index-bundle.tar", "apps/index-bundle")]
    [DataRow("foreign-bundle.tar", "apps/foreign-bundle")]
    [DataRow("foreign-bundle.all-layers.tar", "apps/foreign-bundle")]
    [DataRow("multi-image.tar", "apps/multi")]
    [DataRow("images-lock.tar", "apps/images-lock")]
    public async Task WhatIsServedIsWhatAnImportMakes(string archive, string repository)
    {
        bool allLayers = archive.Contains("all-layers", StringComparison.Ordinal);
        await using RegistryFixture imported = await RegistryFixture.StartEmptyAsync();
        await ServedBench.ImportAsync(ServedBench.Golden(archive), $"{imported.Host}/{repository}", allLayers);
        await using Api served = await ServedBench.ServeAsync(ServedBench.Golden(archive));
        using RegistryContent expected = RegistryContent.At(imported.Host);

        CollectionAssert.AreEqual((string[])[repository], (await served.Content.RepositoriesAsync()).ToArray());
        IReadOnlyList<string> tags = await expected.TagsAsync(repository);
        CollectionAssert.AreEqual(tags.ToArray(), (await served.Content.TagsAsync(repository)).ToArray());
        foreach (string tag in tags)
        {
            StoredManifest there = await expected.ManifestAsync(repository, tag);
            StoredManifest here = await served.Content.ManifestAsync(repository, tag);
            Assert.AreEqual(there.Digest, here.Digest, tag);
            Assert.AreEqual(there.MediaType, here.MediaType, tag);
            CollectionAssert.AreEquivalent(
                (await expected.AssertCompleteAsync(repository, tag, !allLayers)).ToArray(),
                (await served.Content.AssertCompleteAsync(repository, tag, !allLayers)).ToArray());
        }
    }

    [TestMethod]
    [DataRow("nested-bundle", 5000)]
    [DataRow("index-bundle", 40_000)]
    public async Task PartsAreServedAsTheArchiveThatTheyAre(string archive, int volumeSize)
    {
        using TempFolder temp = new();
        await new PartSplitter(ArchiveDisk.System).SplitAsync(
            ServedBench.Golden($"{archive}.tar"), temp[$"{archive}.tar"], volumeSize, TestContext.CancellationToken);
        Directory.CreateDirectory(temp["disc"]);
        File.Move(temp[$"{archive}.tar.002"], temp[$"disc/{archive}.tar.002"]);
        await using Api expected = await ServedBench.ServeAsync(ServedBench.Golden($"{archive}.tar"));
        await using Api served =
            await ServedBench.ServeAsync(options => options, new ArchiveToServe(temp[$"{archive}.tar"]) { PartsIn = [temp["disc"]] });
        await AssertSameAsync(expected, served);
    }

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("images-lock")]
    public async Task ALayoutsFolderIsServedAsTheArchiveThatItWasMadeOf(string archive)
    {
        using TempFolder temp = new();
        using RegistryClient client = ServedBench.NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(ServedBench.Golden($"{archive}.tar")), new PlanOptions(), CancellationToken.None);
        await relocator.RunAsync(
            plan, new RelocationDestination.Archive(temp[archive])
            {
                Format = ArchiveFormat.LayoutFolder
            }, new TransferOptions(), CancellationToken.None);
        await using Api expected = await ServedBench.ServeAsync(ServedBench.Golden($"{archive}.tar"));
        await using Api served = await ServedBench.ServeAsync(temp[archive]);
        await AssertSameAsync(expected, served);

        // Another file in the place of a blob is not it.
        string name = (await served.Content.RepositoriesAsync()).Single();
        string blob = Directory.GetFiles(temp[$"{archive}/blobs/sha256"]).OrderByDescending(file => new FileInfo(file).Length).First();
        DateTime modified = File.GetLastWriteTimeUtc(blob);
        File.WriteAllBytes(blob, new byte[new FileInfo(blob).Length]);
        Assert.AreEqual(503, (await served.GetAsync($"/v2/{name}/blobs/sha256:{Path.GetFileName(blob)}", ("Range", "bytes=1-5"))).Status);
        File.SetLastWriteTimeUtc(blob, modified);
        Answer answer = await served.GetAsync($"/v2/{name}/blobs/sha256:{Path.GetFileName(blob)}");
        Assert.AreEqual(503, answer.Status);
    }

    private static async Task AssertSameAsync(Api expected, Api served)
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

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    [DataRow("foreign-bundle")]
    [DataRow("multi-image")]
    [DataRow("images-lock")]
    public async Task ALayoutIsServedAsTheArchiveThatItWasMadeOf(string archive)
    {
        using TempFolder temp = new();
        using RegistryClient client = ServedBench.NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Archive(ServedBench.Golden($"{archive}.tar")), new PlanOptions(), CancellationToken.None);
        await relocator.RunAsync(
            plan, new RelocationDestination.Archive(temp[$"{archive}.tar"])
            {
                Format = ArchiveFormat.LayoutTar
            }, new TransferOptions(), CancellationToken.None);
        await using Api expected = await ServedBench.ServeAsync(ServedBench.Golden($"{archive}.tar"));
        await using Api served = await ServedBench.ServeAsync(temp[$"{archive}.tar"]);

        string repository = (await expected.Content.RepositoriesAsync()).Single();
        CollectionAssert.AreEqual((string[])[repository], (await served.Content.RepositoriesAsync()).ToArray());
        IReadOnlyList<string> tags = await expected.Content.TagsAsync(repository);
        CollectionAssert.AreEqual(tags.ToArray(), (await served.Content.TagsAsync(repository)).ToArray());
        foreach (string tag in tags)
        {
            Assert.AreEqual((await expected.Content.ManifestAsync(repository, tag)).Digest,
                (await served.Content.ManifestAsync(repository, tag)).Digest, tag);
            CollectionAssert.AreEquivalent(
                (await expected.Content.AssertCompleteAsync(repository, tag, true)).ToArray(),
                (await served.Content.AssertCompleteAsync(repository, tag, true)).ToArray());
        }
    }

    [TestMethod]
    public async Task ReferrersAreServedAsAnImportListsThem()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture imported = await RegistryFixture.StartEmptyAsync();
        using TempFolder temp = new();
        using RegistryWriter writer = new(source.Address);
        Pushed image = await writer.PushImageAsync("a/app", "1", [1, 2, 3]);
        Pushed empty = await writer.PushBlobAsync("a/app", Encoding.UTF8.GetBytes("{}"), "application/vnd.example.config");
        await writer.PushManifestAsync(
            "a/app",
            null,
            $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","artifactType":"application/vnd.example.sbom","config":{{empty.Json}},"layers":[{{empty.Json}}],"subject":{{image.Json}},"annotations":{"a":"b"} }""");
        await ArchiveAsync($"{source.Host}/a/app:1", temp["a.tar"]);
        await ServedBench.ImportAsync(temp["a.tar"], $"{imported.Host}/apps/app");
        await using Api served = await ServedBench.ServeAsync(temp["a.tar"]);
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = imported.Address };

        foreach (string query in (string[])["", "?artifactType=application/vnd.example.sbom", "?artifactType=x/y"])
        {
            string path = $"/v2/apps/app/referrers/{image.Digest}{query}";
            Assert.AreEqual(await client.GetStringAsync(path), Encoding.UTF8.GetString((await served.GetAsync(path)).Body));
        }

        StringAssert.Contains(await client.GetStringAsync($"/v2/apps/app/referrers/{image.Digest}"), "vnd.example.sbom");
    }

    [TestMethod]
    public async Task HeadRangesAndPagesAreThoseOfARegistry()
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
    public async Task NothingIsTakenAndNothingIsWritten()
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
    public async Task AMirrorStandsInForTheRepositoryThatAnImageComesFrom()
    {
        await using Api served = await ServedBench.ServeAsync(ServedBench.Golden("simple-app-bundle.tar"));
        string origin = Fixtures.Registry;
        string digest = (await served.Content.ManifestAsync(Bundle, "v1.0.0")).Digest;
        Assert.AreEqual(
            digest, (await served.GetAsync($"/v2/user1/simple-app-bundle/manifests/v1.0.0?ns={origin}"))["Docker-Content-Digest"]);
        Assert.AreEqual(200, (await served.SendAsync("HEAD", $"/v2/user1/simple-app-bundle/manifests/{digest}?ns={origin}")).Status);

        // A cluster may ask by the name that is served, under the name of the registry that its manifests speak of.
        Assert.AreEqual(200, (await served.GetAsync($"/v2/{Bundle}/manifests/v1.0.0?ns=final-registry.corp.com")).Status);

        // What is not here is not here, so that the next mirror is asked.
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
    public async Task ArchivesOfOneNameAreServedAsAfterBothImports()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using TempFolder temp = new();
        using RegistryWriter writer = new(source.Address);
        Pushed first = await writer.PushImageAsync("a/app", "1", [1]);
        await ArchiveAsync($"{source.Host}/a/app:1", temp["1.tar"]);
        Pushed second = await writer.PushImageAsync("a/app", "1", [2]);
        await ArchiveAsync($"{source.Host}/a/app:1", temp["2.tar"]);
        List<Diagnostic> warnings = [];

        await using Api served = await ServedBench.ServeAsync(
            options => options with { Warning = warnings.Add }, new ArchiveToServe(temp["1.tar"]), new ArchiveToServe(temp["2.tar"]));
        Assert.AreEqual(second.Digest, (await served.Content.ManifestAsync("apps/app", "1")).Digest);
        await served.Content.AssertCompleteAsync("apps/app", first.Digest);
        Assert.AreEqual(ErrorCode.ServedTagMoved, warnings.Single().Code);
        StringAssert.Contains(warnings.Single().Message, "tag(s) 1 of apps/app");

        warnings.Clear();
        await using Api apart = await ServedBench.ServeAsync(
            options => options with
            {
                Warning = warnings.Add
            }, new ArchiveToServe(temp["1.tar"], "team/old"), new ArchiveToServe(temp["2.tar"]));
        CollectionAssert.AreEqual((string[])["apps/app", "apps/team/old"], (await apart.Content.RepositoriesAsync()).ToArray());
        Assert.AreEqual(first.Digest, (await apart.Content.ManifestAsync("apps/team/old", "1")).Digest);
        Assert.IsEmpty(warnings);
    }

    [TestMethod]
    public async Task WhatCannotBeServedIsToldBeforeAnythingIs()
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

    private static async Task ArchiveAsync(string reference, string path)
    {
        using RegistryClient client = ServedBench.NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Image(ImageReference.Parse(reference)), new PlanOptions
            {
                Artifacts = true,
                EmbedConfigs = true
            }, CancellationToken.None);
        await relocator.RunAsync(plan, new RelocationDestination.Archive(path), new TransferOptions(), CancellationToken.None);
    }
}
