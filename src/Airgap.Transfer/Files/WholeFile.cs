using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// Reads a document that a user names, limited in size. A pipe is read to its end if one pass is enough.
/// </summary>
internal static class WholeFile
{
    /// <summary>
    /// Reads a file to its end. UTF-16 with a byte order mark, as Windows PowerShell's redirection writes it, is converted to UTF-8.
    /// </summary>
    /// <param name="path">The file, or a pipe.</param>
    /// <param name="most">Its maximum size in bytes.</param>
    /// <param name="invalid">Makes the error for a larger file; its argument completes a sentence.</param>
    /// <exception cref="AirgapException">What <paramref name="invalid"/> makes, or a 3xxx code of the file.</exception>
    public static ReadOnlyMemory<byte> Read(string path, int most, Func<string, AirgapException> invalid)
    {
        try
        {
            using FileStream file = Open(path);
            if (file.CanSeek && file.Length > most)
                throw invalid($"it has {file.Length} bytes, but at most {most} are allowed");
            using MemoryStream content = new(file.CanSeek ? (int)file.Length : 0);
            byte[] buffer = new byte[64 * 1024];
            for (int read; (read = file.Read(buffer)) > 0;)
            {
                if (content.Length + read > most)
                    throw invalid($"it has more than {most} bytes");
                content.Write(buffer, 0, read);
            }

            ReadOnlyMemory<byte> bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
            if (Utf16Text.IsUnmarked(bytes.Span))
                throw invalid(Utf16Text.Unmarked);
            // Windows editors write a byte order mark, which has no meaning.
            return bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : Utf16Text.ToUtf8(bytes);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    /// <summary>Reads a JSON document.</summary>
    /// <param name="path">The file, or a pipe.</param>
    /// <param name="most">Its maximum size in bytes.</param>
    /// <param name="type">The document's type.</param>
    /// <param name="kind">The kind of document, such as <c>the JSON of a plan</c>.</param>
    /// <param name="invalid">Makes the error for an unsuitable file; its argument completes a sentence.</param>
    /// <exception cref="AirgapException">What <paramref name="invalid"/> makes, or a 3xxx code of the file.</exception>
    public static T ReadJson<T>(
        string path, int most, JsonTypeInfo<T> type, string kind, Func<string, Exception?, AirgapException> invalid)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Read(path, most, why => invalid(why, null)).Span, type) ?? throw invalid("it is empty", null);
        }
        catch (JsonException e)
        {
            throw invalid($"it is not {kind}", e);
        }
    }

    /// <summary>Reads the beginning of a file that is read again afterwards.</summary>
    /// <param name="path">The file.</param>
    /// <param name="most">The number of bytes.</param>
    /// <exception cref="AirgapException">A 3xxx code of the file: <see cref="ErrorCode.FileFailure"/> for a pipe, which
    /// can be read only once.</exception>
    public static ReadOnlyMemory<byte> ReadBeginning(string path, int most)
    {
        try
        {
            using FileStream file = Open(path);
            if (!file.CanSeek)
                throw SeekableFile.Refusal(path, "a pipe");
            byte[] beginning = new byte[most];
            return Utf16Text.ToUtf8(beginning.AsMemory(0, file.ReadAtLeast(beginning, most, throwOnEndOfStream: false)), isCut: true);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
}
