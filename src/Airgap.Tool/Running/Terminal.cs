namespace Airgap.Tool.Running;

/// <summary>The two output streams of a command, and whether they are terminals.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress, warnings and errors. Safe for several threads.</param>
/// <param name="OutIsTerminal">True when results go to a screen.</param>
/// <param name="ErrorIsTerminal">True when progress goes to a screen.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool OutIsTerminal, bool ErrorIsTerminal)
{
    private const int DefaultWidth = 100;
    private const int NarrowestWidth = 20;

    /// <summary>True if errors go to a terminal with colours. NO_COLOR turns them off.</summary>
    public bool HasColors { get; init; }

    /// <summary>True if the terminal only takes text, as TERM=dumb tells: nothing can be drawn again.</summary>
    public bool IsDumb { get; init; }

    /// <summary>The columns, if known in advance; null to ask the screen.</summary>
    public int? Columns { get; init; }

    /// <summary>Columns of the terminal; 100 if there is none.</summary>
    public int Width => Columns is { } known ? known : OutIsTerminal || ErrorIsTerminal ? WindowWidth() : DefaultWidth;

    /// <summary>The process's.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    public static Terminal OfProcess(StandardStream output, StandardStream error) =>
        new(output.Writer(), error.Writer(), !Console.IsOutputRedirected, !Console.IsErrorRedirected)
        {
            HasColors = !Console.IsErrorRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb")),
            IsDumb = Environment.GetEnvironmentVariable("TERM") == "dumb",
        };

    /// <summary>Flushes both streams.</summary>
    public async Task FlushAsync()
    {
        await Out.FlushAsync();
        await Error.FlushAsync();
    }

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is >= NarrowestWidth and int width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
