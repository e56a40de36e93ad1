using System.Text;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Yaml;

/// <summary>The bytes of a YAML file as text: bounded, strict UTF-8, and without characters that YAML forbids.</summary>
internal static class YamlText
{
    /// <summary>The maximum size of a file, in bytes: 64 MiB.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes the bytes, without a byte order mark. UTF-16 is read only with its byte order mark, as in libyaml.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, YamlContext context)
    {
        if (bytes.Length > MaxBytes)
            throw TooLarge(context);
        if (Utf16Text.IsUnmarked(bytes))
            throw context.Error(0, 0, Utf16Text.Unmarked.Replace("it is", "the file is", StringComparison.Ordinal));
        bytes = bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : Utf16Text.ToUtf8(bytes);
        string text;
        try
        {
            text = s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw context.Error(1 + bytes[..Math.Max(0, e.Index)].Count((byte)'\n'), 0, "the file is not UTF-8", e);
        }

        // Among other characters, this refuses a NUL, which the parser would take for the end of the file, silently losing the rest.
        for (int i = 0; i < text.Length; i++)
        {
            if (!IsAllowed(text[i]))
            {
                int lineStart = text.LastIndexOf('\n', i) + 1;
                throw context.Error(1 + text.AsSpan(0, i).Count('\n'), 1 + i - lineStart,
                    $"the character U+{(int)text[i]:X4} is not allowed in YAML");
            }
        }

        return text;
    }

    /// <summary>Reads a stream to its end; fails if it exceeds <see cref="MaxBytes"/>.</summary>
    public static ReadOnlyMemory<byte> ReadToEnd(Stream stream, YamlContext context)
    {
        MemoryStream buffer = new();
        byte[] chunk = new byte[64 * 1024];
        for (int read = stream.Read(chunk); read > 0; read = stream.Read(chunk))
        {
            if (buffer.Length + read > MaxBytes)
                throw TooLarge(context);
            buffer.Write(chunk, 0, read);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static Oci.AirgapException TooLarge(YamlContext context) =>
        context.Error(0, 0, $"the file is larger than {MaxBytes / (1024 * 1024)} MiB");

    // Strict decoding leaves only paired surrogates, so that each half can be accepted by itself.
    private static bool IsAllowed(char c) =>
        c is '\t' or '\n' or '\r' or '\u0085' or (>= '\u0020' and <= '\u007E') or (>= '\u00A0' and <= '\uFFFD');
}
