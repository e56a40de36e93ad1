using System.Net;
using System.Net.Sockets;
using System.Text;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Watching;
using Airgap.Oci;
using Airgap.TestKit;

namespace Airgap.Cluster.Tests;

/// <summary>A proxy may end every connection after a minute: that is no failure of the cluster. One that ends them at once is.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CutWatchTests : IDisposable
{
    private const string Found =
        """{"type":"ADDED","object":{"metadata":{"name":"a","namespace":"packages","resourceVersion":"2"}}}""";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SkippingClock _clock = new();

    public void Dispose() => _listener.Dispose();

    [TestMethod]
    [DataRow(60)]
    [DataRow(0)]
    public async Task WatchesThatAreCutAfterAWhile_AreResumed(int seconds)
    {
        _listener.Start();
        Task server = ServeAsync(TimeSpan.FromSeconds(seconds), cuts: 25);
        using ClusterClient client = new(new ClusterTarget { Server = new Uri($"http://{_listener.LocalEndpoint}/"), Origin = "a test" });
        ListWatcher watcher = new(client, _clock);

        Task<WatchEvent> first = FirstAsync(watcher);

        if (seconds > 0)
            Assert.AreEqual("packages/a", (await first).Object.FullName());
        else
            Assert.AreEqual(ErrorCode.ClusterUnreachable, (await Assert.ThrowsExactlyAsync<AirgapException>(() => first)).Code);
        _listener.Stop();
        await server;
    }

    private static async Task<WatchEvent> FirstAsync(ListWatcher watcher)
    {
        await foreach (WatchEvent each in watcher.WatchAsync("x", "Xs", new HashSet<string> { "a" }, CancellationToken.None))
            return each;
        throw new InvalidOperationException("The watch ended.");
    }

    // A list, and watches that end before the body does, in order: nothing that was sent is lost, as it may be by an abort.
    private async Task ServeAsync(TimeSpan lasting, int cuts)
    {
        const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
        const string List = """{"metadata":{"resourceVersion":"1"},"items":[]}""";
        try
        {
            for (int watches = 0; ;)
            {
                using TcpClient connection = await _listener.AcceptTcpClientAsync();
                using StreamReader reader = new(connection.GetStream(), Encoding.ASCII, leaveOpen: true);
                bool isWatch = (await reader.ReadLineAsync() ?? "").Contains("watch=1", StringComparison.Ordinal);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }

                _clock.Skip(isWatch ? lasting : TimeSpan.Zero);
                string body = !isWatch ? $"Content-Length: {List.Length}\r\n\r\n{List}"
                    : ++watches > cuts ? $"Content-Length: {Found.Length}\r\n\r\n{Found}"
                    : "Transfer-Encoding: chunked\r\n\r\n";
                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Head + body));
                connection.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
        {
            // The test ended it.
        }
    }

    // The system's clock, which the test puts forward; its waits are over at once.
    private sealed class SkippingClock : TimeProvider
    {
        private long _skipped;

        public void Skip(TimeSpan time) => Interlocked.Add(ref _skipped, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _skipped);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, period);
    }
}
