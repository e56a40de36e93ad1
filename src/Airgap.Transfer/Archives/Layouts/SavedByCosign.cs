using Airgap.Oci;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>
/// The signatures and attestations in a folder of <c>cosign save</c>. It holds one image, and gives no names: what an entry is stands
/// in its annotation.
/// </summary>
/// <remarks>Source: cosign 3.1, pkg/oci/layout.</remarks>
internal sealed class SavedByCosign
{
    private const string Prefix = "dev.cosignproject.cosign/";

    private readonly Digest? _image;

    /// <summary>Reads the kinds of a layout's entries.</summary>
    public SavedByCosign(IEnumerable<LayoutEntry> entries)
    {
        LayoutEntry[] images = [.. entries.Where(entry => KindOf(entry) is "image" or "imageIndex")];
        IsOne = images.Length > 0;
        _image = images is [{ } only] ? only.Descriptor.Digest : null;
    }

    /// <summary>True for a folder of <c>cosign save</c>.</summary>
    public bool IsOne { get; }

    /// <summary>cosign's tag for an entry that belongs to the image; null for another entry.</summary>
    public string? TagOf(LayoutEntry entry) => (_image, KindOf(entry)) switch
    {
        ({ } image, "sigs") => CosignTags.Signature(image),
        ({ } image, "atts") => CosignTags.Attestation(image),
        _ => null,
    };

    private static string? KindOf(LayoutEntry entry) =>
        entry.Annotations.TryGetValue(LayoutNames.CosignKind, out string? kind) && kind.StartsWith(Prefix, StringComparison.Ordinal)
            ? kind[Prefix.Length..] : null;
}
