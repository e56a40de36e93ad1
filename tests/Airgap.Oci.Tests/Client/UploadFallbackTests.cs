using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A blob that the registry does not accept in one request is sent as imgpkg sends it.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadFallbackTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(413, "0-8912895", "8912896-17825791")]
    [DataRow(400, "")]
    [DataRow(404, "")]
    [DataRow(405, "")]
    [DataRow(411, "")]
    [DataRow(415, "")]
    [DataRow(416, "")]
    [DataRow(422, "")]
    [DataRow(501, "")]
    public async Task ARefusedWhole_IsSentAsImgpkgSendsIt_AndInChunksIfItIsTooLong(int status, params string[] ranges)
    {
        byte[] large = Responses.Blob(17 * 1024 * 1024);
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local)) { Location = "/v2/apps/web/blobs/uploads/1?n=0" };
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.ReadBody();
            await context.Error(status, "SIZE_INVALID", "too large");
            return true;
        };
        SumProgress progress = new();
        MemoryBlob blob = new(large);

        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(blob, null, progress, None));

        CollectionAssert.AreEqual(large, upload.Patched.ToArray());
        CollectionAssert.AreEqual(ranges, upload.Ranges);
        Assert.AreEqual(large.Length, progress.Sum);
        StringAssert.StartsWith(upload.LastPut, $"PUT /v2/apps/web/blobs/uploads/1?n={ranges.Length}&digest=");
        Assert.AreEqual("0", upload.Server.Seen.Last(request => request.Line == upload.LastPut)["Content-Length"]);
        Assert.AreEqual(2, blob.Opened, "once whole, once for what follows");
    }

    [TestMethod]
    public async Task AChunkThatWasTakenInPart_IsContinued()
    {
        byte[] large = Responses.Blob(3_000_000);
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local)) { TakeAtMost = 2_000_000 };
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.ReadBody();
            await context.Empty(413);
            return true;
        };
        SumProgress progress = new();

        await test.Repository().PushBlobAsync(new MemoryBlob(large), null, progress, None);
        CollectionAssert.AreEqual(large, upload.Patched.ToArray());
        Assert.AreEqual(large.Length, progress.Sum);
    }
}
