namespace Airgap.Tool.Running;

/// <summary>The two streams a command writes to, and whether a person watches them.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress, warnings and errors. Safe for several threads.</param>
/// <param name="OutIsTerminal">True when results go to a screen.</param>
/// <param name="ErrorIsTerminal">True when progress goes to a screen.</param>
internal sealed record Terminal(TextWriter Out, TextWriter Error, bool OutIsTerminal, bool ErrorIsTerminal)
{
    private const int DefaultWidth = 100;

    /// <summary>Columns that are known beforehand; null to ask the screen.</summary>
    public int? Columns { get; init; }

    /// <summary>Columns of the screen; 100 where there is none.</summary>
    public int Width => Columns is { } known ? known : OutIsTerminal || ErrorIsTerminal ? WindowWidth() : DefaultWidth;

    /// <summary>The process's.</summary>
    public static Terminal OfProcess() => new(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>Hands everything written to the system.</summary>
    public async Task FlushAsync()
    {
        await Out.FlushAsync().ConfigureAwait(false);
        await Error.FlushAsync().ConfigureAwait(false);
    }

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 20 and int width ? width : DefaultWidth;
        }
        catch (IOException)
        {
            return DefaultWidth;
        }
    }
}
