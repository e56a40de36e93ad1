using System.Text.Json.Serialization;

namespace Airgap.Transfer.Sessions;

/// <summary>The content of an upload session's file.</summary>
/// <param name="Blob">Repository and digest, as <c>host/path@sha256:…</c>.</param>
/// <param name="Location">The absolute URI of the next request.</param>
/// <param name="Offset">The bytes that the registry confirmed.</param>
/// <param name="Saved">When the file was written.</param>
internal sealed record UploadSessionDocument(string Blob, string Location, long Offset, DateTimeOffset Saved);

/// <summary>Reads and writes the file. A file without one of the properties is refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(UploadSessionDocument))]
internal sealed partial class UploadSessionJson : JsonSerializerContext;
