namespace Airgap.Trust.Formats;

/// <summary>Limits for untrusted input. Real signatures stay far below.</summary>
internal static class Limits
{
    /// <summary>Bytes of a payload, an envelope or a bundle. Attestations of large SBOMs have some MiB.</summary>
    public const int DocumentBytes = 16 * 1024 * 1024;

    /// <summary>Bytes of a policy, a key or a trusted root.</summary>
    public const int ConfigBytes = 1024 * 1024;

    /// <summary>The number of signatures of one manifest beside an image that are verified.</summary>
    public const int Signatures = 256;

    /// <summary>The manifests attached to one image that are examined: a daily scan attaches hundreds of statements in a year.</summary>
    public const int Referrers = 1024;

    /// <summary>Log entries, timestamps and certificates of one signature.</summary>
    public const int Proofs = 16;

    /// <summary>Bytes of a signature itself: RSA 16384 has 2,048.</summary>
    public const int SignatureBytes = 4096;
}
