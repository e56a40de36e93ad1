using Airgap.Oci;

namespace Airgap.Trust.Stored;

/// <summary>Which failures are of one signature, and which of the judging as a whole.</summary>
internal static class SignatureFailures
{
    /// <summary>True where another signature may still count: this one is malformed, gone or not what its digest says.</summary>
    public static bool IsOfOne(AirgapException failure) => failure.Code
        is ErrorCode.SignatureRejected or ErrorCode.MalformedSignature
        or ErrorCode.InvalidManifest or ErrorCode.UnsupportedManifest
        or ErrorCode.BlobUnknown or ErrorCode.ManifestUnknown or ErrorCode.DigestMismatch or ErrorCode.SizeMismatch;
}
