using System.Runtime.InteropServices;

namespace Airgap.Build;

/// <summary>
/// Cancels the running tasks when the process is told to terminate (SIGTERM), as CI systems and container hosts do. The SDK would end it
/// at once with exit code 0: no message, no audit entry, and the next command of a script would run.
/// </summary>
internal sealed class Termination : IDisposable
{
    /// <summary>How long the build may take to end after the signal; a container host kills it after 10 seconds or more.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(9);

    // The exit code of a shell for a process that the signal ended.
    private const int ExitCode = 128 + 15;

    private static readonly Lock s_gate = new();
    private static readonly List<Termination> s_running = [];
    private static PosixSignalRegistration? s_registration;
    private static bool s_isAsked;

    private readonly Action _cancel;

    private Termination(Action cancel) => _cancel = cancel;

    /// <summary>True once the signal came while the task ran.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>Heeds the signal until the task ends.</summary>
    /// <param name="cancel">Cancels the task.</param>
    public static Termination Watch(Action cancel)
    {
        Termination watch = new(cancel);
        lock (s_gate)
        {
            s_running.Add(watch);
            s_registration ??= PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        }

        return watch;
    }

    public void Dispose()
    {
        lock (s_gate)
        {
            s_running.Remove(this);
            if (s_running.Count > 0 || s_isAsked)
                return;
            // The signal is the build's own affair again.
            s_registration?.Dispose();
            s_registration = null;
        }
    }

    // Handlers run one after the other, the newest first: the SDK's, which ends the process, waits for this one.
    private static void OnSignal(PosixSignalContext context)
    {
        Termination[] running;
        lock (s_gate)
        {
            // A second signal ends it.
            if (s_isAsked)
                return;
            s_isAsked = true;
            running = [.. s_running];
        }

        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            if (Environment.ExitCode == 0)
                Environment.ExitCode = ExitCode;
        };
        foreach (Termination task in running)
        {
            task.WasAsked = true;
            task._cancel();
        }

        // The failed tasks end the build, and this wait with it; a build that goes on all the same is ended afterwards.
        Thread.Sleep(s_patience);
    }
}
