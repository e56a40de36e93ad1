using System.Text;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Projects;

/// <summary>
/// A project file's text, which can be written back so that unedited parts stay the same byte for byte.
/// </summary>
/// <param name="Path">Full path of the file.</param>
/// <param name="Text">The text, without a byte order mark.</param>
/// <param name="Encoding">Its encoding, which throws for a character that it lacks.</param>
/// <param name="HasMark">True when the file begins with a byte order mark.</param>
internal sealed partial record ProjectText(string Path, string Text, Encoding Encoding, bool HasMark)
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary>The most frequent line ending.</summary>
    public string NewLine =>
        Text.AsSpan().Count("\r\n") * 2 > Text.AsSpan().Count('\n')
            ? "\r\n" : Text.Contains('\n', StringComparison.Ordinal) || !Text.Contains('\r', StringComparison.Ordinal) ? "\n" : "\r";

    /// <summary>Reads a file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.UneditableProject"/>, or a 3xxx code of the file.</exception>
    public static ProjectText Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AirgapException(
                e is FileNotFoundException
                ? ErrorCode.FileNotFound : e is UnauthorizedAccessException ? ErrorCode.AccessDenied : ErrorCode.FileFailure,
                $"The file '{path}' cannot be read: {e.Message}",
                "Check the path and its permissions.")
            { Location = new SourceLocation(path) };
        }

        (Encoding? encoding, int mark) = Detect(bytes);
        try
        {
            // Without this round trip, a file with bytes that are invalid in the encoding would be changed.
            if (encoding?.GetString(bytes, mark, bytes.Length - mark) is { } text)
                return new ProjectText(path, text, encoding, mark > 0);
        }
        catch (DecoderFallbackException)
        {
        }

        throw new AirgapException(
            ErrorCode.UneditableProject,
            $"The file '{path}' is not in {(encoding is null ? "a known encoding" : $"the encoding {encoding.WebName} that it claims")}.",
            "Save it as UTF-8, or add the items by hand.")
        { Location = new SourceLocation(path) };
    }

    /// <summary>Writes another text in the same encoding, all or nothing.</summary>
    /// <exception cref="AirgapException">A 3xxx code of the file.</exception>
    public async Task WriteAsync(string text, CancellationToken cancellationToken)
    {
        if (new FileInfo(Path).IsReadOnly)
        {
            throw new AirgapException(ErrorCode.AccessDenied, $"The file '{Path}' is read-only.", "Make it writable first.")
            {
                Location = new SourceLocation(Path),
            };
        }

        byte[] bytes = [.. HasMark ? Encoding.GetPreamble() : [], .. Encoding.GetBytes(text)];
        UnixFileMode? mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(Path);
        await AtomicFile.WriteAsync(Path, bytes, mode, cancellationToken);
    }

    private static (Encoding? Encoding, int Mark) Detect(byte[] bytes)
    {
        Encoding[] marked = [s_utf8, new UTF32Encoding(false, true, true), new UnicodeEncoding(false, true, true),
            new UnicodeEncoding(true, true, true)];
        foreach (Encoding encoding in marked)
        {
            if (bytes.AsSpan().StartsWith(encoding.Preamble))
                return (encoding, encoding.Preamble.Length);
        }

        Match declared = DeclaredEncoding().Match(Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 200)));
        if (!declared.Success)
            return (s_utf8, 0);
        try
        {
            Encoding encoding = Encoding.GetEncoding(
                declared.Groups[1].Value, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            // Text whose first line is readable byte by byte is not UTF-16, whatever its declaration states.
            return (encoding.GetByteCount("<") == 1 ? encoding.CodePage == s_utf8.CodePage ? s_utf8 : encoding : null, 0);
        }
        catch (ArgumentException)
        {
            return (null, 0);
        }
    }

    [GeneratedRegex("""^<\?xml\s[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")]
    private static partial Regex DeclaredEncoding();
}
