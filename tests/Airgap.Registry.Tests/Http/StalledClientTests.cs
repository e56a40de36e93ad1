using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Airgap.Registry.Http;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Http;

/// <summary>A client that vanishes or stands still in the middle of a request or response does not occupy the registry for ever.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class StalledClientTests
{
    private static readonly string s_digest = RegistryWriter.DigestOf("0123456789"u8);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AnUploadThatStopsIsEndedAndGoesOnLater()
    {
        await using Api api = await StartAsync();
        string upload = await api.StartUploadAsync("a");

        StringAssert.StartsWith(await api.SendRawAsync(Unfinished("PATCH", upload)), "HTTP/1.1 408 ");

        Assert.AreEqual("0-3", (await api.GetAsync(upload))["Range"]);
        Assert.AreEqual(201, (await api.SendAsync("PUT", $"{upload}?digest={s_digest}", "456789"u8.ToArray())).Status);
        CollectionAssert.AreEqual("0123456789"u8.ToArray(), await api.Content.BlobAsync("a", s_digest));
    }

    [TestMethod]
    public async Task AWholeUploadThatStopsLeavesNothing()
    {
        await using Api api = await StartAsync();

        StringAssert.StartsWith(await api.SendRawAsync(Unfinished("POST", $"/v2/a/blobs/uploads/?digest={s_digest}")), "HTTP/1.1 408 ");

        Assert.IsEmpty(Directory.GetDirectories(Path.Combine(api.Registry.Folder, "docker/registry/v2/repositories/a/_uploads")));
    }

    [TestMethod]
    public async Task AManifestThatStopsIsEnded()
    {
        await using Api api = await StartAsync();
        StringAssert.StartsWith(await api.SendRawAsync(Unfinished("PUT", "/v2/a/manifests/v1")), "HTTP/1.1 408 ");
    }

    [TestMethod]
    public async Task AClientThatTakesNoMoreOfAResponseIsCutOff()
    {
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[] layer = new byte[32 * 1024 * 1024];
        await using Api api = await StartAsync(line =>
        {
            if (line.Contains(" GET /v2/a/blobs/", StringComparison.Ordinal))
                told.TrySetResult(line);
        });
        string digest = (await api.Writer.PushBlobAsync("a", layer)).Digest;
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, api.Registry.Port, TestContext.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET /v2/a/blobs/{digest} HTTP/1.1\r\nHost: localhost\r\n\r\n"), TestContext.CancellationToken);

        string line = await told.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.CancellationToken);

        StringAssert.Contains(line, " aborted ");
    }

    // What is written to a connection that ended is dropped without an error; the request's own token may be cancelled later.
    [TestMethod]
    public async Task AResponseToNobodyIsNotSent()
    {
        Pipe connection = new();
        await connection.Reader.CompleteAsync();
        using MemoryContent content = new(new byte[10]);
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(
            async () => await content.SendAsync(connection.Writer, 0, 10, TestContext.CancellationToken));

        using TempFolder folder = new();
        await File.WriteAllBytesAsync(folder["blob"], new byte[10], TestContext.CancellationToken);
        using FileContent file = new(File.OpenHandle(folder["blob"]));
        await Assert.ThrowsExactlyAsync<OperationCanceledException>(
            async () => await file.SendAsync(connection.Writer, 0, 10, TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task ASlowBodyIsReadToItsEnd()
    {
        Pipe line = new();
        StepClock clock = new();
        using RequestBody body = new(line.Reader.AsStream(), TimeSpan.FromMinutes(10), clock);
        byte[] buffer = new byte[10];
        for (int i = 0; i < 5; i++)
        {
            Task<int> read = body.ReadAsync(buffer, TestContext.CancellationToken).AsTask();
            clock.Advance(TimeSpan.FromMinutes(9));
            await line.Writer.WriteAsync("1"u8.ToArray(), TestContext.CancellationToken);
            Assert.AreEqual(1, await read);

            // The time between reads is the registry's own.
            clock.Advance(TimeSpan.FromHours(1));
        }

        Task<int> last = body.ReadAsync(buffer, TestContext.CancellationToken).AsTask();
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.AreEqual(last, await Task.WhenAny(last, Task.Delay(TimeSpan.FromMinutes(1), TestContext.CancellationToken)));
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => last);
        Assert.AreEqual(5, body.Count);
    }

    private static string Unfinished(string method, string path) =>
        $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123";

    private static Task<Api> StartAsync(Action<string>? log = null) => Api.StartAsync(new RegistryFixtureOptions
    {
        Configure = options => options with { Patience = TimeSpan.FromSeconds(1.5), AccessLog = log },
    });

    /// <summary>A clock of one timer, which a test advances.</summary>
    private sealed class StepClock : TimeProvider, ITimer
    {
        private TimerCallback _callback = null!;
        private object? _state;
        private TimeSpan _left = Timeout.InfiniteTimeSpan;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_callback, _state, _left) = (callback, state, dueTime);
            return this;
        }

        public void Advance(TimeSpan by)
        {
            if (_left == Timeout.InfiniteTimeSpan)
                return;
            _left -= by;
            if (_left <= TimeSpan.Zero)
                _callback(_state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _left = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
