namespace Airgap.Oci.Content;

/// <summary>The outcome for a blob at its destination.</summary>
public enum BlobOutcome
{
    /// <summary>Its bytes were sent.</summary>
    Copied,

    /// <summary>The registry linked it from another of its repositories.</summary>
    Mounted,

    /// <summary>Already present.</summary>
    Present,
}
