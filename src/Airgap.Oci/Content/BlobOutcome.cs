namespace Airgap.Oci.Content;

/// <summary>What became of a blob at its destination.</summary>
public enum BlobOutcome
{
    /// <summary>Its bytes were sent.</summary>
    Copied,

    /// <summary>The registry linked it from another of its repositories.</summary>
    Mounted,

    /// <summary>It was there already.</summary>
    Present,
}
