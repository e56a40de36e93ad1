
using Airgap.Oci;

namespace Airgap.Transfer.Kubernetes;

/// <summary>An <c>image:</c> of a file under <c>packages/</c>, or the place that a Package fetches from otherwise.</summary>
/// <param name="Image">The text, as written.</param>
/// <param name="Location">Where it stands.</param>
public sealed record PackageReference(string Image, SourceLocation Location)
{
    /// <summary>What is fetched from there, such as <c>image</c>, <c>http</c>, <c>git</c> or <c>helmChart</c>; null for an <c>image:</c>, which the cluster replaces.</summary>
    public string? FetchKind { get; init; }
}
