namespace Airgap.Oci.Wire;

/// <summary>A mirror that was read instead of a registry.</summary>
/// <param name="Of">The registry of the references.</param>
/// <param name="From">The registry that was read.</param>
/// <param name="Manifests">How many manifests.</param>
/// <param name="Blobs">How many blobs, whole ones.</param>
/// <param name="Bytes">Bytes of both.</param>
internal sealed record SourceUse(string Of, string From, long Manifests, long Blobs, long Bytes)
{
    /// <summary>Adds to it.</summary>
    public SourceUse And(long manifests, long blobs, long bytes) =>
        this with { Manifests = Manifests + manifests, Blobs = Blobs + blobs, Bytes = Bytes + bytes };
}
