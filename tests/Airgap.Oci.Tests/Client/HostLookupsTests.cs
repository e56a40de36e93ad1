using System.Net;
using System.Net.Sockets;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Client;

[TestClass]
public sealed class HostLookupsTests
{
    private static readonly IPAddress[] s_found = [IPAddress.Parse("192.0.2.1")];

    private readonly Queue<TaskCompletionSource<IPAddress[]>> _answers = new();
    private readonly SemaphoreSlim _asked = new(0);
    private int _count;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public async Task ConnectionsOpenedAtOnce_ShareOneLookup()
    {
        TaskCompletionSource<IPAddress[]> answer = Answer();
        HostLookups lookups = new(Find);
        Task<IPAddress[]>[] all = [.. Enumerable.Range(0, 16).Select(i => lookups.FindAsync(i % 2 == 0 ? "a.example" : "A.Example", Token))];
        answer.SetResult(s_found);
        foreach (Task<IPAddress[]> each in all)
            Assert.AreSame(s_found, await each);
        Assert.AreEqual(1, _count);
    }

    [TestMethod]
    public async Task OneThatStopsWaiting_StopsNoOther()
    {
        TaskCompletionSource<IPAddress[]> answer = Answer();
        HostLookups lookups = new(Find);
        using CancellationTokenSource stop = new();
        Task<IPAddress[]> first = lookups.FindAsync("a.example", stop.Token);
        Task<IPAddress[]> second = lookups.FindAsync("a.example", Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        answer.SetResult(s_found);
        Assert.AreSame(s_found, await second);
    }

    [TestMethod]
    public async Task AFailure_ReachesThoseThatWait_AndTheNextAsksAgain()
    {
        TaskCompletionSource<IPAddress[]> refused = Answer();
        HostLookups lookups = new(Find);
        Task<IPAddress[]>[] all = [lookups.FindAsync("a.example", Token), lookups.FindAsync("a.example", Token)];
        refused.SetException(new SocketException((int)SocketError.HostNotFound));
        foreach (Task<IPAddress[]> each in all)
            await Assert.ThrowsExactlyAsync<SocketException>(() => each);

        // Results are not kept; the failed lookup leaves the list a moment after it ends.
        Answer().SetResult(s_found);
        IPAddress[]? found = null;
        while (found is null)
        {
            try
            {
                found = await lookups.FindAsync("a.example", Token);
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }

        Assert.AreSame(s_found, found);
        Assert.AreEqual(2, _count);
    }

    [TestMethod]
    public async Task DifferentHosts_AreLookedUpSideBySide()
    {
        TaskCompletionSource<IPAddress[]> first = Answer();
        TaskCompletionSource<IPAddress[]> second = Answer();
        HostLookups lookups = new(Find);
        Task<IPAddress[]>[] all = [lookups.FindAsync("a.example", Token), lookups.FindAsync("b.example", Token)];
        await _asked.WaitAsync(Token);
        await _asked.WaitAsync(Token);
        first.SetResult(s_found);
        second.SetResult(s_found);
        await Task.WhenAll(all);
    }

    private TaskCompletionSource<IPAddress[]> Answer()
    {
        TaskCompletionSource<IPAddress[]> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_answers)
            _answers.Enqueue(answer);
        return answer;
    }

    private Task<IPAddress[]> Find(string host)
    {
        Interlocked.Increment(ref _count);
        _asked.Release();
        lock (_answers)
            return _answers.Dequeue().Task;
    }
}
