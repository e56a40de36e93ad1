using System.Collections.Concurrent;
using System.Globalization;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>
/// A long blob that is passed on in order is fetched in parallel parts if one stream is slow; its bytes are the same as from one stream.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HelpedDownloadTests
{
    private const int PartSize = 64 * 1024;

    private static readonly byte[] s_bytes = Responses.Blob((40 * PartSize) + 12_345);
    private static readonly Descriptor s_wanted = new("application/octet-stream", Digest.Compute(s_bytes), s_bytes.Length);
    private static readonly PartRules s_rules = new()
    {
        Size = PartSize,
        Judged = 2 * PartSize,
        Patience = TimeSpan.Zero,
        MostStreams = 4
    };

    private readonly RegistryTest _test = new();
    private readonly SparePlaces _places = new(8);
    private readonly ConcurrentQueue<(int From, int End)> _parts = new();
    private ScriptedServer _server = null!;
    private string? _tag = "\"1\"";

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    [TestInitialize]
    public async Task StartAsync()
    {
        _server = await _test.ServeAsync(RegistryTest.Local);
        _server.OnRequest = ServeAsync;
    }

    [TestCleanup]
    public async Task StopAsync() => await _test.DisposeAsync();

    [TestMethod]
    public async Task PartsComeSideBySideAndEachOnce()
    {
        TaskCompletionSource four = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        _server.OnRequest = async context =>
        {
            // The first part is requested before the blob's own stream ends; no response is sent before four more are requested.
            if (RangeOf(context) is not null && Interlocked.Increment(ref asked) is var count && count > 1)
            {
                if (count == 5)
                    four.TrySetResult();
                await four.Task.WaitAsync(context.RequestAborted);
            }

            await ServeAsync(context);
        };
        await AssertReadAsync(Blob());

        (int From, int End)[] parts = [.. _parts.OrderBy(part => part.From)];
        Assert.IsGreaterThanOrEqualTo(2 * PartSize, parts[0].From, "judged by so many bytes");
        for (int i = 1; i < parts.Length; i++)
            Assert.AreEqual(parts[i - 1].End, parts[i].From);
        Assert.AreEqual(s_bytes.Length, parts[^1].End);
        Assert.AreEqual(parts.Length + 1, _server.Lines.Length, "the blob's own stream, and each part");
        Assert.AreEqual(0, _places.Taken);
    }

    [TestMethod]
    public async Task PartsThatWaitForTheirTurnAreFewForAllBlobsTogether()
    {
        IImageRepository repository = Repository(options => options with { PartMemoryBytes = 5 * PartSize });
        List<Stream> streams = [];
        for (int i = 0; i < 3; i++)
        {
            Stream stream = await Blob(repository).OpenAsync(0, Token);
            streams.Add(stream);

            // Reads beyond the bytes that determine the speed, into the parts; then the reading stops.
            await stream.ReadExactlyAsync(new byte[(2 * PartSize) + 200_000 + PartSize], Token);
        }

        await _places.WhenFreeAsync().WaitAsync(Token);
        int read = streams.Count * ((200_000 / PartSize) + 2);
        Assert.IsLessThanOrEqualTo(read + 5, _parts.Count, "those that were read, and five that wait");
        Assert.IsGreaterThan(streams.Count, _parts.Count);
        foreach (Stream stream in streams)
            await stream.DisposeAsync();
        Assert.AreEqual(0, _places.Taken);

        // All memory was returned.
        await AssertReadAsync(Blob(repository));
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(403)]
    [DataRow(416)]
    public async Task ASourceWithoutPartsIsAskedForOneOnce(int status)
    {
        _server.OnRequest = context => status != 200 && RangeOf(context) is not null
            ? context.Error(status, "DENIED", "no ranges") : context.Bytes(s_bytes);
        await AssertReadAsync(Blob());
        Assert.HasCount(2, _server.Lines, "the stream that went on, and the question");
        Assert.AreEqual(0, _places.Taken);
    }

    [TestMethod]
    public async Task ABrokenPartGoesOnWhereItBroke()
    {
        int count = 0;
        (int From, int End) broken = default;
        _server.OnRequest = async context =>
        {
            if (RangeOf(context) is not { } range || Interlocked.Increment(ref count) != 3)
            {
                await ServeAsync(context);
                return;
            }

            broken = range;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {range.From}-{range.End - 1}/{s_bytes.Length}";
            context.Response.ContentLength = range.End - range.From;
            await context.Response.Body.WriteAsync(s_bytes.AsMemory(range.From, 1000));
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        await AssertReadAsync(Blob());
        (int again, _) = Assert.ContainsSingle(_parts.Where(part => part.End == broken.End));
        Assert.IsGreaterThanOrEqualTo(broken.From, again);
    }

    [TestMethod]
    public async Task ASpoiledPartIsFoundBeforeTheLastByteAndTheBlobReadAgainByOneStream()
    {
        int count = 0;
        _server.OnRequest = context => RangeOf(context) is { } range && Interlocked.Increment(ref count) == 3
            ? ServeAsync(context, Spoiled(range.From + 77)) : ServeAsync(context);
        IBlobContent blob = Blob();
        await using (Stream stream = await blob.OpenAsync(0, Token))
        {
            byte[] all = new byte[s_bytes.Length];
            AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(async () => await stream.ReadExactlyAsync(all, Token));
            Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
            Assert.AreEqual(s_wanted.Digest.ToString(), e.Digest);
            await Assert.ThrowsExactlyAsync<AirgapException>(async () => await stream.ReadExactlyAsync(all, Token));
        }

        int before = _server.Lines.Length;
        await AssertReadAsync(blob);
        Assert.AreEqual(before + 1, _server.Lines.Length);
    }

    [TestMethod]
    public async Task ASourceThatChangesItsAnswerIsFoundOut()
    {
        // After a few parts, the server has other bytes of the same length.
        int count = 0;
        _server.OnRequest = context =>
        {
            if (RangeOf(context) is null || Interlocked.Increment(ref count) < 6)
                return ServeAsync(context);
            _tag = "\"2\"";
            return ServeAsync(context, Spoiled(s_bytes.Length - 5));
        };
        await using Stream stream = await Blob().OpenAsync(0, Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await stream.ReadExactlyAsync(new byte[s_bytes.Length], Token));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
    }

    [TestMethod]
    [DataRow(200)]
    [DataRow(404)]
    public async Task ASourceThatStopsGivingPartsIsReadOnByOneStream(int status)
    {
        int count = 0;
        _server.OnRequest = context => RangeOf(context) is not { } range || range.End == s_bytes.Length
            || Interlocked.Increment(ref count) < 6
            ? ServeAsync(context) : status == 200 ? context.Bytes(s_bytes) : context.Error(status, "BLOB_UNKNOWN", "gone");
        await AssertReadAsync(Blob());
        Assert.ContainsSingle(_server.Seen.Where(seen => seen["Range"]?.EndsWith('-') == true));
        Assert.AreEqual(0, _places.Taken);
    }

    [TestMethod]
    [DataRow(true, 8, DisplayName = "quick")]
    [DataRow(false, 0, DisplayName = "no place")]
    public async Task OneStreamIsEnough(bool isQuick, int places)
    {
        PartRules rules = isQuick ? s_rules with { Patience = TimeSpan.FromHours(1) } : s_rules;
        await AssertReadAsync(Repository().GetBlob(s_wanted).HelpedBy(new PartHelp(rules, new SparePlaces(places))));
        Assert.HasCount(1, _server.Lines);
    }

    [TestMethod]
    public async Task FromAnOffsetPartsHelpToo()
    {
        await using Stream stream = await Blob().OpenAsync(1000, Token);
        byte[] all = new byte[s_bytes.Length - 1000];
        await stream.ReadExactlyAsync(all, Token);
        CollectionAssert.AreEqual(s_bytes[1000..], all);
        Assert.IsGreaterThan(10, _parts.Count);
    }

    private static byte[] Spoiled(int at)
    {
        byte[] bad = [.. s_bytes];
        bad[at] ^= 1;
        return bad;
    }

    private IImageRepository Repository(Func<Wire.RegistryOptions, Wire.RegistryOptions>? change = null) =>
        _test.Repository(change: change);

    private IBlobContent Blob(IImageRepository? repository = null) =>
        (repository ?? Repository()).GetBlob(s_wanted).HelpedBy(new PartHelp(s_rules, _places));

    private async Task AssertReadAsync(IBlobContent blob)
    {
        await using Stream stream = await blob.OpenAsync(0, Token);
        using MemoryStream all = new();
        await stream.CopyToAsync(all, Token);
        CollectionAssert.AreEqual(s_bytes, all.ToArray());
    }

    private Task ServeAsync(HttpContext context) => ServeAsync(context, s_bytes);

    private Task ServeAsync(HttpContext context, byte[] bytes)
    {
        context.Response.Headers.ETag = _tag;
        string? expected = context.Request.Headers.IfRange;
        if (RangeOf(context) is not { } range || (expected is not null && expected != _tag))
            return context.Bytes(bytes);
        if (context.Request.Headers.Range.ToString().EndsWith('-') is false)
            _parts.Enqueue(range);
        context.Response.Headers.ContentRange = $"bytes {range.From}-{range.End - 1}/{bytes.Length}";
        return context.Bytes(bytes[range.From..range.End], status: 206);
    }

    private static (int From, int End)? RangeOf(HttpContext context)
    {
        string header = context.Request.Headers.Range.ToString();
        if (header.Length == 0)
            return null;
        string[] ends = header["bytes=".Length..].Split('-');
        return (int.Parse(ends[0], CultureInfo.InvariantCulture),
            ends[1].Length == 0 ? s_bytes.Length : int.Parse(ends[1], CultureInfo.InvariantCulture) + 1);
    }
}
