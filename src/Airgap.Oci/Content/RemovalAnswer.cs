namespace Airgap.Oci.Content;

/// <summary>What a registry says to the request to delete a manifest or tag.</summary>
internal enum RemovalAnswer
{
    /// <summary>It took the request.</summary>
    Taken,

    /// <summary>It has no such manifest or tag.</summary>
    Absent,

    /// <summary>It deletes nothing, or nothing of this kind.</summary>
    Unsupported,

    /// <summary>It was stored again since the time that the request named, and stays.</summary>
    Renewed,
}
