using System.Collections.Immutable;
using Airgap.Oci.Naming;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Pushing;

/// <summary>What <c>push</c> is asked for.</summary>
internal sealed record PushRequest
{
    /// <summary>The label that marks a bundle; a user cannot give it.</summary>
    public const string ReservedLabel = Bundles.BundleLabel.Name;

    /// <summary>
    /// Folders, whose content is taken, and files, which are taken under their own name; one or more, in the order of the layer.
    /// </summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>Where to: a repository and a tag (<c>latest</c> where the user gave none), no digest.</summary>
    public required ImageReference Destination { get; init; }

    /// <summary>True for a bundle, false for a plain image.</summary>
    public bool IsBundle { get; init; }

    /// <summary>Labels of the image, beside the one that marks a bundle.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What is left out, and which modes are written.</summary>
    public LayerOptions Layer { get; init; } = new();
}
