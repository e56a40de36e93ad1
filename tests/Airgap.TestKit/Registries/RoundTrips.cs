using Airgap.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Registries;

/// <summary>
/// Counts the sequential round trips to several registries: every request is held until no more arrive, and then all held requests
/// are answered together. A slow machine can only make the count larger, because a late request is counted as one that had to
/// wait; so an upper bound holds if it holds in one of several tries.
/// </summary>
public sealed class RoundTrips : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _quiet;
    private readonly Task _clock;
    private List<(string Request, TaskCompletionSource Gate)> _held = [];
    private int _arrivals;

    /// <summary>Holds the requests of registries.</summary>
    /// <param name="quiet">The time without a request before the held requests are answered: longer on a busier machine.</param>
    /// <param name="registries">The registries.</param>
    public RoundTrips(TimeSpan quiet, params RegistryFixture[] registries)
    {
        _quiet = quiet;
        foreach (RegistryFixture registry in registries)
            registry.OnRequest = Hold;
        _clock = RunAsync();
    }

    /// <summary>Also holds the requests for a server's tokens.</summary>
    public void Hold(TokenServer tokens) =>
        tokens.OnArrival = request => HoldAsync($"token {string.Join(' ', request.Scopes)}");

    /// <summary>The requests of each round trip so far.</summary>
    public List<IReadOnlyList<string>> Rounds { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _clock;
        _stop.Dispose();
        foreach ((_, TaskCompletionSource gate) in _held)
            gate.TrySetResult();
    }

    private Fault Hold(RecordedRequest request, HttpContext context) =>
        Fault.Delay(HoldAsync($"{request.Method} {context.Request.Host}{request.PathAndQuery}"));

    private Task HoldAsync(string request)
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _held.Add((request, gate));
            _arrivals++;
        }

        return gate.Task;
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(_quiet);
        int seen = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                List<(string Request, TaskCompletionSource Gate)> round;
                lock (_lock)
                {
                    bool isQuiet = seen == _arrivals;
                    seen = _arrivals;
                    if (!isQuiet || _held.Count == 0)
                        continue;
                    round = _held;
                    _held = [];
                    Rounds.Add([.. round.Select(held => held.Request)]);
                }

                foreach ((_, TaskCompletionSource gate) in round)
                    gate.SetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
