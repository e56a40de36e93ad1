using System.CommandLine;
using Airgap.Oci;
using Airgap.Publishing.Auditing;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Telemetry;

namespace Airgap.Tool.Running;

/// <summary>The body of a command.</summary>
/// <returns>The exit code.</returns>
internal delegate Task<int> CommandBody(ParseResult parsed, Session session, CancellationToken cancellationToken);

/// <summary>
/// Runs commands: creates each one's session, shows its failure, and writes the JSON document at the end.
/// </summary>
/// <param name="identity">The name and version to show.</param>
/// <param name="terminal">Where to write.</param>
/// <param name="globals">The flags of every command.</param>
internal sealed class CommandHost(Identity identity, Terminal terminal, GlobalFlags globals)
{
    /// <summary>The name and version to show.</summary>
    public Identity Identity => identity;

    /// <summary>The output streams.</summary>
    public Terminal Terminal => terminal;

    /// <summary>Sets a body as the action of a command.</summary>
    public void Attach(Command command, CommandBody body) =>
        command.SetAction((parsed, cancellationToken) => RunAsync(EmptyValues.PathOf(command), parsed, body, cancellationToken));

    /// <summary>Shows problems of the command line itself.</summary>
    /// <returns>1.</returns>
    public async Task<int> RefuseAsync(ParseResult parsed, IEnumerable<Diagnostic> problems)
    {
        Session session = new(EmptyValues.PathOf(parsed.CommandResult.Command), identity, terminal, globals.Read(parsed));
        foreach (Diagnostic problem in problems)
            session.Fail(problem);
        await session.FinishAsync(exitCode: 1);
        return 1;
    }

    private async Task<int> RunAsync(string name, ParseResult parsed, CommandBody body, CancellationToken cancellationToken)
    {
        Session session = new(name, identity, terminal, globals.Read(parsed)) { Command = parsed.CommandResult.Command };
        session.Failed.Earlier.Note(FileFlags.Outputs(parsed));
        CommandTrace trace = CommandTrace.Begin(name, identity, Environment.GetEnvironmentVariable);
        foreach (Diagnostic repeated in RepeatedValues.Warnings(parsed))
            session.Warn(repeated);
        int exitCode;
        string? continuation = Continuation.Of(parsed, identity);
        try
        {
            exitCode = await RunToTheEndAsync(() => body(parsed, session, cancellationToken), session, cancellationToken);
            // A failure may be the reason why a flag had no effect; other codes are results.
            if (exitCode != 1)
                IdleFlags.Warn(parsed, session);
            if (exitCode != 0)
                ReportContinuation(session, continuation);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // A failure during an interruption is caused by the interruption.
            continuation = session.IsDry ? null : continuation;
            session.Report.Continuation = continuation;
            session.Fail(ToolRunner.Describe(new OperationCanceledException()) with
            {
                Advice = session.AfterStop is { } after && !session.IsDry ? after
                    : continuation is not null ? $"Content moved so far is kept. Continue with: {continuation}"
                    : session.IsDry || name is not "package-repository build" ? "Nothing was moved or changed."
                    : "Content moved so far is kept; no incomplete output has its final name.",
            });
            exitCode = Interruption.ExitCode;
        }
        catch (Exception failure)
        {
            Diagnostic problem = ToolRunner.Describe(failure);
            // imgpkg sends no additional requests.
            session.Fail(identity.IsImgpkg ? problem
                : await TagSuggestions.AdviseAsync(
                    problem, parsed, (parsed.CommandResult.Command as ToolCommand)?.Registry, cancellationToken));
            exitCode = problem.Code == ErrorCode.Canceled ? Interruption.ExitCode : 1;
            // The registry would refuse the same command again, and an output in use or in the way has nothing of this run.
            if (problem.Code is not (ErrorCode.SparseIndexRefused or ErrorCode.ArchiveInUse or ErrorCode.PartInTheWay))
                ReportContinuation(session, continuation);
        }

        // Other codes are results: a difference is not a failure.
        if (exitCode is 1 or Interruption.ExitCode)
            await session.Failed.TellAsync(session);
        if (trace.End(exitCode) is { } notExported)
            session.Warn(notExported);
        await session.FinishAsync(exitCode);
        return exitCode;
    }

    // Do not wait longer for a command that does not stop in time, so that the final message is written before the
    // process ends.
    private static async Task<int> RunToTheEndAsync(Func<Task<int>> body, Session session, CancellationToken cancellationToken)
    {
        UnfinishedRuns runs = UnfinishedRuns.Begin();
        TaskCompletionSource overdue = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using Timer timer = new(_ => overdue.TrySetResult());
        using CancellationTokenRegistration registration =
            cancellationToken.Register(() => timer.Change(Interruption.Patience, Timeout.InfiniteTimeSpan));
        Task<int> running = Task.Run(body, CancellationToken.None);
        if (await Task.WhenAny(running, overdue.Task) == running)
            return await running;
        try
        {
            await runs.WriteAsync();
        }
        catch (AirgapException unrecorded)
        {
            session.Fail(unrecorded.ToDiagnostic());
        }

        throw new OperationCanceledException(cancellationToken);
    }

    // Before anything has moved, resuming is the same as starting.
    private static void ReportContinuation(Session session, string? continuation)
    {
        if (continuation is null || session.IsDry || session.Phase is not ("transferring" or "completing"))
            return;
        session.Report.Continuation = continuation;
        if (!session.SpeaksAsImgpkg)
            session.WriteError($"  Continue with: {continuation}");
    }
}
