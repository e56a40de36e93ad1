using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>An image that a bundle pins.</summary>
/// <param name="Reference">The image, by tag or digest, as the user wrote it.</param>
/// <param name="Location">Where it is declared, as far as known.</param>
public sealed record ImageToPin(string Reference, SourceLocation? Location = null)
{
    /// <summary>The text that stands for the image under <c>packages/</c>, which the cluster replaces; null for <see cref="Reference"/> itself.</summary>
    public string? Id { get; init; }

    /// <summary><c>OS/ARCHITECTURE</c> or <c>OS/ARCHITECTURE/VARIANT</c>: only that image of an index is pinned. Null for the whole index.</summary>
    public string? Platform { get; init; }

    /// <summary>What the cluster looks for.</summary>
    internal string KbldId => string.IsNullOrEmpty(Id) ? Reference : Id;
}
