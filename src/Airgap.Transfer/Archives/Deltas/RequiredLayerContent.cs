using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Archives.Deltas;

/// <summary>A layer that a delta archive requires from a base.</summary>
/// <param name="path">The delta.</param>
/// <param name="descriptor">The layer.</param>
/// <param name="layer">The delta's entry for it.</param>
/// <param name="holder">The base that contains it.</param>
internal sealed class RequiredLayerContent(string path, Descriptor descriptor, RequiredLayer layer, DeltaBase holder) : IBlobContent
{
    public Descriptor Descriptor { get; } = descriptor;

    /// <summary>The delta.</summary>
    public string Path { get; } = path;

    /// <summary>The delta's entry for the layer.</summary>
    public RequiredLayer Layer { get; } = layer;

    /// <summary>The base that contains it.</summary>
    public DeltaBase Holder { get; } = holder;

    public ValueTask<Stream> OpenAsync(long offset, CancellationToken cancellationToken) =>
        ValueTask.FromException<Stream>(Missing([this], null));

    /// <summary>The failure for unavailable layers.</summary>
    /// <param name="layers">The layers, 1 or more, of one delta.</param>
    /// <param name="place">The destination that also lacks them; null if none was checked.</param>
    /// <param name="isServed">True if a registry was to serve the delta: nothing is imported there.</param>
    public static AirgapException Missing(IReadOnlyList<RequiredLayerContent> layers, string? place, bool isServed = false)
    {
        const int most = 20;
        string list = string.Join("; ", layers.Take(most).Select(layer =>
            $"{layer.Descriptor.Digest} ({ByteSize.Format(layer.Descriptor.Size)}) of {layer.Layer.Image}, in {layer.Holder}"));
        string more = layers.Count > most ? $"; and {layers.Count - most} more" : "";
        string count = layers.Count == 1 ? "a layer" : $"{layers.Count} layers";
        string has = place is null ? "it does not contain" : $"{place} does not have";
        return new AirgapException(
            ErrorCode.DeltaLayersMissing,
            $"'{layers[0].Path}' is a delta and requires {count} ({ByteSize.Format(layers.Sum(layer => layer.Descriptor.Size))}) that " +
            $"{has}: {list}{more}.",
            isServed ? $"In the same registry, {AdviceTerms.ServeBase}; or {AdviceTerms.MergeArchives}."
                : $"Import its base first, {AdviceTerms.MountFrom}, or {AdviceTerms.MergeArchives}.")
        {
            Reference = layers[0].Layer.Image.ToString(),
            Digest = layers[0].Descriptor.Digest.ToString(),
            Location = new SourceLocation(layers[0].Path)
        };
    }
}
