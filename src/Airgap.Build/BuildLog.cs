using System.Collections.Immutable;
using System.Reflection;
using Airgap.Oci;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Airgap.Build;

/// <summary>
/// Writes to the build's log from any thread while the task runs; logging later would itself be an error.
/// </summary>
/// <param name="log">The task's log.</param>
/// <param name="projectFile">The location for messages without one.</param>
/// <param name="helpUrl">The page with an anchor for each code; null if the package was built without a
/// repository.</param>
/// <remarks>
/// Text from outside is made printable here, because CI systems read commands from a console logger's output.
/// </remarks>
internal sealed class BuildLog(TaskLoggingHelper log, string projectFile, string? helpUrl)
{
    /// <summary>The page given when the package was built.</summary>
    public static string? PackageHelpUrl { get; } = typeof(BuildLog).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "HelpUrl")?.Value;

    /// <summary>Finds a more precise location for messages that only have the project file.</summary>
    public Func<Diagnostic, Diagnostic> Locate { get; set; } = static diagnostic => diagnostic;

    private readonly Lock _lock = new();
    private readonly List<Diagnostic> _errors = [];
    private readonly List<Diagnostic> _warnings = [];
    private readonly List<Diagnostic> _raised = [];
    private bool _closed;

    /// <summary>The errors so far.</summary>
    public ImmutableArray<Diagnostic> Errors => Copy(_errors);

    /// <summary>The warnings so far.</summary>
    public ImmutableArray<Diagnostic> Warnings => Copy(_warnings);

    /// <summary>The warnings so far that the build treats as errors (<c>-warnAsError</c>, <c>MSBuildTreatWarningsAsErrors</c>).</summary>
    public ImmutableArray<Diagnostic> Raised => Copy(_raised);

    /// <summary>Tells whether the build treats the warnings of a code as errors.</summary>
    public Func<string, bool> IsRaised { get; init; } = static _ => false;

    /// <summary>An error with its code, location and help link.</summary>
    public void Error(Diagnostic diagnostic)
    {
        diagnostic = BuildAdvice.Of(Locate(diagnostic));
        Keep(_errors, diagnostic);
        Write(() => log.LogError(
            null, diagnostic.Id, null, HelpLink(diagnostic), Printable.Line(diagnostic.Location?.File ?? projectFile),
            diagnostic.Location?.Line ?? 0, diagnostic.Location?.Column ?? 0, 0, 0, diagnostic.Text));
    }

    /// <summary>A warning with its code, location and help link.</summary>
    public void Warning(Diagnostic diagnostic)
    {
        diagnostic = BuildAdvice.Of(Locate(diagnostic));
        Keep(_warnings, diagnostic);
        bool isRaised = IsRaised(diagnostic.Id);
        if (isRaised)
            Keep(_raised, diagnostic);
        string file = Printable.Line(diagnostic.Location?.File ?? projectFile);
        (int line, int column) = (diagnostic.Location?.Line ?? 0, diagnostic.Location?.Column ?? 0);
        // As the task's log does for the codes that the engine's own answer raises: a task that fails has logged an error.
        Write(() =>
        {
            if (isRaised)
                log.LogError(null, diagnostic.Id, null, HelpLink(diagnostic), file, line, column, 0, 0, diagnostic.Text);
            else
                log.LogWarning(null, diagnostic.Id, null, HelpLink(diagnostic), file, line, column, 0, 0, diagnostic.Text);
        });
    }

    /// <summary>A line.</summary>
    public void Message(MessageImportance importance, string text) => Write(() => log.LogMessage(importance, Printable.Line(text)));

    /// <summary>A command of this product to the CI system that reads the console.</summary>
    public void Announce(string command) => Write(() => log.LogMessage(MessageImportance.High, command));

    /// <summary>A decision, for a log at <c>-v:d</c>.</summary>
    public void Detail(string text) => Message(MessageImportance.Normal, "  " + text);

    /// <summary>
    /// A request or a response without its headers, which would only enlarge binary logs, or a retry and its reason.
    /// </summary>
    public void Trace(string text) => Message(
        text.StartsWith("...", StringComparison.Ordinal) ? MessageImportance.Normal : MessageImportance.Low,
        "  " + (text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and int end ? text[..end] : text));

    /// <summary>
    /// A defect of this product: its type and text for the user, the stack trace for those who fix it.
    /// </summary>
    public void Unexpected(Exception exception)
    {
        Error(new Diagnostic(
            ErrorCode.Unexpected,
            $"Something went wrong inside Airgap.Build: {exception.GetType().Name}: {exception.Message}",
            $"Please report it{(helpUrl is null ? "" : $" at {helpUrl}")}, with a log of -v:detailed."));
        Write(() => log.LogMessage(MessageImportance.Low, Printable.Block(exception.ToString())));
    }

    /// <summary>Stops all further logging.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
    }

    private ImmutableArray<Diagnostic> Copy(List<Diagnostic> list)
    {
        lock (_lock)
            return [.. list];
    }

    private void Keep(List<Diagnostic> list, Diagnostic diagnostic)
    {
        lock (_lock)
            list.Add(diagnostic);
    }

    private void Write(Action write)
    {
        lock (_lock)
        {
            if (!_closed)
                write();
        }
    }

    private string? HelpLink(Diagnostic diagnostic) => helpUrl is null ? null : $"{helpUrl}#{diagnostic.Id.ToLowerInvariant()}";
}
