using Airgap.Oci.Naming;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>An image's name in a layout's annotations.</summary>
/// <param name="Repository">Its source repository; under a nonexistent host if the layout does not name it.</param>
/// <param name="Tag">Its tag; null for none.</param>
internal sealed record LayoutEntryName(RepositoryName Repository, string? Tag)
{
    // RFC 2606 reserves this top-level domain for names that do not exist.
    private static readonly RepositoryName s_unknown = RepositoryName.Parse("oci-layout.invalid/image");

    /// <summary>The name of an entry.</summary>
    public static LayoutEntryName Of(LayoutEntry entry)
    {
        string? reference = entry.Annotations.GetValueOrDefault(LayoutNames.RefName);
        if (entry.Annotations.TryGetValue(LayoutNames.ContainerdName, out string? name)
            && ImageReference.TryParse(name, out ImageReference? full, out _))
            return Of(full);
        if (reference is null)
            return new LayoutEntryName(s_unknown, null);
        if (ImageReference.IsTag(reference))
            return new LayoutEntryName(s_unknown, IsContentTag(reference) ? null : reference);
        return ImageReference.TryParse(reference, out ImageReference? parsed, out _) ? Of(parsed) : new LayoutEntryName(s_unknown, null);
    }

    private static LayoutEntryName Of(ImageReference reference) =>
        new(reference.Repository, reference.Digest is null && reference.Tag is { } tag && !IsContentTag(tag) ? tag : null);

    // imgpkg's own tags are set again at the destination.
    private static bool IsContentTag(string tag) => Bundles.ContentTag.IsImgpkgs(tag);
}
