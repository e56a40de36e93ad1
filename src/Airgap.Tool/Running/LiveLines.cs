using System.Globalization;
using Airgap.Oci;

namespace Airgap.Tool.Running;

/// <summary>The last lines of a screen, which show progress and are drawn again and again. Used by one thread at a time.</summary>
internal sealed class LiveLines(Terminal terminal)
{
    private int _drawn;

    /// <summary>
    /// Redraws the last lines of the screen, which stay until something else is written; empty to remove them.
    /// </summary>
    public void Draw(IReadOnlyList<string> live)
    {
        Erase();
        if (live.Count == 0)
            return;
        // Lines are one column shorter than the screen: no terminal wraps them, so the number of lines to move up is known.
        int width = terminal.Width - 1;
        terminal.Error.Write(string.Join('\n', live.Select(Printable.Line).Select(line => line.Length > width ? line[..width] : line)));
        _drawn = live.Count;
    }

    /// <summary>Removes them.</summary>
    public void Erase()
    {
        // Move to the first column and up to the first drawn line, then erase to the end of the screen.
        if (_drawn > 0)
            terminal.Error.Write(_drawn == 1
                ? "\r\u001b[K" : string.Create(CultureInfo.InvariantCulture, $"\r\u001b[{_drawn - 1}A\u001b[J"));
        _drawn = 0;
    }
}
