using Airgap.Oci;

namespace Airgap.Transfer.Producing;

/// <summary>An image that a bundle pins.</summary>
/// <param name="Reference">The image, by tag or digest, as the user wrote it.</param>
/// <param name="Location">Where it is declared, as far as known.</param>
internal sealed record ImageToPin(string Reference, SourceLocation? Location = null)
{
    /// <summary>
    /// The text that stands for the image under <c>packages/</c>, which the cluster replaces; null for <see cref="Reference"/> itself.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>
    /// <c>OS/ARCHITECTURE</c> or <c>OS/ARCHITECTURE/VARIANT</c>: only that image of an index is pinned. Null for the whole index.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>What its builder says of it; null to ask the registry for the reference's digest.</summary>
    public BuiltImage? Built { get; init; }

    /// <summary>
    /// True for an image that is built only when all else is right: <see cref="BundleProducer.CheckAsync"/> takes it as given, and no
    /// bundle can be made of it yet.
    /// </summary>
    public bool IsPending { get; init; }

    /// <summary>What the cluster looks for.</summary>
    internal string KbldId => string.IsNullOrEmpty(Id) ? Reference : Id;
}
