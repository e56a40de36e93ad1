using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Interrupted uploads, and sources with wrong content.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadRetryTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ABrokenPut_StartsOver()
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.Request.Body.ReadExactlyAsync(new byte[100_000]);
            context.Abort();
            return true;
        };
        MemoryBlob blob = new(ScriptedUpload.Bytes);
        SumProgress progress = new();

        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(blob, null, progress, None));

        Assert.AreEqual(2, blob.Opened);
        CollectionAssert.AreEqual(ScriptedUpload.Bytes, upload.Stored);
        Assert.AreEqual(ScriptedUpload.Bytes.Length, progress.Sum);
        Assert.IsTrue(progress.Reports.Any(report => report < 0));
        Assert.AreEqual(2, upload.Server.Lines.Count(line => line == ScriptedUpload.SelfMount));
    }

    [TestMethod]
    public async Task APassingRefusal_StartsOver()
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        upload.OnPut = async (context, number) =>
        {
            if (number > 1)
                return false;
            await context.ReadBody();
            await context.Error(503, "UNAVAILABLE", "later");
            return true;
        };
        SumProgress progress = new();

        await test.Repository().PushBlobAsync(new MemoryBlob(ScriptedUpload.Bytes), null, progress, None);
        Assert.AreEqual(ScriptedUpload.Bytes.Length, progress.Sum);
        Assert.HasCount(5, upload.Server.Lines, "POST and PUT, each twice, and a DELETE of the first upload");
    }

    [TestMethod]
    public async Task BadBytes_NeverCompleteAnUpload()
    {
        await using RegistryTest test = new();
        ScriptedServer source = await test.ServeAsync("source.local");
        byte[] bad = [.. ScriptedUpload.Bytes];
        bad[^1] ^= 1;
        source.OnRequest = context => context.Bytes(bad);
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        TaskCompletionSource third = new(TaskCreationOptions.RunContinuationsAsynchronously);
        upload.OnPut = (_, number) =>
        {
            if (number == 3)
                third.SetResult();
            return Task.FromResult(false);
        };
        IBlobContent blob = test.Repository("source.local/a").GetBlob(new MemoryBlob(ScriptedUpload.Bytes).Descriptor);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().PushBlobAsync(blob, null, null, None));

        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
        StringAssert.Contains(e.Message, "source.local/a");
        await Assert.ThrowsAsync<Exception>(() => upload.FirstBody.Task, "the body was cut");
        Assert.IsNull(upload.Stored);

        // The client may end before the server has received its last request.
        await third.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.AreEqual(3, upload.Puts, "bytes may be spoiled on their way: they are fetched again, twice and no more");
    }

    [TestMethod]
    public async Task ASourceThatFailsAtItsEnd_IsHeardBeforeTheLastBytesGoOut()
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        AirgapException failure = new(ErrorCode.ArchiveDigestMismatch, "The archive is damaged.", "Make it again.");
        MemoryBlob blob = new(ScriptedUpload.Bytes) { Open = _ => new FailingStream(ScriptedUpload.Bytes, failure) };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().PushBlobAsync(blob, null, null, None));

        Assert.AreSame(failure, e);
        Assert.IsNull(upload.Stored);
    }

    [TestMethod]
    [DataRow(-1)]
    [DataRow(1)]
    public async Task ASourceOfAnotherLength_IsRefused(int difference)
    {
        await using RegistryTest test = new();
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        MemoryBlob blob = new(ScriptedUpload.Bytes)
        {
            Open = _ => new MemoryStream(difference < 0 ? ScriptedUpload.Bytes[1..] : [.. ScriptedUpload.Bytes, 0])
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().PushBlobAsync(blob, null, null, None));
        Assert.AreEqual(ErrorCode.SizeMismatch, e.Code);
        Assert.IsNull(upload.Stored);
    }
}
