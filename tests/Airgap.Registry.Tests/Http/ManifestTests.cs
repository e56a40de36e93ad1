using System.Security.Cryptography;
using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ManifestTests
{
    private const string Unknown = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    [TestMethod]
    public async Task AManifestComesBackByTagAndByDigestByteForByte()
    {
        await using Api api = await Api.StartAsync();
        Pushed config = await api.Writer.PushBlobAsync("a/b", "{}"u8.ToArray(), RegistryWriter.OciConfig);
        string json = $$"""
            { "schemaVersion":2,
                "config": {{config.Json}}, "layers":[] , "z" : 1.0}
            """;
        Answer put = await api.SendAsync(
            "PUT", "/v2/a/b/manifests/V1.0_x-y", Encoding.UTF8.GetBytes(json), ("Content-Type", RegistryWriter.OciManifest));
        string digest = RegistryWriter.DigestOf(Encoding.UTF8.GetBytes(json));
        Assert.AreEqual(201, put.Status);
        Assert.AreEqual(digest, put["Docker-Content-Digest"]);
        Assert.AreEqual($"/v2/a/b/manifests/{digest}", put["Location"]);
        foreach (string reference in (string[])["V1.0_x-y", digest])
        {
            Answer get = await api.GetAsync($"/v2/a/b/manifests/{reference}", ("Accept", "text/html"));
            Answer head = await api.SendAsync("HEAD", $"/v2/a/b/manifests/{reference}");
            Assert.AreEqual(json, Encoding.UTF8.GetString(get.Body));
            Assert.IsEmpty(head.Body);
            foreach (Answer answer in (Answer[])[get, head])
            {
                Assert.AreEqual(200, answer.Status);
                Assert.AreEqual(RegistryWriter.OciManifest, answer["Content-Type"]);
                Assert.AreEqual(digest, answer["Docker-Content-Digest"]);
                Assert.AreEqual($"{json.Length}", answer["Content-Length"]);
            }

            Assert.AreEqual(304, (await api.GetAsync($"/v2/a/b/manifests/{reference}", ("If-None-Match", $"\"{digest}\""))).Status);
        }
    }

    [TestMethod]
    public async Task ATagMovesAndTheOldManifestStays()
    {
        await using Api api = await Api.StartAsync();
        Pushed first = await api.Writer.PushImageAsync("a", "t", [1]);
        Pushed second = await api.Writer.PushImageAsync("a", "t", [2]);
        Assert.AreEqual(second.Digest, (await api.Content.ManifestAsync("a", "t")).Digest);
        Assert.IsTrue(await api.Content.HasManifestAsync("a", first.Digest));
    }

    [TestMethod]
    public async Task ContentOfAManifest_MustBeInItsRepository()
    {
        await using Api api = await Api.StartAsync();
        Pushed blob = await api.Writer.PushBlobAsync("other", [1]);
        Pushed image = await api.Writer.PushImageAsync("other", null, [1]);
        Pushed config = await api.Writer.PushBlobAsync("a", "{}"u8.ToArray());
        (await PutAsync(api, "a", $$"""{"config":{{blob.Json}},"layers":[]}""")).AssertError(400, "MANIFEST_BLOB_UNKNOWN");
        (await PutAsync(api, "a", $$"""{"config":{{config.Json}},"layers":[{{blob.Json}}]}""")).AssertError(400, "MANIFEST_BLOB_UNKNOWN");
        (await PutAsync(api, "a", $$"""{"manifests":[{{image.Json}}]}""")).AssertError(400, "MANIFEST_BLOB_UNKNOWN");
        Assert.IsEmpty(await api.Content.TagsAsync("a"));
    }

    [TestMethod]
    [DataRow("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")]
    [DataRow("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")]
    [DataRow("application/vnd.oci.image.layer.nondistributable.v1.tar")]
    public async Task LayersThatMayNotBeRedistributedNeedNotBeThere(string mediaType)
    {
        await using Api api = await Api.StartAsync();
        Pushed config = await api.Writer.PushBlobAsync("a", "{}"u8.ToArray());
        string layer = new Pushed(mediaType, Unknown, 5).Json;
        Assert.AreEqual(201, (await PutAsync(api, "a", $$"""{"config":{{config.Json}},"layers":[{{layer}}]}""")).Status);
    }

    [TestMethod]
    public async Task ArtifactsOfUnknownTypesAreTaken()
    {
        await using Api api = await Api.StartAsync();
        Pushed blob = await api.Writer.PushBlobAsync("a", [1], "application/x.own");
        const string Type = "application/vnd.example.thing.v3+json";
        Answer put = await PutAsync(api, "a", $$"""{"mediaType":"{{Type}}","blobs":[{{blob.Json}}]}""", Type);
        Assert.AreEqual(201, put.Status);
        Assert.AreEqual(Type, (await api.Content.ManifestAsync("a", "t")).MediaType);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("[]")]
    [DataRow("{")]
    [DataRow("{}")]
    [DataRow("""{"manifests":{}}""")]
    [DataRow("""{"manifests":[1]}""")]
    [DataRow("""{"config":{"digest":"sha256:x"},"layers":[]}""")]
    [DataRow("""{"manifests":[],"subject":{}}""")]
    [DataRow("""{"schemaVersion":1,"fsLayers":[]}""")]
    [DataRow("""{"manifests":[],"Layers":[]}""")]
    [DataRow("""{"manifests":[],"manifests":[]}""")]
    [DataRow(
        """{"manifests":[],"subject":{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","Size":1}}""")]
    public async Task AnInvalidManifest_IsRefused(string json)
    {
        await using Api api = await Api.StartAsync();
        (await PutAsync(api, "a", json)).AssertError(400, "MANIFEST_INVALID");
        Assert.IsFalse(await api.Content.HasManifestAsync("a", "t"));
    }

    [TestMethod]
    public async Task AContentTypeThatContradictsTheManifestIsRefused()
    {
        await using Api api = await Api.StartAsync();
        (await PutAsync(api, "a", """{"manifests":[]}""", DockerManifest)).AssertError(400, "MANIFEST_INVALID");
        Assert.AreEqual(201, (await PutAsync(api, "a", """{"manifests":[]}""", "application/json")).Status);
    }

    [TestMethod]
    public async Task FourMebibytesAreTakenAndNoMore()
    {
        const int Max = 4 * 1024 * 1024;
        await using Api api = await Api.StartAsync();
        string Padded(int length) => """{"manifests":[]}""".PadRight(length);
        Assert.AreEqual(201, (await PutAsync(api, "a", Padded(Max))).Status);
        (await PutAsync(api, "a", Padded(Max + 1))).AssertError(413, "SIZE_INVALID");
        Assert.HasCount(Max, (await api.Content.ManifestAsync("a", "t")).Bytes);
    }

    [TestMethod]
    public async Task ADigestMustBeTheContents()
    {
        await using Api api = await Api.StartAsync();
        (await api.SendAsync("PUT", $"/v2/a/manifests/{Unknown}", """{"manifests":[]}"""u8.ToArray())).AssertError(400, "DIGEST_INVALID");
        string digest = "sha512:" + Convert.ToHexStringLower(SHA512.HashData("""{"manifests":[]}"""u8));
        Answer put = await api.SendAsync("PUT", $"/v2/a/manifests/{digest}", """{"manifests":[]}"""u8.ToArray());
        Assert.AreEqual(201, put.Status);
        Assert.AreEqual(digest, (await api.Content.ManifestAsync("a", digest)).Digest);
    }

    [TestMethod]
    public async Task AMissingManifest_IsUnknown_AndAnInvalidReferenceIsRefused()
    {
        await using Api api = await Api.StartAsync();
        (await api.GetAsync("/v2/a/manifests/t")).AssertError(404, "MANIFEST_UNKNOWN");
        (await api.GetAsync($"/v2/a/manifests/{Unknown}")).AssertError(404, "MANIFEST_UNKNOWN");
        (await api.GetAsync("/v2/a/manifests/.t")).AssertError(400, "TAG_INVALID");
        (await api.GetAsync("/v2/a/manifests/sha256:t")).AssertError(400, "DIGEST_INVALID");
        StringAssert.Contains(Encoding.UTF8.GetString((await api.GetAsync("/v2/a/manifests/.t")).Body), "'.t' is not a tag.");
        (await api.GetAsync("/v2/A/manifests/t")).AssertError(400, "NAME_INVALID");
        (await api.SendAsync("POST", "/v2/a/manifests/t")).AssertError(405, "UNSUPPORTED");
    }

    [TestMethod]
    public async Task DeletingAManifestTakesItsTagsAndDeletingATagLeavesTheManifest()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "one", [1]);
        await api.Writer.PushImageAsync("a", "two", [1]);
        await api.Writer.PushImageAsync("a", "other", [2]);

        Assert.AreEqual(202, (await api.SendAsync("DELETE", "/v2/a/manifests/two")).Status);
        (await api.SendAsync("DELETE", "/v2/a/manifests/two")).AssertError(404, "MANIFEST_UNKNOWN");
        Assert.IsTrue(await api.Content.HasManifestAsync("a", image.Digest));

        Assert.AreEqual(202, (await api.SendAsync("DELETE", $"/v2/a/manifests/{image.Digest}")).Status);
        (await api.SendAsync("DELETE", $"/v2/a/manifests/{image.Digest}")).AssertError(404, "MANIFEST_UNKNOWN");
        CollectionAssert.AreEqual((string[])["other"], (await api.Content.TagsAsync("a")).ToArray());
    }

    [TestMethod]
    public async Task AManifestPushedAgain_SurvivesAConditionalDeletion()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "one", [1]);
        string path = $"/v2/a/manifests/{image.Digest}";
        string link = Path.Combine(
            api.Registry.Folder, "docker/registry/v2/repositories/a/_manifests/revisions/sha256", image.Digest[7..], "link");
        File.SetLastWriteTimeUtc(link, DateTime.UtcNow.AddHours(-1));
        string stored = (await api.SendAsync("HEAD", path)).ContentHeaders.LastModified!.Value.ToString("R");

        await api.Writer.PushImageAsync("a", "two", [1]);
        (await api.SendAsync("DELETE", path, null, ("If-Unmodified-Since", stored))).AssertError(412, "DENIED");
        CollectionAssert.AreEqual((string[])["one", "two"], (await api.Content.TagsAsync("a")).ToArray());

        string now = (await api.SendAsync("HEAD", path)).ContentHeaders.LastModified!.Value.ToString("R");
        Assert.AreEqual(202, (await api.SendAsync("DELETE", path, null, ("If-Unmodified-Since", now))).Status);
        Assert.AreEqual(404, (await api.SendAsync("DELETE", path, null, ("If-Unmodified-Since", now))).Status);
    }

    private static Task<Answer> PutAsync(Api api, string repository, string json, string? type = null) =>
        api.SendAsync("PUT", $"/v2/{repository}/manifests/t", Encoding.UTF8.GetBytes(json), type is null ? [] : [("Content-Type", type)]);
}
