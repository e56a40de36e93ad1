using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Airgap.Tool.Running;

/// <summary>
/// Handles SIGINT, SIGTERM and SIGHUP. The first signal asks the command to stop and gives it <see cref="Grace"/> to
/// clean up; a second one, or the end of that time, ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The exit code of an interrupted run.</summary>
    public const int ExitCode = 130;

    /// <summary>How long a command may take to stop.</summary>
    public static TimeSpan Grace { get; private set; } = TimeSpan.FromSeconds(1.8);

    /// <summary>How long to wait for a command before the final message is written without it.</summary>
    public static TimeSpan Patience => Grace - TimeSpan.FromSeconds(0.4);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    // 'timeout' and wrappers of commands send the signal to the process and to its group: that is one interruption, not two.
    private static readonly TimeSpan s_echo = TimeSpan.FromMilliseconds(200);

    private Timer? _deadline;
    private long _first;

    /// <summary>Starts listening.</summary>
    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        // SIGHUP: the terminal was closed. If the signal is ignored, as under nohup, it stays ignored.
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Gives more time to a command that others depend on, such as a server with clients.</summary>
    public static void Allow(TimeSpan grace) => Grace = grace;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _hangUp.Dispose();
        _deadline?.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        long now = Stopwatch.GetTimestamp();
        if (Interlocked.CompareExchange(ref _first, now, 0) is not 0 and var first)
        {
            if (Stopwatch.GetElapsedTime(first, now) >= s_echo)
                Environment.Exit(ExitCode);
            return;
        }

        _deadline = new Timer(static _ => Environment.Exit(ExitCode), null, Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }
}
