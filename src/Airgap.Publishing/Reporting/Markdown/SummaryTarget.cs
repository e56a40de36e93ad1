using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Reporting.Markdown;

/// <summary>
/// The target of the Markdown summary: a requested file, or the summary page of the running CI system.
/// </summary>
internal sealed class SummaryTarget
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    private readonly Kind _kind;
    private readonly string _path;

    private SummaryTarget(Kind kind, string path)
    {
        _kind = kind;
        _path = path;
    }

    private enum Kind
    {
        File,
        GitHub,
        Azure,
    }

    /// <summary>The requested file; null for the summary page of a CI system.</summary>
    public string? File => _kind == Kind.File ? _path : null;

    /// <summary>True for the words that turn the summary off.</summary>
    public static bool IsOff(string asked) =>
        asked.Equals("none", StringComparison.OrdinalIgnoreCase) || asked.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds the target.</summary>
    /// <param name="asked">A file; <c>none</c> or <c>false</c> for none, regardless of the environment; empty if not
    /// given.</param>
    /// <param name="detects">True to search the environment if no file is given.</param>
    /// <param name="environment">The value of a variable, or null.</param>
    /// <returns>Null if nothing is to be written.</returns>
    public static SummaryTarget? Find(string asked, bool detects, Func<string, string?> environment)
    {
        if (IsOff(asked))
            return null;
        if (asked.Length > 0)
            return new SummaryTarget(Kind.File, asked);
        if (!detects)
            return null;
        if (environment("GITHUB_STEP_SUMMARY") is { Length: > 0 } file)
            return new SummaryTarget(Kind.GitHub, file);
        return environment("TF_BUILD") is { Length: > 0 } flag && !flag.Equals("false", StringComparison.OrdinalIgnoreCase)
            ? new SummaryTarget(Kind.Azure, environment("AGENT_TEMPDIRECTORY") is { Length: > 0 } folder ? folder : Path.GetTempPath())
            : null;
    }

    /// <summary>The target of the summary of a project's publish; null for none.</summary>
    /// <param name="settings">The project's settings, including <c>AirgapSummary</c>.</param>
    /// <param name="environment">The value of an environment variable, or null.</param>
    public static SummaryTarget? Of(PublishSettings settings, Func<string, string?> environment) =>
        Find(settings.Summary.Length == 0 || IsOff(settings.Summary) ? settings.Summary : settings.FullPath(settings.Summary),
            detects: true, environment);

    /// <summary>
    /// Writes the summary. For a target found in the environment, a failure is only a warning in the outcome.
    /// </summary>
    /// <exception cref="AirgapException">3xxx: the requested file.</exception>
    public async Task<SummaryOutcome> WriteAsync(ReportModel model, CancellationToken cancellationToken)
    {
        if (_kind == Kind.File)
        {
            await AtomicFile.WriteAsync(_path, Encoding.UTF8.GetBytes(MarkdownSummary.Write(model)), mode: null, cancellationToken);
            return new SummaryOutcome(_path, Announcement: null, Warning: null);
        }

        try
        {
            return _kind == Kind.GitHub ? await AppendAsync(model, cancellationToken) : await AnnounceAsync(model, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException)
        {
            return Failed(e.Message);
        }
    }

    // Tools of other steps write to the same file, and a build with several projects writes concurrently.
    private async Task<SummaryOutcome> AppendAsync(ReportModel model, CancellationToken cancellationToken)
    {
        if (OutputTarget.OfFile(_path).Kind == OutputKind.Stream)
        {
            await AtomicFile.WriteAsync(_path, Encoding.UTF8.GetBytes(MarkdownSummary.Write(model)), mode: null, cancellationToken);
            return new SummaryOutcome(_path, Announcement: null, Warning: null);
        }

        await using FileStream file = await OpenAloneAsync(cancellationToken);
        int room = (int)Math.Max(0, MarkdownSummary.GitHubLimit - file.Length - 1);
        string text = MarkdownSummary.Write(model, room);
        if (text.Length == 0)
            return Failed("the output of earlier tools leaves no room below GitHub's limit of 1 MiB.");
        file.Seek(0, SeekOrigin.End);
        await file.WriteAsync(Encoding.UTF8.GetBytes(file.Length > 0 ? "\n" + text : text), cancellationToken);
        await file.FlushAsync(cancellationToken);
        DiskSync.Current.Flush(file.SafeFileHandle, _path);
        return new SummaryOutcome(_path, Announcement: null, Warning: null);
    }

    private async Task<FileStream> OpenAloneAsync(CancellationToken cancellationToken)
    {
        Polling polling = new(s_wait, s_firstPause, s_longestPause);
        while (true)
        {
            try
            {
                return new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, useAsync: true);
            }
            catch (IOException e) when (FileLock.IsHeld(e))
            {
                if (!await polling.PauseAsync(cancellationToken))
                    throw;
            }
        }
    }

    private async Task<SummaryOutcome> AnnounceAsync(ReportModel model, CancellationToken cancellationToken)
    {
        // The agent shows each file under its own name, and reads it after this process has ended.
        string name = string.Concat(model.Title.Where(sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '.').Take(60));
        string path = Path.Combine(_path, $"{name}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.md");
        await AtomicFile.WriteAsync(path, Encoding.UTF8.GetBytes(MarkdownSummary.Write(model)), mode: null, cancellationToken);
        string escaped = path.Replace("%", "%AZP25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);
        return new SummaryOutcome(path, $"##vso[task.uploadsummary]{escaped}", Warning: null);
    }

    private SummaryOutcome Failed(string why) => new(
        Path: null,
        Announcement: null,
        new Diagnostic(ErrorCode.SummaryNotWritten,
            $"The summary for {(_kind == Kind.GitHub ? "GitHub Actions" : "Azure Pipelines")} was not written: {why}",
            "The relocation itself is not affected; name a file for the summary, or none."));
}

/// <summary>The outcome of writing a summary.</summary>
/// <param name="Path">The file; null if there is none.</param>
/// <param name="Announcement">The line that announces it to the CI system, to be written to standard output at the beginning of a line;
/// null for none.</param>
/// <param name="Warning">Why there is none (<see cref="ErrorCode.SummaryNotWritten"/>); null if there is one.</param>
internal sealed record SummaryOutcome(string? Path, string? Announcement, Diagnostic? Warning);
