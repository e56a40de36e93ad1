using System.Globalization;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A broken download is resumed.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobResumptionTests : BlobDownloadTestBase
{
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

    /// <summary>A proxy of HTTP/1.0 sends neither length nor chunks: nothing distinguishes the end from a break.</summary>
    [TestMethod]
    [DataRow("HTTP/1.1")]
    [DataRow("HTTP/1.0")]
    public async Task ABodyThatOnlyTheConnectionEndsIsResumed(string version)
    {
        string text = string.Concat(Enumerable.Range(0, 500).Select(n => n.ToString("x4", CultureInfo.InvariantCulture)));
        Descriptor blob = new("application/octet-stream", Digest.Compute(Encoding.ASCII.GetBytes(text)), text.Length);
        await using RegistryTest test = new();
        int requests = 0;
        test.ServeRaw(RegistryTest.Local, line => !line.Contains("/blobs/", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            : $"{version} 200 OK\r\nConnection: close\r\n\r\n" + Interlocked.Increment(ref requests) switch
            {
                1 => text[..700],
                2 => text[..300],
                _ => text,
            });
        await using Stream stream = await test.Repository().GetBlob(blob).OpenAsync(0, None);
        using StreamReader reader = new(stream);
        Assert.AreEqual(text, await reader.ReadToEndAsync(None));
        Assert.AreEqual(3, requests);
    }

    [TestMethod]
    public async Task ABodyThatTheConnectionAlwaysEndsEarlyIsTooShort()
    {
        await using RegistryTest test = new();
        test.ServeRaw(RegistryTest.Local, line => line.Contains("/blobs/", StringComparison.Ordinal)
            ? "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nshort"
            : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => ReadAsync(test.Repository()));
        Assert.AreEqual(ErrorCode.SizeMismatch, e.Code);
        StringAssert.Contains(e.Message, "has 5 bytes");
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
}
