using Airgap.Oci;
using Airgap.Transfer.Files;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// Common part of the tasks: they may wait long, can be cancelled, and report only errors with codes.
/// </summary>
public abstract class AirgapTask : Microsoft.Build.Utilities.Task, ICancelableTask
{
    private readonly CancellationTokenSource _cancellation = new();

    // Only this package derives tasks.
    private protected AirgapTask()
    {
    }

    /// <summary>Full path of the project file; its folder is the base of relative paths.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>The project's name.</summary>
    [Required]
    public string ProjectName { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        BuildLog? log = null;
        IBuildEngine3? engine = BuildEngine as IBuildEngine3;
        // The node may build other projects while this one waits for the network.
        engine?.Yield();
        using Termination termination = Termination.Watch(Cancel);
        try
        {
            log = new BuildLog(Log, ProjectFile, BuildLog.PackageHelpUrl)
            {
                IsRaised = new RaisedWarnings(BuildEngine).Includes
            };
            bool isDone = Execute(log, _cancellation.Token);
            // MSBuild knows nothing of the signal, so nobody else says why the build fails.
            if (!isDone && termination.WasAsked && log.Errors.IsEmpty)
                log.Error(new Diagnostic(ErrorCode.Canceled, "The run was interrupted (SIGTERM).", "Run it again to resume."));
            return isDone;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // An exception that leaves this method becomes an MSB4018 with a stack trace, which does not help a user.
            Report(log, e);
            return false;
        }
        finally
        {
            log?.Close();
            engine?.Reacquire();
        }
    }

    /// <inheritdoc/>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException)
        {
            // A cancellation callback threw. The run ends either way, and the build reports the cancellation, not this.
        }
    }

    /// <summary>The properties from the command line, or from the project that has this one built.</summary>
    internal IReadOnlyDictionary<string, string> GlobalProperties() =>
        BuildEngine is IBuildEngine6 engine ? engine.GetGlobalProperties() : new Dictionary<string, string>();

    /// <summary>Does the work.</summary>
    /// <returns>False when an error was logged or the run was cancelled.</returns>
    private protected abstract bool Execute(BuildLog log, CancellationToken cancellationToken);

    private void Report(BuildLog? log, Exception exception)
    {
        try
        {
            if (IoFailures.IsIoFailure(exception))
                log!.Error(IoFailures.TranslateUnnamed(exception).ToDiagnostic());
            else
                log!.Unexpected(exception);
        }
        catch (Exception) when (!Log.HasLoggedErrors)
        {
            // Our own log failed, so this writes to MSBuild's log directly.
            Log.LogError(null, "AIRGAP3999", null, null, ProjectFile, 0, 0, 0, 0,
                $"Something went wrong inside Airgap.Build: {exception.GetType().Name}: {Printable.Line(exception.Message)}");
        }
        catch (Exception)
        {
            // An error has already been logged; only its stack trace is missing.
        }
    }
}
