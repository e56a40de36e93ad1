namespace Airgap.Oci.Wire;

/// <summary>A mirror that was read instead of a registry.</summary>
/// <param name="Of">The registry of the references.</param>
/// <param name="From">The registry that was read.</param>
/// <param name="Manifests">The number of manifests.</param>
/// <param name="Blobs">The number of whole blobs.</param>
/// <param name="Bytes">The bytes of both.</param>
internal sealed record SourceUse(string Of, string From, long Manifests, long Blobs, long Bytes)
{
    /// <summary>Adds to it.</summary>
    public SourceUse And(long manifests, long blobs, long bytes) =>
        this with { Manifests = Manifests + manifests, Blobs = Blobs + blobs, Bytes = Bytes + bytes };
}
