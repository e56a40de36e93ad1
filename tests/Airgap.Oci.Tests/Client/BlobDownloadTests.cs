using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A blob is read and verified.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobDownloadTests : BlobDownloadTestBase
{
    [TestMethod]
    public async Task ABlobIsReadWhole()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Bytes(s_bytes);

        CollectionAssert.AreEqual(s_bytes, await ReadAsync(test.Repository()));
        Assert.AreEqual($"GET /v2/apps/web/blobs/{s_wanted.Digest}", server.Lines.Single());
    }

    [TestMethod]
    public async Task AnUnknownBlobFailsWhenOpened()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Error(404, "BLOB_UNKNOWN", "blob unknown to registry");

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().GetBlob(s_wanted).OpenAsync(0, None));
        Assert.AreEqual(ErrorCode.BlobUnknown, e.Code);
        Assert.AreEqual(s_wanted.Digest.ToString(), e.Digest);
    }

    [TestMethod]
    [DataRow(404, 0, ErrorCode.BlobUnknown)]
    [DataRow(200, 1, ErrorCode.SizeMismatch)]
    public async Task AnEmptyBlobIsRequested(int status, int length, ErrorCode code)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        Descriptor empty = new(MediaTypes.OciLayer, Digest.Compute([]), 0);
        server.OnRequest = context => context.Bytes([]);
        await using (Stream stream = await test.Repository().GetBlob(empty).OpenAsync(0, None))
            Assert.AreEqual(0, await stream.ReadAsync(new byte[1]));

        // Without an announced length.
        server.OnRequest = context => status == 404
            ? context.Error(404, "BLOB_UNKNOWN", "blob unknown to registry") : context.Response.Body.WriteAsync(new byte[length]).AsTask();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().GetBlob(empty).OpenAsync(0, None));
        Assert.AreEqual(code, e.Code);
        Assert.HasCount(2, server.Lines);
    }

    [TestMethod]
    public async Task ADigestOfOtherBytesIsNotThatOfAnEmptyBlob()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Bytes([]);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().GetBlob(s_wanted with { Size = 0 }).OpenAsync(0, None));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
    }

    [TestMethod]
    public async Task TheReadThatWouldEndBadBytesFails()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        byte[] bad = [.. s_bytes];
        bad[1000] ^= 1;
        server.OnRequest = context => context.Bytes(bad);
        await using Stream stream = await test.Repository().GetBlob(s_wanted).OpenAsync(0, None);
        byte[] target = new byte[s_bytes.Length];

        await stream.ReadExactlyAsync(target.AsMemory(0, s_bytes.Length - 1));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await stream.ReadExactlyAsync(target.AsMemory(0, 1)));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
        await Assert.ThrowsExactlyAsync<AirgapException>(async () => await stream.ReadExactlyAsync(target));
    }

    [TestMethod]
    [DataRow(-1, true)]
    [DataRow(1, true)]
    [DataRow(-1, false)]
    [DataRow(1, false)]
    public async Task AnotherLengthIsRefused(int difference, bool announced)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = async context =>
        {
            byte[] bytes = difference < 0 ? s_bytes[..^1] : [.. s_bytes, 0];
            if (announced)
                context.Response.ContentLength = bytes.Length;
            await context.Response.Body.WriteAsync(bytes);
        };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => ReadAsync(test.Repository()));
        Assert.AreEqual(ErrorCode.SizeMismatch, e.Code);
    }

    [TestMethod]
    public async Task CancellationComesThroughAsItself()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        using CancellationTokenSource cancel = new();
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnRequest = async context =>
        {
            await cancel.CancelAsync();
            await release.Task;
        };

        await Assert.ThrowsAsync<OperationCanceledException>(
            async () => await test.Repository().GetBlob(s_wanted).OpenAsync(0, cancel.Token));
        release.SetResult();
        Assert.HasCount(1, server.Lines);
    }
}
