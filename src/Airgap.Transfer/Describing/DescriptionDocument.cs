using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Describing;

/// <summary>A bundle's description in JSON. Empty parts are absent.</summary>
/// <param name="Digest">The bundle's digest.</param>
/// <param name="Image">Its location, by digest.</param>
/// <param name="Origin">Its recorded origin, by digest.</param>
/// <param name="Annotations">The annotations of the parent bundle.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Bundles">The bundles it pins.</param>
/// <param name="Images">Everything else in it.</param>
internal sealed record DescriptionDocument(
    string Digest,
    string Image,
    string Origin,
    IReadOnlyDictionary<string, string>? Annotations,
    IReadOnlyList<LayerDocument>? Layers,
    IReadOnlyList<DescriptionDocument>? Bundles,
    IReadOnlyList<ImageDocument>? Images)
{
    /// <summary>True if the bundle's content is elsewhere in the document; otherwise absent.</summary>
    public bool? IsRepeated { get; init; }

    /// <summary>The document of a description.</summary>
    public static DescriptionDocument Of(BundleDescription bundle) => new(
        bundle.Digest.ToString(),
        bundle.Image.ToString(),
        bundle.Origin.ToString(),
        OrNull(bundle.Annotations),
        LayerDocument.Of(bundle.Layers),
        bundle.Bundles.IsEmpty ? null : [.. bundle.Bundles.Select(Of)],
        bundle.Images.IsEmpty ? null : [.. bundle.Images.Select(ImageDocument.Of)])
    {
        IsRepeated = bundle.IsRepeated ? true : null,
    };

    /// <summary>The JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DescriptionJsonContext.Default.DescriptionDocument);

    internal static IReadOnlyDictionary<string, string>? OrNull(ImmutableSortedDictionary<string, string> annotations) =>
        annotations.IsEmpty ? null : annotations;
}

/// <summary>An image, signature or internal part of a bundle.</summary>
/// <param name="Type"><c>Image</c>, <c>Signature</c> or <c>Internal</c>.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Image">Its location, by digest.</param>
/// <param name="Origin">Its recorded origin, by digest.</param>
/// <param name="Annotations">The bundle's annotations about it.</param>
/// <param name="Layers">Its layers.</param>
/// <param name="Error">Why nothing more is known about it.</param>
internal sealed record ImageDocument(
    string Type,
    string Digest,
    string Image,
    string Origin,
    IReadOnlyDictionary<string, string>? Annotations,
    IReadOnlyList<LayerDocument>? Layers,
    string? Error)
{
    /// <summary>Images of the index that were omitted by choice; absent for a complete index.</summary>
    public int? LeftOut { get; init; }

    internal static ImageDocument Of(ImageDescription image) => new(
        image.Kind.ToString(),
        image.Image.Digest!.Value.ToString(),
        image.Image.ToString(),
        image.Origin.ToString(),
        DescriptionDocument.OrNull(image.Annotations),
        LayerDocument.Of(image.Layers),
        image.Error)
    {
        LeftOut = image.LeftOut == 0 ? null : image.LeftOut,
    };
}

/// <summary>A layer.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="MediaType">Its media type.</param>
internal sealed record LayerDocument(string Digest, long Size, string MediaType)
{
    internal static IReadOnlyList<LayerDocument>? Of(ImmutableArray<Descriptor> layers) =>
        layers.IsEmpty ? null : [.. layers.Select(layer => new LayerDocument(layer.Digest.ToString(), layer.Size, layer.MediaType))];
}

/// <summary>Source-generated serialisation.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    NewLine = "\n",
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DescriptionDocument))]
internal sealed partial class DescriptionJsonContext : JsonSerializerContext;
