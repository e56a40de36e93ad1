using System.Globalization;

namespace Airgap.Oci.Wire;

/// <summary>
/// The requests of one kind to one host. Until the first refusal, all are sent at once. After a refusal for load (429, 502, 503), all wait
/// for one pause. Then they start one at a time, more of them with each response, and at a lower rate than the host last served.
/// </summary>
/// <param name="host">The host, for a message.</param>
/// <param name="kind">The kind.</param>
/// <param name="options">The clock and delays.</param>
/// <param name="tell">Receives each pause that is long enough for a person to notice.</param>
internal sealed class RequestLane(string host, LimitedKind kind, RegistryOptions options, Action<string> tell)
{
    // No limit in practice.
    private const double Unlimited = 1024;

    private static readonly TimeSpan s_noticeable = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = options.TimeProvider;
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly RequestPace _pace = new(options.TimeProvider);
    private DateTimeOffset _until;
    private DateTimeOffset _toldUntil;
    private double _limit = Unlimited;
    private double _threshold = Unlimited;
    private int _active;
    private int _refusals;
    private int _round;

    /// <summary>Waits until a pause ends and a place is free.</summary>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource? place = null;
            TimeSpan left;
            TimeSpan pace = TimeSpan.Zero;
            int round;
            lock (_lock)
            {
                left = _until - _clock.GetUtcNow();
                round = _round;
                if (left <= TimeSpan.Zero && _active < Math.Floor(_limit))
                {
                    _active++;
                    pace = _pace.Take();
                }
                else if (left <= TimeSpan.Zero)
                {
                    _waiting.Enqueue(place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                }
            }

            if (place is not null)
            {
                await WaitAsync(place, cancellationToken);
                continue;
            }

            if (left > TimeSpan.Zero)
            {
                using RegistryTelemetry.Wait measured = RegistryTelemetry.BeginWait("pause", host);
                await DelayAsync(left, cancellationToken);
                continue;
            }

            Turn turn = new(this, round);
            try
            {
                if (pace > TimeSpan.Zero)
                {
                    using RegistryTelemetry.Wait measured = RegistryTelemetry.BeginWait("pace", host);
                    await DelayAsync(pace, cancellationToken);
                }

                return turn;
            }
            catch
            {
                turn.Dispose();
                throw;
            }
        }
    }

    // In whole milliseconds, the resolution of timers.
    private Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)), _clock, cancellationToken);

    private void NoteServed()
    {
        lock (_lock)
        {
            _refusals = 0;
            _pace.NoteServed();
            if (_limit < Unlimited)
                _limit = Math.Min(Unlimited, _limit + (_limit < _threshold ? 1 : 1 / _limit));
        }
    }

    private void NoteRefused(int round, TimeSpan? asked)
    {
        TimeSpan? length = null;
        lock (_lock)
        {
            DateTimeOffset now = _clock.GetUtcNow();

            // Concurrent requests are refused together, so these refusals count once.
            bool isFirst = round == _round;
            if (isFirst)
            {
                _round++;
                _threshold = Math.Max(1, _active / 2);
                _limit = LimitedKinds.IsBulky(kind) ? _threshold : 1;
                _pace.NoteRefused();
            }

            if (asked is { } time)
                _until = Max(_until, now + (time < Backoff.LongestAskedFor ? time : Backoff.LongestAskedFor));
            else if (isFirst)
                _until = Max(_until, now + Backoff.Next(options.RetryDelay, ++_refusals, Backoff.LongestOfLoad));
            if (_until - now >= s_noticeable && _until - _toldUntil >= s_noticeable)
                (length, _toldUntil) = (_until - now, _until);
        }

        if (length is { } told)
        {
            tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{host} limits requests: {LimitedKinds.Describe(kind)} pauses for {Math.Ceiling(told.TotalSeconds):0} s."));
        }
    }

    // A waiting request checks again, because another pause may have started.
    private void Leave()
    {
        lock (_lock)
        {
            _active--;
            Wake();
        }
    }

    private void Wake()
    {
        int free = _until > _clock.GetUtcNow() ? _waiting.Count : (int)Math.Floor(_limit) - _active;
        while (free > 0 && _waiting.TryDequeue(out TaskCompletionSource? next))
        {
            if (next.TrySetResult())
                free--;
        }
    }

    // A place whose waiter has given up goes to the next waiter.
    private async Task WaitAsync(TaskCompletionSource place, CancellationToken cancellationToken)
    {
        try
        {
            await place.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (!place.TrySetCanceled(cancellationToken))
            {
                lock (_lock)
                    Wake();
            }

            throw;
        }
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    /// <summary>The turn of one request, until the headers of its answer have arrived.</summary>
    internal sealed class Turn(RequestLane lane, int round) : IDisposable
    {
        private bool _isOver;

        /// <summary>The host served the request.</summary>
        public void NoteServed() => lane.NoteServed();

        /// <summary>The host refused the request for load.</summary>
        /// <param name="asked">The pause that the host requests; null for none.</param>
        public void NoteRefused(TimeSpan? asked) => lane.NoteRefused(round, asked);

        public void Dispose()
        {
            if (_isOver)
                return;
            _isOver = true;
            lane.Leave();
        }
    }
}
