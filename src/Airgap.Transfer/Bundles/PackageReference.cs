using Airgap.Oci;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// An <c>image:</c> of a file under <c>packages/</c>, or another location that a Package fetches from.
/// </summary>
/// <param name="Image">The text, as written.</param>
/// <param name="Location">Its location; for an alias, the location of the alias.</param>
internal sealed record PackageReference(string Image, SourceLocation Location)
{
    /// <summary>
    /// The kind of content fetched, such as <c>image</c>, <c>http</c>, <c>git</c>, <c>helmChart</c> or <c>inline</c>;
    /// null for an <c>image:</c>, which the cluster replaces.
    /// </summary>
    public string? FetchKind { get; init; }

    /// <summary>True for the <c>image</c> of a <c>fetch[].imgpkgBundle</c>, which must be a bundle.</summary>
    internal bool IsBundle { get; init; }
}
