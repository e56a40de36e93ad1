using System.Runtime.InteropServices;

namespace Airgap.Tool.Running;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP. The first asks the command to stop and gives it <see cref="Grace"/> to clean up; the second, or the end
/// of that time, ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The exit code of an interrupted run.</summary>
    public const int ExitCode = 130;

    /// <summary>How long a command may take to stop.</summary>
    public static TimeSpan Grace { get; private set; } = TimeSpan.FromSeconds(1.8);

    /// <summary>How long a command is waited for before the last words are said without it.</summary>
    public static TimeSpan Patience => Grace - TimeSpan.FromSeconds(0.4);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _hangUp;
    private Timer? _deadline;
    private int _signals;

    /// <summary>Begins to listen.</summary>
    public Interruption()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        // A terminal that was closed. Where the signal is ignored, as by nohup, it stays so.
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
    }

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Gives the command more time: one that others wait for, such as a server's clients.</summary>
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
        if (Interlocked.Increment(ref _signals) > 1)
            Environment.Exit(ExitCode);
        _deadline = new Timer(static _ => Environment.Exit(ExitCode), null, Grace, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }
}
