using System.Collections.Immutable;
using Airgap.Oci.Content;

namespace Airgap.Transfer.Archives.Layouts;

/// <summary>One manifest that a layout lists.</summary>
/// <param name="Descriptor">Type, digest and size.</param>
/// <param name="Annotations">What the list says of it.</param>
internal sealed record LayoutEntry(Descriptor Descriptor, ImmutableDictionary<string, string> Annotations)
{
    /// <summary>The bundle that was asked for when the layout was written.</summary>
    public bool IsRoot => Annotations.ContainsKey(ArchiveManifestWriter.RootLabel);

    /// <summary>True where the list gives it a name.</summary>
    public bool IsNamed => Annotations.ContainsKey(LayoutNames.RefName) || Annotations.ContainsKey(LayoutNames.ContainerdName);
}
