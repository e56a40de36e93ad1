using Airgap.Oci.Content;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The number of blobs, or parts of one, in transfer at once: it grows while that increases throughput, and shrinks
/// when a registry answers 429 or 503. It grows quickly until growing stops helping for the first time, and carefully
/// afterwards.
/// </summary>
/// <param name="first">The initial number.</param>
/// <param name="most">The maximum; with <paramref name="first"/> or less it only shrinks, after refusals.</param>
/// <param name="refusals">The number of 429 and 503 responses so far.</param>
/// <param name="clock">The clock.</param>
internal sealed class AdaptiveConcurrency(int first, int most, Func<long> refusals, TimeProvider clock) : ISparePlaces
{
    /// <summary>The bytes added for each blob, because its requests cost time at any length.</summary>
    private const long BlobWeight = 64 * 1024;

    /// <summary>The minimum increase of throughput that counts as helping.</summary>
    private const double Gain = 1.1;

    private static readonly TimeSpan s_longestTurn = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly int _most = Math.Max(Math.Max(1, first), most);
    private int _limit = Math.Max(1, first);
    private int _active;
    private int _completed;
    private long _work;
    private long _turnBegan = clock.GetTimestamp();
    private long _refusalsSeen = refusals();
    private double _bestRate;
    private bool _wasFull;
    private bool _isClimbing = true;

    /// <summary>The current limit.</summary>
    public int Limit
    {
        get
        {
            lock (_lock)
                return _limit;
        }
    }

    /// <summary>Waits for a slot.</summary>
    public Task EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource place = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_active < _limit)
            {
                _active++;
                return Task.CompletedTask;
            }

            _wasFull = true;
            _waiting.Enqueue(place);
        }

        return WaitAsync(place, cancellationToken);
    }

    /// <inheritdoc/>
    public bool HasSpareFor(bool isWanted)
    {
        lock (_lock)
        {
            bool isSpare = _active < _limit && _waiting.Count == 0;
            _wasFull |= isWanted && !isSpare;
            return isSpare;
        }
    }

    /// <inheritdoc/>
    public bool TryEnterSpare()
    {
        lock (_lock)
        {
            if (_active >= _limit || _waiting.Count > 0)
            {
                _wasFull = true;
                return false;
            }

            _active++;
            return true;
        }
    }

    /// <summary>Records transferred bytes; negative when they must be transferred again.</summary>
    public void Moved(long bytes) => Interlocked.Add(ref _work, bytes);

    /// <inheritdoc/>
    public void Leave()
    {
        lock (_lock)
        {
            _active--;
            _completed++;
            Interlocked.Add(ref _work, BlobWeight);
            TimeSpan took = clock.GetElapsedTime(_turnBegan);
            if (refusals() is var seen && seen > _refusalsSeen)
            {
                // React to the first at once; refusals of blobs in transfer at the same time count as the same.
                _refusalsSeen = seen;
                if (_completed >= _limit || took >= s_longestTurn || _isClimbing)
                {
                    _limit = Math.Max(1, _limit / 2);
                    BeginTurn();
                }

                _isClimbing = false;
                _bestRate = 0;
            }
            else if (took > TimeSpan.Zero && (_completed >= _limit || took >= s_longestTurn))
            {
                EndTurn(Interlocked.Read(ref _work) / took.TotalSeconds);
            }

            while (_active < _limit && _waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    _active++;
            }
        }
    }

    private void EndTurn(double rate)
    {
        if (rate > _bestRate * Gain)
        {
            _bestRate = rate;

            // With no queue, a higher limit proves nothing.
            if (_wasFull)
                _limit = Math.Min(_most, _isClimbing ? _limit * 2 : _limit + 1);
        }
        else
        {
            _isClimbing = false;

            // Blobs differ, and so do measurements: an earlier best decays.
            _bestRate *= 0.95;
        }

        BeginTurn();
    }

    private void BeginTurn()
    {
        _turnBegan = clock.GetTimestamp();
        _completed = 0;
        _wasFull = _waiting.Count > 0;
        Interlocked.Exchange(ref _work, 0);
    }

    private static async Task WaitAsync(TaskCompletionSource place, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), place);
        await place.Task;
    }
}
