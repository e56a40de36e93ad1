using System.Text.Json;
using Airgap.Oci;

namespace Airgap.Transfer.Archives;

/// <summary>Reads JSON documents of our own formats, which state their version.</summary>
internal static class VersionedDocument
{
    /// <summary>Reads a document.</summary>
    /// <param name="json">Its bytes. Nested at most 64 levels deep, without repeated fields.</param>
    /// <param name="versionField">The field with the version.</param>
    /// <param name="read">Makes the result from the root and the version.</param>
    /// <param name="malformed">Makes the failure of a document that is malformed, or whose fields are absent or of another type.</param>
    public static T Read<T>(
        ReadOnlyMemory<byte> json, string versionField, Func<JsonElement, int, T> read, Func<AirgapException> malformed)
    {
        try
        {
            using JsonDocument document =
                JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 });
            return read(document.RootElement, document.RootElement.GetProperty(versionField).GetInt32());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw malformed();
        }
    }

    /// <summary>The failure of a document whose version is too high.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">Its description after the path, such as <c>has the version 2</c>.</param>
    /// <param name="highest">The highest readable version.</param>
    /// <param name="verb">The attempted action, capitalised.</param>
    public static AirgapException Newer(string path, string what, int highest, string verb) => new(
        ErrorCode.NewerArchive,
        $"'{path}' {what}, but this tool reads versions up to {highest}.",
        $"{verb} it with the version that wrote it, or a newer one.")
    { Location = new SourceLocation(path) };
}
