using System.Globalization;
using System.Text;
using Airgap.Oci;

namespace Airgap.Tool.Output;

/// <summary>A column of a table.</summary>
/// <param name="Key">Its name in JSON and for <c>--column</c>.</param>
/// <param name="Title">Its heading.</param>
internal sealed record TableColumn(string Key, string Title);

/// <summary>A table as imgpkg prints it.</summary>
/// <param name="Title">The heading on a terminal.</param>
/// <param name="Content">The noun for its rows, for the count below the table.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The rows, each with one text per column.</param>
/// <remarks>
/// Source: the recorded golden/tag-list.*; cppforlife/go-cli-ui, which pads every column except the last and appends a
/// border to each.
/// </remarks>
internal sealed record Table(string Title, string Content, IReadOnlyList<TableColumn> Columns, IReadOnlyList<string[]> Rows)
{
    /// <summary>The table with the selected columns.</summary>
    /// <param name="keys">The columns' keys; empty for all.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>: there is no such column.</exception>
    public Table Only(IReadOnlyList<string> keys)
    {
        if (keys.Count == 0)
            return this;
        string[] known = [.. Columns.Select(column => column.Key)];
        if (keys.FirstOrDefault(key => !known.Contains(key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"'{unknown}' is not a column of this table.", $"The columns are {string.Join(", ", known)}.");
        }

        int[] kept = [.. Enumerable.Range(0, known.Length).Where(i => keys.Contains(known[i], StringComparer.OrdinalIgnoreCase))];
        return this with
        {
            Columns = [.. kept.Select(i => Columns[i])],
            Rows = [.. Rows.Select(row => kept.Select(i => row[i]).ToArray())]
        };
    }

    /// <summary>With title, headings and count, for people.</summary>
    public string ForTerminal()
    {
        StringBuilder text = new();
        text.Append(Title).Append("\n\n");
        Write(text, Rows.Prepend([.. Columns.Select(column => column.Title)]), "  ");
        return text.Append('\n').Append(CultureInfo.InvariantCulture, $"{Rows.Count} {Content}\n").ToString();
    }

    /// <summary>Rows alone, with tabs between the columns, for scripts.</summary>
    public string ForScripts()
    {
        StringBuilder text = new();
        Write(text, Rows, "\t");
        return text.ToString();
    }

    private static void Write(StringBuilder text, IEnumerable<string[]> rows, string border)
    {
        // Cells contain text from outside, in which a line break or tab would add a row or column.
        string[][] all = [.. rows.Select(row => row.Select(Printable.Line).ToArray())];
        foreach (string[] row in all)
        {
            for (int i = 0; i < row.Length; i++)
            {
                int width = i == row.Length - 1 ? 0 : all.Max(other => other[i].Length);
                text.Append(row[i].PadRight(width)).Append(border);
            }

            text.Append('\n');
        }
    }
}
