using System.Reflection;
using Airgap.Oci;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace Airgap.Build;

/// <summary>Writes to the build's log from any thread, as long as the task runs: what comes later would be an error of its own.</summary>
/// <param name="log">The task's log.</param>
/// <param name="projectFile">The place of whatever has no place of its own.</param>
/// <param name="helpUrl">The page that has an anchor for each code; null where the package was made for no repository.</param>
/// <remarks>What came from outside is made printable here: a console logger's output is what a CI system reads commands from.</remarks>
internal sealed class BuildLog(TaskLoggingHelper log, string projectFile, string? helpUrl)
{
    /// <summary>The page that was given when the package was made.</summary>
    public static string? PackageHelpUrl { get; } = typeof(BuildLog).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "HelpUrl")?.Value;

    /// <summary>Finds the place of what has none but the project's file.</summary>
    public Func<Diagnostic, Diagnostic> Locate { get; set; } = static diagnostic => diagnostic;

    private readonly Lock _lock = new();
    private bool _closed;

    /// <summary>An error with its code, place and help link.</summary>
    public void Error(Diagnostic diagnostic)
    {
        diagnostic = BuildAdvice.Of(Locate(diagnostic));
        Write(() => log.LogError(
            null, diagnostic.Id, null, HelpLink(diagnostic), Printable.Line(diagnostic.Location?.File ?? projectFile),
            diagnostic.Location?.Line ?? 0, diagnostic.Location?.Column ?? 0, 0, 0, diagnostic.Text));
    }

    /// <summary>A warning with its code, place and help link.</summary>
    public void Warning(Diagnostic diagnostic)
    {
        diagnostic = BuildAdvice.Of(Locate(diagnostic));
        Write(() => log.LogWarning(
            null, diagnostic.Id, null, HelpLink(diagnostic), Printable.Line(diagnostic.Location?.File ?? projectFile),
            diagnostic.Location?.Line ?? 0, diagnostic.Location?.Column ?? 0, 0, 0, diagnostic.Text));
    }

    /// <summary>A line.</summary>
    public void Message(MessageImportance importance, string text) => Write(() => log.LogMessage(importance, Printable.Line(text)));

    /// <summary>A command of our own to the CI system that reads the console.</summary>
    public void Announce(string command) => Write(() => log.LogMessage(MessageImportance.High, command));

    /// <summary>A decision, for a log at <c>-v:d</c>.</summary>
    public void Detail(string text) => Message(MessageImportance.Normal, "  " + text);

    /// <summary>A request or an answer without its headers, which would only swell every binary log, or a retry and its reason.</summary>
    public void Trace(string text) => Message(
        text.StartsWith("...", StringComparison.Ordinal) ? MessageImportance.Normal : MessageImportance.Low,
        "  " + (text.IndexOf('\n', StringComparison.Ordinal) is >= 0 and int end ? text[..end] : text));

    /// <summary>A defect of ours: its kind and text for the user, the stack for those who fix it.</summary>
    public void Unexpected(Exception exception)
    {
        Error(new Diagnostic(
            ErrorCode.Unexpected,
            $"Something went wrong inside Airgap.Build: {exception.GetType().Name}: {exception.Message}",
            $"Please report it{(helpUrl is null ? "" : $" at {helpUrl}")}, with a log of -v:detailed."));
        Write(() => log.LogMessage(MessageImportance.Low, Printable.Block(exception.ToString())));
    }

    /// <summary>Lets nothing through any more.</summary>
    public void Close()
    {
        lock (_lock)
            _closed = true;
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
