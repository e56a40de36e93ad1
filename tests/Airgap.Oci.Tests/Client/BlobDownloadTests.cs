using System.Globalization;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobDownloadTests
{
    private static readonly byte[] s_bytes = Responses.Blob(300_000);
    private static readonly Descriptor s_wanted = new("application/octet-stream", Digest.Compute(s_bytes), s_bytes.Length);

    private static CancellationToken None => CancellationToken.None;

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

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ABrokenConnectionIsResumedWhereItStopped(bool ranges)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int requests = 0;
        server.OnRequest = async context =>
        {
            context.Response.Headers.ETag = "\"tag\"";
            if (Interlocked.Increment(ref requests) <= 2)
                await ServeAndBreak(context, ranges, 100_000);
            else if (ranges)
                await ServeRanges(context);
            else
                await context.Bytes(s_bytes);
        };
        RegistryClient client = test.Client();

        CollectionAssert.AreEqual(
            s_bytes, await ReadAsync(client.GetRepository(Naming.RepositoryName.Parse("registry.local:5055/apps/web"))));

        Assert.AreEqual(3, requests);
        SeenRequest last = server.Seen.Last();
        StringAssert.StartsWith(last["Range"], "bytes=");
        Assert.AreEqual("\"tag\"", last["If-Range"]);
        if (ranges)
            Assert.AreEqual("bytes=200000-", last["Range"]);
        Assert.AreEqual(2, client.Statistics.Retries);
        Assert.AreEqual(s_bytes.Length, client.Statistics.BytesReceived);
    }

    [TestMethod]
    public async Task TheBudgetHealsWithProgress()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => ServeAndBreak(context, ranges: true, 30_000);

        CollectionAssert.AreEqual(s_bytes, await ReadAsync(test.Repository()));
        Assert.HasCount(10, server.Lines, "ten pieces with three attempts for each");
    }

    [TestMethod]
    public async Task AConnectionThatOnlyBreaksUsesUpTheBudget()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int requests = 0;
        server.OnRequest = context => ServeAndBreak(context, ranges: true, Interlocked.Increment(ref requests) == 1 ? 1000 : 0);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => ReadAsync(test.Repository()));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code);
        Assert.AreEqual(3, requests, "the break and two more attempts");
    }

    [TestMethod]
    public async Task AStallIsResumed()
    {
        ManualTime clock = new();
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        TaskCompletionSource stalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnRequest = async context =>
        {
            if (context.Request.Headers.Range.Count > 0)
            {
                await ServeRanges(context);
                return;
            }

            context.Response.ContentLength = s_bytes.Length;
            await context.Response.Body.WriteAsync(s_bytes.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await stalled.Task;
        };
        IImageRepository repository =
            test.Repository(change: options => options with { TimeProvider = clock, ResponseHeaderTimeout = TimeSpan.FromSeconds(30) });
        await using Stream stream = await repository.GetBlob(s_wanted).OpenAsync(0, None);
        byte[] target = new byte[s_bytes.Length];
        await stream.ReadExactlyAsync(target.AsMemory(0, 1000));

        Task rest = stream.ReadExactlyAsync(target.AsMemory(1000)).AsTask();
        await clock.WaitForTimerAsync(due => due == TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromSeconds(30));
        await clock.AdvanceUntilDoneAsync(rest, due => due < TimeSpan.FromSeconds(6));
        await rest;
        stalled.SetResult();

        CollectionAssert.AreEqual(s_bytes, target);
        Assert.AreEqual("bytes=1000-", server.Seen.Last()["Range"]);
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

    [TestMethod]
    public async Task NothingIsReadWithoutARequest()
    {
        await using RegistryTest test = new();
        Descriptor nothing = new("x", Digest.Compute([]), 0);
        await using Stream stream = await test.Repository().GetBlob(nothing).OpenAsync(0, None);
        Assert.AreEqual(0, await stream.ReadAsync(new byte[1]));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().GetBlob(s_wanted with { Size = 0 }).OpenAsync(0, None));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
    }

    private static async Task<byte[]> ReadAsync(IImageRepository repository, long offset = 0)
    {
        await using Stream stream = await repository.GetBlob(s_wanted).OpenAsync(offset, None);
        using MemoryStream target = new();
        await stream.CopyToAsync(target);
        return target.ToArray();
    }

    private static (int From, int End)? RangeOf(HttpContext context) =>
        context.Request.Headers.Range.ToString() is { Length: > 0 } header && header["bytes=".Length..].Split('-') is [var first, var last]
            ? (int.Parse(first, CultureInfo.InvariantCulture),
                last.Length == 0 ? s_bytes.Length : int.Parse(last, CultureInfo.InvariantCulture) + 1)
            : null;

    private static Task ServeRanges(HttpContext context)
    {
        if (RangeOf(context) is not { } range)
            return context.Bytes(s_bytes);
        (int from, int end) = range;
        context.Response.Headers.ContentRange = $"bytes {from}-{end - 1}/{s_bytes.Length}";
        return context.Bytes(s_bytes[from..end], status: 206);
    }

    private static async Task ServeAndBreak(HttpContext context, bool ranges, int count)
    {
        (int from, int end) = (0, s_bytes.Length);
        if (ranges && RangeOf(context) is { } range)
        {
            (from, end) = range;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{end - 1}/{s_bytes.Length}";
        }

        context.Response.ContentLength = end - from;
        count = Math.Min(count, end - from);
        await context.Response.Body.WriteAsync(s_bytes.AsMemory(from, count));
        await context.Response.Body.FlushAsync();
        if (from + count < end)
            await FinishConnection(context);
    }

    // An orderly end lets what was sent arrive; Abort may discard it.
    private static Task FinishConnection(HttpContext context) =>
        Task.FromException(new InvalidOperationException("The connection ends here."));
}
