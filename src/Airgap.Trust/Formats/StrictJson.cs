using System.Text.Json;

namespace Airgap.Trust.Formats;

/// <summary>JSON that every reader reads alike: one value, no field twice, no comments, bounded in size and depth.</summary>
internal static class StrictJson
{
    // Predicates, such as components of an SBOM, nest deeply. The reader takes no stack for it.
    private const int MaxDepth = 1000;

    /// <summary>Reads an object and extracts its values.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="format">The expected format.</param>
    /// <param name="read">Takes the values; may throw as <see cref="JsonFields"/> does.</param>
    /// <param name="maxBytes">The largest size.</param>
    public static T Read<T>(ReadOnlyMemory<byte> utf8, Format format, Func<JsonFields, T> read, int maxBytes = Limits.DocumentBytes)
    {
        if (utf8.Length > maxBytes)
            throw format.Invalid($"it has more than {maxBytes} bytes");
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return read(new JsonFields(document.RootElement, format, ""));
        }
        catch (JsonException e)
        {
            throw format.Invalid("it is not JSON, has a field twice, or is nested too deeply", e);
        }
        catch (InvalidOperationException e)
        {
            throw format.Invalid("a text in it is not Unicode", e);
        }
    }
}
