using System.CommandLine;
using Airgap.Publishing.Timelines;
using Airgap.Tool.Output;
using Airgap.Tool.Running;
using Airgap.Transfer.Files;

namespace Airgap.Tool.CommandLine;

/// <summary><c>--timeline</c>: records a command over time.</summary>
internal sealed class TimelineFlag
{
    /// <summary>The flag.</summary>
    public Option<string?> Option { get; } = Flag.Text(
        "--timeline", "FILE", "Timeline to write, which Perfetto and Chrome's tracing page open: each image, blob, request and wait");

    /// <summary>Runs a command, and records it if the flag or the project requests it.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="session">Takes warnings and the file's name.</param>
    /// <param name="run">The command.</param>
    /// <param name="file">The file that a project names; null for none. The flag takes precedence.</param>
    /// <exception cref="Airgap.Oci.AirgapException">3xxx: nothing can be written there; or the command's own.</exception>
    public async Task<T> RunAsync<T>(ParseResult parsed, Session session, Func<Task<T>> run, string? file = null)
    {
        // A solution's flag records all its projects in one file.
        if (TimelineRecorder.Current is not null)
            return await run();
        string? path = parsed.GetText(Option) ?? file;
        OutputCheck.OfFiles(path);
        return await TimelineRecorder.RecordAsync(
            path, $"{Identity.OwnName} {session.Report.Command}", session.Warn, run,
            () => (session.Report.Files ??= []).Add(new ReportFile(path!, "timeline")));
    }
}
