using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Reporting;

/// <summary>An image, index or bundle in the JSON documents.</summary>
/// <param name="Source">Its source, by digest.</param>
/// <param name="Destination">Its present or future reference, by digest; null if no registry is known.</param>
/// <param name="Digest">Its digest, the same at source and destination.</param>
/// <param name="MediaType">Its manifest's media type.</param>
/// <param name="Size">Size of manifests, configs and layers, each counted once, in bytes.</param>
/// <param name="Outcome"><c>copied</c>, <c>mounted</c> or <c>present</c>.</param>
/// <param name="Kind"><c>bundle</c>, <c>index</c> or <c>image</c>.</param>
/// <param name="Tags">Its tags at the destination.</param>
internal sealed record ReportImage(
    string Source, string? Destination, string Digest, string MediaType, long Size, string Outcome, string Kind, IReadOnlyList<string> Tags)
{
    /// <summary>True for a bundle.</summary>
    public bool Bundle => Kind == "bundle";

    /// <summary>The image as named by a bundle, by digest, if it was read elsewhere; otherwise null.</summary>
    public string? Origin { get; init; }

    /// <summary>Its further references, by digest, from a template; null for none.</summary>
    public IReadOnlyList<string>? AlsoAt { get; init; }

    /// <summary>The mirrors that were read in place of its source, by registries.conf; null for none.</summary>
    public IReadOnlyList<string>? Mirrors { get; init; }

    /// <summary>The same, with the name from the bundle and the further references.</summary>
    internal ReportImage Placed(RelocatedItem relocated, ILookup<string, RelocatedItem> further)
    {
        string[] places = [.. further[Source].Select(place => place.Destination?.ToString()).OfType<string>()];
        return Named(relocated) with { AlsoAt = places.Length > 0 ? places : null };
    }

    /// <summary>The same with the name that a bundle gives it.</summary>
    internal ReportImage Named(RelocatedItem relocated) =>
        relocated.Item.OriginalReference is { Length: > 0 } original && original != Source ? this with { Origin = original } : this;

    /// <summary>The outcome of an image.</summary>
    public static ReportImage Of(RelocatedItem relocated)
    {
        PlannedItem item = relocated.Item;
        return new ReportImage(
            item.Source.ToString(),
            relocated.Destination?.ToString(),
            item.Digest.ToString(),
            item.Content.Manifest.Descriptor.MediaType,
            item.Size,
            Outcomes.Word(relocated.Outcome),
            item.IsBundle ? "bundle" : item.Content.Manifest.IsIndex ? "index" : "image",
            relocated.Tags)
        {
            Mirrors = relocated.Mirrors.IsEmpty ? null : [.. relocated.Mirrors.Select(mirror => mirror.ToString())],
        };
    }

    /// <summary>Everything except the outcome.</summary>
    internal string Identity =>
        $"{Source} {Destination} {Digest} {Size} {Kind} {string.Join(' ', Tags)} {Origin} {string.Join(' ', AlsoAt ?? [])}";
}
