using System.Text;
using System.Text.Json;
using Airgap.Oci;

namespace Airgap.Publishing.Locking;

/// <summary>Lines and columns in a JSON file.</summary>
/// <param name="path">The file's full path.</param>
/// <param name="json">Its bytes.</param>
internal sealed class JsonLocations(string path, byte[] json)
{
    // Some editors write a byte order mark.
    private readonly int _start = json.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;

    /// <summary>The JSON, without a byte order mark.</summary>
    public ReadOnlySpan<byte> Json => json.AsSpan(_start);

    /// <summary>The location of the token that was read last.</summary>
    public SourceLocation PlaceOf(ref Utf8JsonReader reader)
    {
        int offset = _start + (int)reader.TokenStartIndex;
        int line = json.AsSpan(0, offset).Count((byte)'\n');
        return PlaceOf(line, offset - StartOf(line));
    }

    /// <summary>A location.</summary>
    /// <param name="line">The line, from 0.</param>
    /// <param name="bytes">The bytes before it in the line. The column is counted in characters, as editors do.</param>
    public SourceLocation PlaceOf(int line, int bytes)
    {
        int start = StartOf(line);
        return new SourceLocation(
            path, line + 1, Encoding.UTF8.GetCharCount(json, start, Math.Clamp(bytes, 0, json.Length - start)) + 1);
    }

    private int StartOf(int line)
    {
        int start = _start;
        for (; line > 0; line--)
            start += json.AsSpan(start).IndexOf((byte)'\n') + 1;
        return start;
    }

    /// <summary>True for a conflict marker of a git merge.</summary>
    /// <param name="line">The line, from 0.</param>
    public bool IsConflict(int line)
    {
        ReadOnlySpan<byte> text = json.AsSpan(StartOf(line));
        return text.StartsWith("<<<<<<<"u8) || text.StartsWith("======="u8) || text.StartsWith(">>>>>>>"u8);
    }
}
