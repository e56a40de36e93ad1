using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>An item as an archive records it.</summary>
internal sealed record ArchivedItem(ImageReference Source, PlannedManifest Content, string OriginalReference, string? Tag, bool IsRoot)
{
    /// <summary>
    /// The projects that requested it, if several share the archive; null if the archive does not say so.
    /// </summary>
    public string? Owners { get; init; }

    /// <summary>True for a requested item of the archive.</summary>
    public bool IsAskedFor => IsRoot || Owners is not null;

    /// <summary>True for a bundle.</summary>
    public bool IsBundle { get; } = !Content.Manifest.IsIndex && Content.StoredConfig is { } config
        && BundleLabel.IsPresent(config.Bytes.Span);
}
