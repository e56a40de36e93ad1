using System.Text.Json.Serialization;

namespace Airgap.Transfer.Archives;

/// <summary>The field names of manifest.json, as in imgpkg.</summary>
internal sealed class ArchiveElement
{
    public ArchiveIndex? ImageIndex { get; set; }

    public ArchiveImage? Image { get; set; }
}

internal sealed class ArchiveIndex
{
    public List<string?>? Refs { get; set; }

    public List<ArchiveImage?>? Images { get; set; }

    public List<ArchiveIndex?>? Indexes { get; set; }

    public string? MediaType { get; set; }

    public string? Digest { get; set; }

    [JsonConverter(typeof(Utf8Text))]
    public byte[]? Raw { get; set; }

    public string? Tag { get; set; }

    public string? OrigRef { get; set; }

    public Dictionary<string, string?>? Labels { get; set; }
}

internal sealed class ArchiveImage
{
    public List<string?>? Refs { get; set; }

    public ArchiveBlob? Config { get; set; }

    public ArchiveManifest? Manifest { get; set; }

    public string? Tag { get; set; }

    public string? OrigRef { get; set; }

    public Dictionary<string, string?>? Labels { get; set; }
}

internal sealed class ArchiveBlob
{
    public string? Digest { get; set; }

    [JsonConverter(typeof(Utf8Text))]
    public byte[]? Raw { get; set; }
}

internal sealed class ArchiveManifest
{
    public string? MediaType { get; set; }

    public string? Digest { get; set; }

    [JsonConverter(typeof(Utf8Text))]
    public byte[]? Raw { get; set; }
}

// imgpkg ignores the case of field names, and takes the last of two: with a repeated field, it would read a different
// image.
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(ArchiveElement))]
internal sealed partial class ArchiveJsonContext : JsonSerializerContext;
