using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Archives;

/// <summary>An item as an archive records it.</summary>
internal sealed record ArchivedItem(ImageReference Source, PlannedManifest Content, string OriginalReference, string? Tag, bool IsRoot)
{
    /// <summary>
    /// The projects that asked for it, where the archive is of several; null where it does not say that it was asked for.
    /// </summary>
    public string? Owners { get; init; }

    /// <summary>True for one of those that the archive was written of.</summary>
    public bool IsAskedFor => IsRoot || Owners is not null;

    /// <summary>True for a bundle.</summary>
    public bool IsBundle { get; } = !Content.Manifest.IsIndex && Content.HeldConfig is { } config
        && BundleLabel.IsPresent(config.Bytes.Span);
}
