using System.Globalization;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;

namespace Airgap.Tool.Running;

/// <summary>One run of one command: where it writes, how it was asked to, and what it reports at the end.</summary>
internal sealed class Session
{
    private const string Red = "\u001b[1;31m";
    private const string Yellow = "\u001b[1;33m";
    private const string Plain = "\u001b[0m";

    private readonly Lock _gate = new();
    private readonly ImgpkgJson? _gathered;
    private int _drawn;

    /// <summary>Makes a session.</summary>
    public Session(string command, Identity identity, Terminal terminal, GlobalOptions options)
    {
        Identity = identity;
        Terminal = terminal;
        Options = options;
        Report = new Report { Command = command };
        _gathered = options.Json && identity.IsImgpkg ? new ImgpkgJson() : null;
    }

    /// <summary>The name and version to show.</summary>
    public Identity Identity { get; }

    /// <summary>Where to write.</summary>
    public Terminal Terminal { get; }

    /// <summary>The flags of every command.</summary>
    public GlobalOptions Options { get; }

    /// <summary>The JSON document that <c>--json</c> writes. Commands fill it while they go.</summary>
    public Report Report { get; }

    /// <summary>The step under way, for errors; null before the first.</summary>
    public string? Phase { get; set; }

    /// <summary>What an interruption leaves, and what to do then; null where the host says it.</summary>
    public string? AfterStop { get; set; }

    /// <summary>True for a dry run: nothing moves, and nothing can be resumed.</summary>
    public bool IsDry { get; set; }

    /// <summary>True when a person or script wants imgpkg's own lines: <c>--tty</c>, or a terminal.</summary>
    public bool ShowsLines => !Options.Json && (Options.Tty || (Identity.IsImgpkg ? Terminal.OutIsTerminal : Terminal.ErrorIsTerminal));

    /// <summary>True when standard output holds imgpkg's lines and nothing else.</summary>
    public bool SpeaksAsImgpkg => Options.Tty || Identity.IsImgpkg;

    /// <summary>Takes the HTTP exchange with <c>--debug</c>; null without it.</summary>
    public Action<string>? Trace => Options.Debug ? WriteError : null;

    /// <summary>Writes a result for people. Nothing with <c>--json</c>, nor under imgpkg's name, which has none.</summary>
    public void WriteResult(string line)
    {
        if (Options.Json || Identity.IsImgpkg)
            return;
        Write(Options.Tty ? Terminal.Error : Terminal.Out, Printable.Line(line));
    }

    /// <summary>Writes one of imgpkg's lines where scripts look for it.</summary>
    public void WriteLine(string line)
    {
        if (_gathered is not null)
        {
            lock (_gate)
                _gathered.AddLine(line);
        }

        if (ShowsLines)
            Write(SpeaksAsImgpkg ? Terminal.Out : Terminal.Error, Printable.Line(line));
    }

    /// <summary>
    /// Writes a text that is the result itself and printable, under every name and wherever standard output goes. Nothing with
    /// <c>--json</c>.
    /// </summary>
    /// <param name="blocks">Its parts, as imgpkg's JSON has them.</param>
    public void WriteBlock(params IReadOnlyList<string> blocks)
    {
        string text = string.Concat(blocks);
        lock (_gate)
        {
            foreach (string block in blocks)
                _gathered?.AddBlock(block);
            if (Options.Json)
                return;
            Erase();
            Terminal.Out.Write(text);

            // Scripts get the text as it is; on a screen the prompt should not follow it on its line.
            if (Terminal.OutIsTerminal && !SpeaksAsImgpkg && !text.EndsWith('\n'))
                Terminal.Out.WriteLine();
        }
    }

    /// <summary>
    /// Writes a table that is the result itself: for people on a terminal, for scripts elsewhere. Nothing with <c>--json</c>.
    /// </summary>
    public void WriteTable(Table table)
    {
        Table shown = table.Only(Options.Columns);
        lock (_gate)
        {
            _gathered?.AddTable(shown);
            if (Options.Json)
                return;
            Erase();
            Terminal.Out.Write(Options.Tty || Terminal.OutIsTerminal ? shown.ForTerminal() : shown.ForScripts());
        }
    }

    /// <summary>Writes a line, or several, to standard error.</summary>
    public void WriteError(string line) => Write(Terminal.Error, Printable.Block(line));

    /// <summary>Redraws the last lines of the screen, until something else is written; none to remove them.</summary>
    public void Draw(IReadOnlyList<string> live)
    {
        lock (_gate)
        {
            Erase();
            if (live.Count == 0)
                return;
            // One column less than the screen, so that no terminal wraps a line and the way back up stays known.
            int width = Terminal.Width - 1;
            Terminal.Error.Write(string.Join('\n', live.Select(Printable.Line).Select(line => line.Length > width ? line[..width] : line)));
            _drawn = live.Count;
        }
    }

    /// <summary>Shows a warning, and keeps it for the report.</summary>
    public void Warn(Diagnostic warning)
    {
        warning = ToolAdvice.Of(warning);
        lock (_gate)
        {
            ReportDiagnostic entry = ReportDiagnostic.Of(warning);
            if (Report.Warnings.Contains(entry))
                return;
            Report.Warnings.Add(entry);
        }

        // imgpkg has lines of its own for these two, and for nothing else without a terminal.
        bool isSilent = Identity.IsImgpkg && (!ShowsLines || warning.Code is ErrorCode.LayersSkipped or ErrorCode.NoLayersToInclude);
        if (!Options.Json && !isSilent)
            WriteDiagnostic(DiagnosticText.Of(warning, "Warning", Identity), "Warning:", Yellow);
    }

    /// <summary>Shows a failure, and keeps it for the report.</summary>
    public void Fail(Diagnostic failure)
    {
        failure = ToolAdvice.Of(failure);
        lock (_gate)
            Report.Errors.Add(ReportDiagnostic.Of(failure) with { Phase = Phase });
        WriteDiagnostic(DiagnosticText.Of(failure, "Error", Identity, Phase), "Error:", Red);
    }

    /// <summary>Writes the JSON document where it was asked for.</summary>
    public async Task FinishAsync(int exitCode)
    {
        Report.Succeeded = exitCode == 0;
        string? document = _gathered is null ? (Options.Json ? Report.ToJson() : null) : Report.Succeeded ? _gathered.ToJson() : null;
        if (document is not null)
            await Terminal.Out.WriteLineAsync(document);
    }

    // The word alone has a colour, so that no text of others stands between its beginning and its end.
    private void WriteDiagnostic(string text, string word, string color)
    {
        string shown = Printable.Block(text);
        int at = shown.IndexOf(word, StringComparison.Ordinal);
        if (Options.Color && Terminal.HasColors && at >= 0)
            shown = $"{shown[..at]}{color}{word}{Plain}{shown[(at + word.Length)..]}";
        Write(Terminal.Error, shown);
    }

    private void Write(TextWriter writer, string line)
    {
        lock (_gate)
        {
            Erase();
            writer.WriteLine(line);
        }
    }

    private void Erase()
    {
        // To the first column, up to the first line drawn, and away with all that follows.
        if (_drawn > 0)
            Terminal.Error.Write(_drawn == 1
                ? "\r\u001b[K" : string.Create(CultureInfo.InvariantCulture, $"\r\u001b[{_drawn - 1}A\u001b[J"));
        _drawn = 0;
    }
}
