using Airgap.Oci;

namespace Airgap.Transfer.Kubernetes;

/// <summary>An <c>image:</c> of a file under <c>packages/</c>.</summary>
/// <param name="Image">The text, as written.</param>
/// <param name="Location">Where it stands.</param>
public sealed record PackageReference(string Image, SourceLocation Location);
