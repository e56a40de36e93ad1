using Airgap.Oci;

namespace Airgap.Trust.Stored;

/// <summary>Distinguishes failures of one signature from failures of the verification.</summary>
internal static class SignatureFailures
{
    /// <summary>True if another signature may still count: this one is malformed, missing or has another digest.</summary>
    public static bool IsOfOne(AirgapException failure) => failure.Code
        is ErrorCode.SignatureRejected or ErrorCode.MalformedSignature
        or ErrorCode.InvalidManifest or ErrorCode.UnsupportedManifest
        or ErrorCode.BlobUnknown or ErrorCode.ManifestUnknown or ErrorCode.DigestMismatch or ErrorCode.SizeMismatch;
}
