using System.CommandLine;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Artifacts;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;

namespace Airgap.Tool.Running;

/// <summary>One run of a command: its output streams, its flags, and its final report.</summary>
internal sealed class Session
{
    private readonly Lock _gate = new();
    private readonly ImgpkgJson? _gathered;
    private readonly LiveLines _live;

    /// <summary>Makes a session.</summary>
    public Session(string command, Identity identity, Terminal terminal, GlobalOptions options)
    {
        (Identity, Terminal, Options) = (identity, terminal, options);
        _live = new LiveLines(terminal);
        Report = new Report { Command = command };
        _gathered = options.Json && identity.IsImgpkg ? new ImgpkgJson() : null;
    }

    /// <summary>The name and version to show.</summary>
    public Identity Identity { get; }

    /// <summary>The output streams.</summary>
    public Terminal Terminal { get; }

    /// <summary>The flags of every command.</summary>
    public GlobalOptions Options { get; }

    /// <summary>The command that runs, whose flags the advice may name; null for any.</summary>
    public Command? Command { get; init; }

    /// <summary>The JSON document of <c>--json</c>, which commands fill as they run.</summary>
    public Report Report { get; }

    /// <summary>The current step, for errors; null before the first.</summary>
    public string? Phase { get; set; }

    /// <summary>The advice after an interruption: what remains and what to do; null for the host's default.</summary>
    public string? AfterStop { get; set; }

    /// <summary>What a failure leaves under the names of the outputs.</summary>
    public FailedOutputs Failed { get; } = new();

    /// <summary>The clients of registries so far.</summary>
    public List<RegistryClient> Registries { get; } = [];

    /// <summary>True for a dry run: nothing moves, and nothing can be resumed.</summary>
    public bool IsDry { get; set; }

    /// <summary>True when imgpkg's own lines are wanted: with <c>--tty</c>, or on a terminal.</summary>
    public bool ShowsLines => !Options.Json && (Options.Tty || (Identity.IsImgpkg ? Terminal.OutIsTerminal : Terminal.ErrorIsTerminal));

    /// <summary>True when standard output contains only imgpkg's lines.</summary>
    public bool SpeaksAsImgpkg => Options.Tty || Identity.IsImgpkg;

    /// <summary>Receives the HTTP exchange with <c>--debug</c>; null without it.</summary>
    public Action<string>? Trace => Options.Debug ? WriteError : null;

    /// <summary>
    /// Writes a result for people. Writes nothing with <c>--json</c>, or under imgpkg's name, as imgpkg has no such output.
    /// </summary>
    public void WriteResult(string line)
    {
        if (Options.Json || Identity.IsImgpkg)
            return;
        Write(Options.Tty ? Terminal.Error : Terminal.Out, Printable.Line(line));
    }

    /// <summary>Writes one of imgpkg's lines to the stream on which scripts expect it.</summary>
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
    /// Writes a printable text that is the result itself, under every name and to any standard output. Writes nothing
    /// with <c>--json</c>.
    /// </summary>
    /// <param name="blocks">Its parts, as in imgpkg's JSON.</param>
    public void WriteBlock(params IReadOnlyList<string> blocks)
    {
        string text = string.Concat(blocks);
        lock (_gate)
        {
            foreach (string block in blocks)
                _gathered?.AddBlock(block);
            if (Options.Json)
                return;
            _live.Erase();
            Terminal.Out.Write(text);

            // Scripts receive the text unchanged; on a screen, the prompt should start on a new line.
            if (Terminal.OutIsTerminal && !SpeaksAsImgpkg && !text.EndsWith('\n'))
                Terminal.Out.WriteLine();
        }
    }

    /// <summary>
    /// Writes a table that is the result itself: for people on a terminal, for scripts elsewhere. Writes nothing with
    /// <c>--json</c>.
    /// </summary>
    public void WriteTable(Table table)
    {
        Table shown = table.Only(Options.Columns);
        lock (_gate)
        {
            _gathered?.AddTable(shown);
            if (Options.Json)
                return;
            _live.Erase();
            Terminal.Out.Write(Options.Tty || Terminal.OutIsTerminal ? shown.ForTerminal() : shown.ForScripts());
        }
    }

    /// <summary>Writes a detail for the log, with <c>--debug</c> alone.</summary>
    public void WriteDetail(string message)
    {
        if (Options.Debug)
            WriteError(Printable.Line(message));
    }

    /// <summary>Writes information that is not a warning to standard error, which imgpkg does not.</summary>
    public void WriteNotice(string message)
    {
        if (!Identity.IsImgpkg)
            WriteError(message);
    }

    /// <summary>Writes a line, or several, to standard error.</summary>
    public void WriteError(string line) => Write(Terminal.Error, Printable.Block(line));

    /// <inheritdoc cref="LiveLines.Draw"/>
    public void Draw(IReadOnlyList<string> live)
    {
        lock (_gate)
            _live.Draw(live);
    }

    /// <summary>Shows a warning, and adds it to the report.</summary>
    public void Warn(Diagnostic warning)
    {
        warning = ToolAdvice.Of(warning, Command);
        lock (_gate)
        {
            DiagnosticDocument entry = DiagnosticDocument.Of(warning);
            if (Report.Warnings.Contains(entry))
                return;
            Report.Warnings.Add(entry);
        }

        Failed.Add(warning, isFailure: false);
        // imgpkg has its own lines for these two warnings, and prints nothing else without a terminal.
        bool isSilent = Identity.IsImgpkg && (!ShowsLines || warning.Code is ErrorCode.LayersSkipped or ErrorCode.NoLayersToInclude);
        if (!Options.Json && !isSilent)
            WriteDiagnostic(DiagnosticText.Of(warning, "Warning", Identity), isError: false);
    }

    /// <summary>Shows a failure, and adds it to the report.</summary>
    public void Fail(Diagnostic failure)
    {
        failure = ToolAdvice.Of(failure, Command);
        lock (_gate)
            Report.Errors.Add(DiagnosticDocument.Of(failure) with { Phase = Phase });
        Failed.Add(failure, isFailure: true);
        WriteDiagnostic(DiagnosticText.Of(failure, "Error", Identity, Phase), isError: true);
    }

    /// <summary>Writes the JSON document if requested.</summary>
    public async Task FinishAsync(int exitCode)
    {
        Report.Succeeded = exitCode == 0;
        string? document = _gathered is null ? (Options.Json ? Report.ToJson() : null) : Report.Succeeded ? _gathered.ToJson() : null;
        await (document is null ? Task.CompletedTask : Terminal.Out.WriteLineAsync(document));
    }

    private void WriteDiagnostic(string text, bool isError) => Write(Terminal.Error, Options.Color && Terminal.HasColors
        ? SeverityColor.Paint(Printable.Block(text), isError ? "Error:" : "Warning:", isError) : Printable.Block(text));

    private void Write(TextWriter writer, string line)
    {
        lock (_gate)
        {
            _live.Erase();
            writer.WriteLine(line);
        }
    }
}
