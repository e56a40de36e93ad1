using System.Text;
using Airgap.Oci;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Registry.Tests.Archived;

/// <summary>A served archive has the content that its import would have.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ServedArchiveTests : ServedArchiveTestBase
{
    [TestMethod]
    [DataRow("simple-app-bundle.tar", "apps/simple-app-bundle")]
    [DataRow("nested-bundle.tar", "apps/nested-bundle")]
    [DataRow("signed-bundle.tar", "apps/signed-bundle")]
    [DataRow("index-bundle.tar", "apps/index-bundle")]
    [DataRow("foreign-bundle.tar", "apps/foreign-bundle")]
    [DataRow("foreign-bundle.all-layers.tar", "apps/foreign-bundle")]
    [DataRow("multi-image.tar", "apps/multi")]
    [DataRow("images-lock.tar", "apps/images-lock")]
    public async Task AServedArchive_EqualsItsImport(string archive, string repository)
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
    public async Task Parts_AreServed_AsTheirArchive(string archive, int volumeSize)
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
    public async Task ALayoutInAFolder_IsServed_LikeItsArchive(string archive)
    {
        using TempFolder temp = new();
        await WriteLayoutAsync(archive, temp[archive], ArchiveFormat.LayoutFolder);
        await using Api expected = await ServedBench.ServeAsync(ServedBench.Golden($"{archive}.tar"));
        await using Api served = await ServedBench.ServeAsync(temp[archive]);
        await AssertSameAsync(expected, served);

        // Another file under a blob's name is not that blob.
        string name = (await served.Content.RepositoriesAsync()).Single();
        string blob = Directory.GetFiles(temp[$"{archive}/blobs/sha256"]).OrderByDescending(file => new FileInfo(file).Length).First();
        DateTime modified = File.GetLastWriteTimeUtc(blob);
        File.WriteAllBytes(blob, new byte[new FileInfo(blob).Length]);
        Assert.AreEqual(410, (await served.GetAsync($"/v2/{name}/blobs/sha256:{Path.GetFileName(blob)}", ("Range", "bytes=1-5"))).Status);
        File.SetLastWriteTimeUtc(blob, modified);
        Answer answer = await served.GetAsync($"/v2/{name}/blobs/sha256:{Path.GetFileName(blob)}");
        Assert.AreEqual(410, answer.Status);
    }

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    [DataRow("foreign-bundle")]
    [DataRow("multi-image")]
    [DataRow("images-lock")]
    public async Task ALayoutInATar_IsServed_LikeItsArchive(string archive)
    {
        using TempFolder temp = new();
        await WriteLayoutAsync(archive, temp[$"{archive}.tar"], ArchiveFormat.LayoutTar);
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
    public async Task Referrers_AreServed_AsAfterAnImport()
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

        // Under two names nothing collides, but a mirror has one name for both.
        Assert.AreEqual(ErrorCode.ServedTagMoved, warnings.Single().Code);
        StringAssert.Contains(warnings.Single().Message, $"different content of {source.Host}/a/app:1; clients");
        byte[] mirrored = (await apart.GetAsync($"/v2/a/app/manifests/1?ns={source.Host}")).Body;
        Assert.AreEqual($"{second.Digest}", $"{Digest.Compute(mirrored)}");

        warnings.Clear();
        await using Api same = await ServedBench.ServeAsync(
            options => options with
            {
                Warning = warnings.Add
            }, new ArchiveToServe(temp["1.tar"], "team/old"), new ArchiveToServe(temp["1.tar"], "team/new"));
        Assert.IsEmpty(warnings);
    }
}
