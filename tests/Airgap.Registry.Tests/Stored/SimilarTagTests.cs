using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>On a file system that takes names for one another, no tag moves, shows or removes another.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class SimilarTagTests
{
    private const string Empty = "application/vnd.oci.image.index.v1+json";

    private readonly TempFolder _temp = new();

    [TestCleanup]
    public void Clean() => _temp.Dispose();

    [TestMethod]
    [DataRow("V1", "v1")]
    [DataRow("v1", "V1")]
    [DataRow("v1", "v1.")]
    [DataRow("1.0", "1.0.")]
    public async Task APushOfASimilarTagIsRefused(string there, string similar)
    {
        await using Api api = await StartAsync();
        string digest = await PushAsync(api, there, 1);

        Answer refused = await PutAsync(api, similar, 2);

        refused.AssertError(400, "TAG_INVALID");
        Assert.AreEqual(
            $"The registry cannot store the tag '{similar}': its file system takes the tag for '{there}'. Push under another tag.",
            MessageOf(refused));
        await AssertTagsAsync(api, there);
        Assert.AreEqual(digest, (await api.GetAsync($"/v2/a/manifests/{there}"))["Docker-Content-Digest"]);
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/manifests/{DigestOf(2)}")).Status, "nothing of a refused push stays");
    }

    [TestMethod]
    public async Task ASimilarTagIsUnknown()
    {
        await using Api api = await StartAsync();
        await PushAsync(api, "V1", 1);

        (await api.GetAsync("/v2/a/manifests/v1")).AssertError(404, "MANIFEST_UNKNOWN");
        Assert.AreEqual(404, (await api.SendAsync("HEAD", "/v2/a/manifests/v1")).Status);
        (await api.SendAsync("DELETE", "/v2/a/manifests/v1")).AssertError(404, "MANIFEST_UNKNOWN");
        Assert.AreEqual(200, (await api.GetAsync("/v2/a/manifests/V1")).Status);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ATagTakesThePlaceOfARemovedSimilarOne(bool byDigest)
    {
        await using Api api = await StartAsync();
        string digest = await PushAsync(api, "V1", 1);
        Assert.AreEqual(202, (await api.SendAsync("DELETE", $"/v2/a/manifests/{(byDigest ? digest : "V1")}")).Status);
        // What a killed removal may leave.
        if (!byDigest)
            Directory.CreateDirectory(Path.Combine(TagsFolder, "V1", "index"));

        string second = await PushAsync(api, "v1", 2);

        await AssertTagsAsync(api, "v1");
        Assert.AreEqual(second, (await api.GetAsync("/v2/a/manifests/v1"))["Docker-Content-Digest"]);
    }

    [TestMethod]
    public async Task SimilarTagsAtOnce_OneIsStored()
    {
        await using Api api = await StartAsync();
        string[] tags = ["Release", "release", "RELEASE", "rELEASE"];

        Answer[] answers = await Task.WhenAll(tags.Select((tag, i) => PutAsync(api, tag, i)));

        string stored = tags[Assert.ContainsSingle(Enumerable.Range(0, 4).Where(i => answers[i].Status == 201))];
        await AssertTagsAsync(api, stored);
    }

    [TestMethod]
    [DataRow("V1")]
    [DataRow("v1.")]
    public async Task ATagThatTheSystemRenamesIsRefused(string tag)
    {
        await using Api api = await StartAsync(folder => new FoldingLayout(folder, name => name.ToLowerInvariant().TrimEnd('.')));

        Answer refused = await PutAsync(api, tag, 1);

        refused.AssertError(400, "TAG_INVALID");
        Assert.IsEmpty(Directory.GetDirectories(TagsFolder));
        await PushAsync(api, "v1", 1);
    }

    [TestMethod]
    public async Task ANameThatTheFileSystemRefusesIsRefused()
    {
        await using Api api = await StartAsync(folder => new FoldingLayout(folder, static name => $"file/{name}"));
        Directory.CreateDirectory(TagsFolder);
        File.WriteAllText(Path.Combine(TagsFolder, "file"), "");

        Answer refused = await PutAsync(api, "aux", 1);

        refused.AssertError(400, "TAG_INVALID");
        StringAssert.Contains(MessageOf(refused), "its file system cannot hold this name");
    }

    [TestMethod]
    public async Task NamesThatWindowsDoesNotAllowAreRefused()
    {
        await using Api api = await StartAsync(folder => new FoldingLayout(folder, onWindows: true));
        foreach (string tag in (string[])["aux", "NUL.1", "v1."])
        {
            Answer refused = await PutAsync(api, tag, 1);
            refused.AssertError(400, "TAG_INVALID");
            StringAssert.Contains(MessageOf(refused), "its file system cannot hold this name");
            (await api.GetAsync($"/v2/a/manifests/{tag}")).AssertError(404, "MANIFEST_UNKNOWN");
        }

        (await api.SendAsync("POST", "/v2/apps/com1/blobs/uploads/")).AssertError(400, "NAME_INVALID");
        (await api.SendAsync("PUT", "/v2/aux/manifests/v1", Index(1), ("Content-Type", Empty))).AssertError(400, "NAME_INVALID");
        (await api.GetAsync("/v2/apps/com1/tags/list")).AssertError(404, "NAME_UNKNOWN");
        string digest = RegistryWriter.DigestOf([1]);
        Assert.AreEqual(202, (await api.SendAsync("POST", $"/v2/a/blobs/uploads/?mount={digest}&from=apps/aux")).Status);
        await PushAsync(api, "auxiliary", 1);
    }

    [TestMethod]
    public async Task WhereNamesAreDistinguished_SimilarTagsAreTwo()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("The file system may take the names for one another.");
        await using Api api = await StartAsync(static folder => new Storage.StorageLayout(folder));
        string[] digests = [await PushAsync(api, "v1", 1), await PushAsync(api, "V1", 2), await PushAsync(api, "v1.", 3)];

        await AssertTagsAsync(api, "V1", "v1", "v1.");
        foreach ((string tag, string digest) in new[] { "v1", "V1", "v1." }.Zip(digests))
            Assert.AreEqual(digest, (await api.GetAsync($"/v2/a/manifests/{tag}"))["Docker-Content-Digest"]);
        Assert.AreEqual(202, (await api.SendAsync("DELETE", "/v2/a/manifests/v1")).Status);
        await AssertTagsAsync(api, "V1", "v1.");
    }

    private string TagsFolder => Path.Combine(_temp["storage"], "docker/registry/v2/repositories/a/_manifests/tags");

    private Task<Api> StartAsync(Func<string, Storage.StorageLayout>? layout = null) => Api.StartAsync(new RegistryFixtureOptions
    {
        Folder = _temp["storage"],
        Configure = options => options with { Layout = layout ?? (static folder => new FoldingLayout(folder)) },
    });

    private static byte[] Index(int number) => System.Text.Encoding.ASCII.GetBytes(
        $$$"""{"schemaVersion":2,"mediaType":"{{{Empty}}}","manifests":[],"annotations":{"number":"{{{number}}}"}}""");

    private static string DigestOf(int number) => RegistryWriter.DigestOf(Index(number));

    private static Task<Answer> PutAsync(Api api, string tag, int number) =>
        api.SendAsync("PUT", $"/v2/a/manifests/{tag}", Index(number), ("Content-Type", Empty));

    private static async Task<string> PushAsync(Api api, string tag, int number)
    {
        Assert.AreEqual(201, (await PutAsync(api, tag, number)).Status);
        return DigestOf(number);
    }

    private static string MessageOf(Answer answer) => answer.Json.GetProperty("errors")[0].GetProperty("message").GetString()!;

    private static async Task AssertTagsAsync(Api api, params string[] tags) => CollectionAssert.AreEqual(
        tags, (await api.GetAsync("/v2/a/tags/list")).Json.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ToArray());
}
