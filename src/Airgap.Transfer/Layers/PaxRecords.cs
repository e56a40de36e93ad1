using System.Globalization;
using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>The attributes before an entry of a tar: records <c>LENGTH KEY=VALUE\n</c>.</summary>
internal static class PaxRecords
{
    /// <summary>Reads name and size, if given.</summary>
    /// <exception cref="InvalidDataException">Malformed, or of a sparse file, whose bytes are not its content; the message ends a
    /// sentence.</exception>
    public static (string? Name, long? Size) Read(ReadOnlySpan<byte> body)
    {
        string? name = null;
        long? size = null;
        while (!body.IsEmpty)
        {
            int space = body.IndexOf((byte)' ');
            if (space <= 0
                || !int.TryParse(body[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1 || length > body.Length || body[length - 1] != '\n')
                throw new InvalidDataException("a PAX header is malformed");
            ReadOnlySpan<byte> record = body[(space + 1)..(length - 1)];
            if (record.StartsWith("GNU.sparse."u8))
                throw new InvalidDataException("it contains a sparse file");
            if (record.StartsWith("path="u8))
            {
                name = Encoding.UTF8.GetString(record[5..]);
            }
            else if (record.StartsWith("size="u8))
            {
                size = long.TryParse(record[5..], NumberStyles.None, CultureInfo.InvariantCulture, out long value)
                    ? value
                    : throw new InvalidDataException("a PAX header has no valid size");
            }

            body = body[length..];
        }

        return (name, size);
    }
}
