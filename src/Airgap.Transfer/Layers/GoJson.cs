using System.Buffers;
using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>
/// Compact JSON as written by Go's encoder: its escapes, no spaces. Configs and archives must be the same byte for
/// byte.
/// </summary>
/// <param name="capacity">The initial capacity in bytes; it grows by copying.</param>
internal sealed class GoJson(int capacity = 64 * 1024)
{
    private readonly ArrayBufferWriter<byte> _output = new(capacity);

    /// <summary>The written bytes.</summary>
    public ReadOnlySpan<byte> Written => _output.WrittenSpan;

    /// <summary>
    /// Takes the bytes written since the last call, without copying; they are valid until the next write.
    /// </summary>
    public ReadOnlyMemory<byte> Take()
    {
        ReadOnlyMemory<byte> written = _output.WrittenMemory;
        _output.ResetWrittenCount();
        return written;
    }

    /// <summary>Punctuation and names: ASCII, written as it is.</summary>
    public GoJson Raw(string ascii)
    {
        Encoding.ASCII.GetBytes(ascii, _output);
        return this;
    }

    /// <summary>A number.</summary>
    public GoJson Number(long value) => Raw(value.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>A map of texts, in the order of its keys' UTF-8 bytes.</summary>
    public GoJson Map(IReadOnlyDictionary<string, string> map)
    {
        Raw("{");
        string separator = "";
        foreach ((string key, string value) in map.OrderBy(entry => entry.Key, Utf8Order.Instance))
        {
            Raw(separator).String(key).Raw(":").String(value);
            separator = ",";
        }

        return Raw("}");
    }

    /// <summary>A string.</summary>
    public GoJson String(string value) => String(Encoding.UTF8.GetBytes(value));

    /// <summary>A string given as UTF-8 bytes.</summary>
    public GoJson String(ReadOnlySpan<byte> utf8)
    {
        Raw("\"");
        while (!utf8.IsEmpty)
        {
            int plain = utf8.IndexOfAny(s_special);
            if (plain < 0)
                plain = utf8.Length;
            _output.Write(utf8[..plain]);
            utf8 = utf8[plain..];
            if (utf8.IsEmpty)
                break;
            utf8 = utf8[WriteSpecial(utf8)..];
        }

        return Raw("\"");
    }

    // 0xE2 starts U+2028 and U+2029, which Go escapes, and many characters that it does not.
    private static readonly SearchValues<byte> s_special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)'&', 0xE2]);

    private int WriteSpecial(ReadOnlySpan<byte> rest)
    {
        byte b = rest[0];
        switch (b)
        {
            case 0xE2:
                bool separator = rest.Length >= 3 && rest[1] == 0x80 && rest[2] is 0xA8 or 0xA9;
                if (separator)
                {
                    Raw(rest[2] == 0xA8 ? "\\u2028" : "\\u2029");
                    return 3;
                }

                _output.Write(rest[..1]);
                return 1;
            case (byte)'"':
                Raw("\\\"");
                return 1;
            case (byte)'\\':
                Raw("\\\\");
                return 1;
            case (byte)'\n':
                Raw("\\n");
                return 1;
            case (byte)'\r':
                Raw("\\r");
                return 1;
            case (byte)'\t':
                Raw("\\t");
                return 1;
            case (byte)'\b':
                Raw("\\b");
                return 1;
            case (byte)'\f':
                Raw("\\f");
                return 1;
            default:
                Raw($"\\u00{b:x2}");
                return 1;
        }
    }
}
