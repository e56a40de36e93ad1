using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A part of a blob is read.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobRangeTests : BlobDownloadTestBase
{
    [TestMethod]
    public async Task FromAnOffsetARangeIsAsked()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = ServeRanges;

        CollectionAssert.AreEqual(s_bytes[1000..], await ReadAsync(test.Repository(), 1000));
        Assert.AreEqual("bytes=1000-", server.Seen.Last()["Range"]);
    }

    [TestMethod]
    public async Task AServerWithoutRangesIsReadPastTheOffset()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Bytes(s_bytes);

        CollectionAssert.AreEqual(s_bytes[100_000..], await ReadAsync(test.Repository(), 100_000));
    }

    [TestMethod]
    public async Task AnotherRangeThanAskedIsRefused()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context =>
        {
            context.Response.Headers.ContentRange = $"bytes 999-{s_bytes.Length - 1}/{s_bytes.Length}";
            return context.Bytes(s_bytes[999..], status: 206);
        };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => ReadAsync(test.Repository(), 1000));
        Assert.AreEqual(ErrorCode.RegistryProtocol, e.Code);
    }

    [TestMethod]
    [DataRow(0, 1000)]
    [DataRow(1000, 50_000)]
    [DataRow(299_000, 1000)]
    public async Task APartIsReadAlone(int offset, int length)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = ServeRanges;
        await using Stream? part = await test.Repository().GetBlob(s_wanted).TryOpenPartAsync(offset, length, None);
        Assert.IsNotNull(part);
        MemoryStream read = new();
        await part.CopyToAsync(read);
        CollectionAssert.AreEqual(s_bytes[offset..(offset + length)], read.ToArray());
        Assert.AreEqual($"bytes={offset}-{offset + length - 1}", server.Seen.Last()["Range"]);
    }

    [TestMethod]
    public async Task AServerWithoutRangesGivesNoPart()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Bytes(s_bytes);
        Assert.IsNull(await test.Repository().GetBlob(s_wanted).TryOpenPartAsync(1000, 1000, None));
        Assert.HasCount(1, server.Lines);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ABrokenPartIsResumedWithinItself(bool ranges)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int requests = 0;
        server.OnRequest = context =>
            Interlocked.Increment(ref requests) == 1
                ? ServeAndBreak(context, ranges: true, 10_000) : ranges ? ServeRanges(context) : context.Bytes(s_bytes);
        await using Stream? part = await test.Repository().GetBlob(s_wanted).TryOpenPartAsync(1000, 50_000, None);
        Assert.IsNotNull(part);
        MemoryStream read = new();
        await part.CopyToAsync(read);
        CollectionAssert.AreEqual(s_bytes[1000..51_000], read.ToArray());
        Assert.AreEqual("bytes=11000-50999", server.Seen.Last()["Range"]);
    }

    [TestMethod]
    public async Task MoreThanThePartIsRefused()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context =>
        {
            context.Response.Headers.ContentRange = $"bytes 1000-{s_bytes.Length - 1}/{s_bytes.Length}";
            return context.Bytes(s_bytes[1000..], status: 206);
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().GetBlob(s_wanted).TryOpenPartAsync(1000, 500, None));
        Assert.AreEqual(ErrorCode.RegistryProtocol, e.Code);
    }
}
