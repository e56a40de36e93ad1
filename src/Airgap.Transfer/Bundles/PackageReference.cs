using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>An <c>image:</c> of a file under <c>packages/</c>, or the place that a Package fetches from otherwise.</summary>
/// <param name="Image">The text, as written.</param>
/// <param name="Location">Where it stands; for an alias, where the alias stands.</param>
internal sealed record PackageReference(string Image, SourceLocation Location)
{
    /// <summary>
    /// What is fetched from there, such as <c>image</c>, <c>http</c>, <c>git</c>, <c>helmChart</c> or <c>inline</c>; null for an
    /// <c>image:</c>, which the cluster replaces.
    /// </summary>
    public string? FetchKind { get; init; }

    /// <summary>True for the <c>image</c> of a <c>fetch[].imgpkgBundle</c>, which has to be a bundle.</summary>
    internal bool IsBundle { get; init; }
}
