using System.Text;

namespace Airgap.Oci.Files;

/// <summary>
/// Text in UTF-16, as Windows PowerShell's <c>&gt;</c> and some editors write it. With a byte order mark, it is read like UTF-8; without
/// one, it is only recognised, so that an error can name it.
/// </summary>
internal static class Utf16Text
{
    /// <summary>What is wrong with UTF-16 without a mark, as the end of a sentence.</summary>
    public const string Unmarked = "it is UTF-16 without a byte order mark: save it as UTF-8";

    private static readonly UnicodeEncoding s_little = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding s_big = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    /// <summary>The same text in UTF-8; the bytes themselves if they have no mark of UTF-16, or are not valid after it.</summary>
    /// <param name="bytes">A file, or its beginning, which may end within a character.</param>
    /// <param name="isCut">True for a beginning.</param>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> bytes, bool isCut = false) =>
        Find(bytes.Span, isCut) is { } text ? text : bytes;

    /// <inheritdoc cref="ToUtf8(ReadOnlyMemory{byte}, bool)"/>
    public static ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<byte> bytes) => Find(bytes, isCut: false) is { } text ? text : bytes;

    private static byte[]? Find(ReadOnlySpan<byte> bytes, bool isCut)
    {
        if (EncodingOf(bytes) is not { } encoding)
            return null;
        ReadOnlySpan<byte> text = bytes[2..];
        if (isCut)
            text = text[..^(text.Length % 2)];
        try
        {
            return Encoding.UTF8.GetBytes(encoding.GetString(text));
        }
        catch (DecoderFallbackException) when (isCut && text.Length >= 2)
        {
            // Half of a pair stands at the end.
            return Find(bytes[..text.Length], isCut: false);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// True for what looks like ASCII in UTF-16 without a mark: a pair of bytes has one that is zero, and one that is not.
    /// </summary>
    public static bool IsUnmarked(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || EncodingOf(bytes) is not null)
            return false;
        return (IsAscii(bytes[0]) && bytes[1] == 0 && IsAscii(bytes[2]) && bytes[3] == 0)
            || (bytes[0] == 0 && IsAscii(bytes[1]) && bytes[2] == 0 && IsAscii(bytes[3]));

        static bool IsAscii(byte value) => value is (>= 0x20 and < 0x7F) or (byte)'\t' or (byte)'\r' or (byte)'\n';
    }

    private static UnicodeEncoding? EncodingOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? s_little : bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? s_big : null;
}
