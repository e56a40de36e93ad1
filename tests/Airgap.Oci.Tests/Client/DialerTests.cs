using System.Net;
using System.Net.Sockets;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

[TestClass]
public sealed class DialerTests
{
    private static readonly IPAddress s_six = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress s_four = IPAddress.Parse("192.0.2.1");

    [TestMethod]
    [Timeout(120_000)]
    public async Task AnAddressThatIsSilentDoesNotHoldUpTheNext()
    {
        Line line = new() { Silent = { s_six } };
        ManualTime clock = new();
        Task<Socket> dial = line.DialAsync([s_six, s_four], clock);
        await clock.AdvanceUntilDoneAsync(dial, wait => wait == TimeSpan.FromMilliseconds(250));
        using Socket socket = await dial;
        CollectionAssert.AreEqual(new[] { s_six, s_four }, line.Tried);
        await line.Ended.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [TestMethod]
    public async Task AnAddressThatRefusesIsFollowedAtOnce()
    {
        Line line = new() { Refusing = { s_six } };
        using Socket socket = await line.DialAsync([s_six, s_four], new ManualTime());
        CollectionAssert.AreEqual(new[] { s_six, s_four }, line.Tried);
    }

    [TestMethod]
    public async Task TheFirstFailureIsToldWhenAllFail()
    {
        Line line = new() { Refusing = { s_six, s_four } };
        SocketException e = await Assert.ThrowsExactlyAsync<SocketException>(() => line.DialAsync([s_four, s_six], new ManualTime()));
        Assert.AreEqual(SocketError.ConnectionRefused, e.SocketErrorCode);
        Assert.HasCount(2, line.Tried);
    }

    [TestMethod]
    public async Task ACancellationEndsAllTries()
    {
        Line line = new() { Silent = { s_six } };
        using CancellationTokenSource cancel = new();
        Task<Socket> dial = line.DialAsync([s_six], new ManualTime(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => dial);
        await line.Ended.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [TestMethod]
    public void FamiliesTakeTurns()
    {
        IPAddress[] addresses = [.. new[] { "2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1" }.Select(IPAddress.Parse)];
        CollectionAssert.AreEqual(new[] { addresses[0], addresses[3], addresses[1], addresses[2] }, Dialer.Interleave(addresses).ToArray());
        Assert.IsEmpty(Dialer.Interleave([]));
    }

    /// <summary>A network on which some addresses do not respond.</summary>
    private sealed class Line
    {
        public List<IPAddress> Silent { get; } = [];

        public List<IPAddress> Refusing { get; } = [];

        public List<IPAddress> Tried { get; } = [];

        /// <summary>An attempt at a silent address was cancelled.</summary>
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Socket> DialAsync(IPAddress[] addresses, TimeProvider clock, CancellationToken cancellationToken = default) =>
            Dialer.ConnectAsync(addresses, 443, ConnectAsync, clock, cancellationToken);

        private async Task<Socket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
        {
            Tried.Add(endpoint.Address);
            if (Refusing.Contains(endpoint.Address))
                throw new SocketException((int)SocketError.ConnectionRefused);
            if (!Silent.Contains(endpoint.Address))
                return new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Ended.TrySetResult();
            }

            throw new InvalidOperationException();
        }
    }
}
