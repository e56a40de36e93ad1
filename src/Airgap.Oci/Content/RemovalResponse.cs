namespace Airgap.Oci.Content;

/// <summary>A registry's response to a request to delete a manifest or tag.</summary>
internal enum RemovalResponse
{
    /// <summary>Accepted. Some registries carry the deletion out later.</summary>
    Accepted,

    /// <summary>No such manifest or tag exists.</summary>
    Absent,

    /// <summary>The registry does not delete manifests, or not tags alone.</summary>
    Unsupported,

    /// <summary>Kept, because it was stored again after the time in the request.</summary>
    Renewed,
}
