using System.CommandLine;

namespace Airgap.Tool.CommandLine;

/// <summary>The flags that every command accepts.</summary>
internal sealed class GlobalFlags
{
    private readonly Option<bool> _tty = Flag.Switch("--tty", "Write imgpkg's lines to standard output, even without a terminal");
    private readonly Option<bool> _color = Flag.Switch("--color", "Use colours on a terminal", byDefault: true);
    private readonly Option<bool> _json = Flag.Switch("--json", "Write one JSON document to standard output");
    private readonly Option<bool> _yes = Flag.Switch("--yes", "Assume yes for any question", false, "-y");
    private readonly Option<string[]> _column = Flag.List("--column", "NAME", "Show only these columns of tables");
    private readonly Option<bool> _debug = Flag.Switch("--debug", "Write the HTTP exchange to standard error");

    /// <summary>Adds them to the root, for all commands.</summary>
    public void AddTo(Command root)
    {
        foreach (Option option in new Option[] { _tty, _color, _json, _yes, _column, _debug })
        {
            option.Recursive = true;
            root.Options.Add(option);
        }
    }

    /// <summary>The values given.</summary>
    public GlobalOptions Read(ParseResult parsed) => new()
    {
        Tty = parsed.GetValue(_tty),
        Color = parsed.GetValue(_color),
        Json = parsed.GetValue(_json),
        Yes = parsed.GetValue(_yes),
        Columns = parsed.GetValue(_column) ?? [],
        Debug = parsed.GetValue(_debug),
    };
}

/// <summary>The values of <see cref="GlobalFlags"/>.</summary>
internal sealed record GlobalOptions
{
    /// <summary>imgpkg's lines, even without a terminal.</summary>
    public bool Tty { get; init; }

    /// <summary>Colours allowed.</summary>
    public bool Color { get; init; } = true;

    /// <summary>One JSON document.</summary>
    public bool Json { get; init; }

    /// <summary>No questions.</summary>
    public bool Yes { get; init; }

    /// <summary>Columns of tables to show; empty for all.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>HTTP trace.</summary>
    public bool Debug { get; init; }
}
