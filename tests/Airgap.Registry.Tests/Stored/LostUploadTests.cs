using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Stored;

/// <summary>Bytes of an upload that another program removes or cuts off never count as uploaded.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LostUploadTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))];

    [TestMethod]
    [DataRow(0)]
    [DataRow(100)]
    public async Task AnUploadThatLostItsEnd_IsRefused_AndNothingIsStored(int left)
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, s_content)).Status);
        Cut(DataOf(api), left);

        string digest = RegistryWriter.DigestOf(s_content);
        (await api.SendAsync("PUT", $"{upload}?digest={digest}")).AssertError(400, "DIGEST_INVALID");

        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{digest}")).Status);
        await api.Writer.PushBlobAsync("a", s_content);
        CollectionAssert.AreEqual(s_content, (await api.GetAsync($"/v2/a/blobs/{digest}")).Body);
    }

    [TestMethod]
    public async Task AChunkAfterALostEnd_IsRefused_WithWhatIsThere()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, s_content[..150_000])).Status);
        Cut(DataOf(api), 100);
        Assert.AreEqual("0-99", (await api.GetAsync(upload))["Range"]);

        Answer refused = await api.SendAsync("PATCH", upload, s_content[150_000..], ("Content-Range", "150000-199999"));
        refused.AssertError(416, "BLOB_UPLOAD_INVALID");
        Assert.AreEqual("0-99", refused["Range"]);

        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, s_content[100..], ("Content-Range", "100-199999"))).Status);
        string digest = RegistryWriter.DigestOf(s_content);
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={digest}")).Status);
        CollectionAssert.AreEqual(s_content, (await api.GetAsync($"/v2/a/blobs/{digest}")).Body);
    }

    [TestMethod]
    public async Task AnUploadWhoseFolderIsGone_IsUnknown()
    {
        await using Api api = await Api.StartAsync();
        string upload = await api.StartUploadAsync("a");
        Assert.AreEqual(202, (await api.SendAsync("PATCH", upload, s_content)).Status);
        Directory.Delete(Path.GetDirectoryName(DataOf(api))!, recursive: true);

        (await api.GetAsync(upload)).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
        (await api.SendAsync("PATCH", upload, [1])).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
        (await api.SendAsync("PUT", $"{upload}?digest={RegistryWriter.DigestOf(s_content)}")).AssertError(404, "BLOB_UPLOAD_UNKNOWN");
        Assert.AreEqual(404, (await api.GetAsync($"/v2/a/blobs/{RegistryWriter.DigestOf(s_content)}")).Status);
    }

    private static string DataOf(Api api) => Directory.GetFiles(api.Registry.Folder, "data", SearchOption.AllDirectories).Single();

    private static void Cut(string path, int left)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(left);
    }
}
