using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Pushing;

/// <summary>The request of a <c>push</c>.</summary>
internal sealed record PushRequest
{
    /// <summary>The label that marks a bundle, which users cannot set.</summary>
    public const string ReservedLabel = Bundles.BundleLabel.Name;

    /// <summary>
    /// Folders, whose content is packed, and files, which are packed under their own name; one or more, in the order of
    /// the layer.
    /// </summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>The destination: a repository and a tag (<c>latest</c> by default), without a digest.</summary>
    public required ImageReference Destination { get; init; }

    /// <summary>True for a bundle, false for a plain image.</summary>
    public bool IsBundle { get; init; }

    /// <summary>Labels of the image, besides the one that marks a bundle.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The exclusions, and the modes to write.</summary>
    public LayerOptions Layer { get; init; } = new();
}
