using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>An image that a bundle pins.</summary>
/// <param name="Reference">The image, by tag or digest, as the user wrote it.</param>
/// <param name="Location">The location of its declaration, as far as known.</param>
internal sealed record ImageToPin(string Reference, SourceLocation? Location = null)
{
    /// <summary>
    /// The placeholder of the image under <c>packages/</c>, which the cluster replaces; null for
    /// <see cref="Reference"/> itself.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// <c>OS/ARCHITECTURE</c> or <c>OS/ARCHITECTURE/VARIANT</c>: only that image of an index is pinned. Null for the whole index.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>The builder's description; null to resolve the reference in the registry.</summary>
    public BuiltImage? Built { get; init; }

    /// <summary>
    /// True for an image that is built only if everything else is valid: <see cref="BundleProducer.CheckAsync"/>
    /// assumes it, and no bundle can be made with it yet.
    /// </summary>
    public bool IsPending { get; init; }

    /// <summary>The text that the cluster replaces.</summary>
    internal string KbldId => string.IsNullOrEmpty(Id) ? Reference : Id;
}
