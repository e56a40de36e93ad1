namespace Airgap.Oci.Content;

/// <summary>A registry's response to a request to delete a manifest or tag.</summary>
internal enum RemovalResponse
{
    /// <summary>It accepted the request.</summary>
    Accepted,

    /// <summary>It has no such manifest or tag.</summary>
    Absent,

    /// <summary>It does not delete manifests, or nothing of this kind.</summary>
    Unsupported,

    /// <summary>It was stored again since the time that the request named, and stays.</summary>
    Renewed,
}
