using System.Collections.Immutable;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>One manifest that a layout lists.</summary>
/// <param name="Descriptor">Type, digest and size.</param>
/// <param name="Annotations">Its annotations in the list.</param>
internal sealed record LayoutEntry(Descriptor Descriptor, ImmutableDictionary<string, string> Annotations)
{
    /// <summary>The root bundle requested when the layout was written.</summary>
    public bool IsRoot => Annotations.ContainsKey(ArchiveManifestWriter.RootLabel);

    /// <summary>
    /// False for an entry that is neither an image nor an index, such as a description in XML, which a layout may list and readers must
    /// skip.
    /// </summary>
    /// <remarks>Source: OCI image specification, image-layout.md, "index.json Example", and image-index.md, "manifests".</remarks>
    public bool IsImage => Descriptor.MediaType.Length == 0 || MediaTypes.IsIndex(Descriptor.MediaType)
        || MediaTypes.IsImageManifest(Descriptor.MediaType) || MediaTypes.IsSchema1(Descriptor.MediaType);

    /// <summary>True if the list gives it a name.</summary>
    public bool IsNamed => Annotations.ContainsKey(LayoutNames.RefName) || Annotations.ContainsKey(LayoutNames.ContainerdName);
}
