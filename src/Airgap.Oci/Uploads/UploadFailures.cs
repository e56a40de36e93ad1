namespace Airgap.Oci.Uploads;

/// <summary>Classifies failed uploads: the bytes were at fault, or the form in which they were sent.</summary>
internal static class UploadFailures
{
    /// <summary>True when the bytes were corrupted in transit, which seldom happens twice.</summary>
    public static bool IsSpoiled(AirgapException failure) => failure.Code == ErrorCode.DigestMismatch || IsSpoiledThere(failure);

    /// <summary>
    /// True for a refusal of the way the bytes were sent, as far as the status shows; the bytes themselves get a second chance first.
    /// </summary>
    /// <param name="refusal">The destination's refusal.</param>
    /// <param name="wasSpoiled">True when the bytes have had their second chance.</param>
    public static bool IsOfForm(AirgapException refusal, bool wasSpoiled) => refusal.Code switch
    {
        ErrorCode.RegistryRefused or ErrorCode.BlobUnknown or ErrorCode.RepositoryUnknown or ErrorCode.RegistryFailed =>
            refusal.StatusCode is 400 or 404 or 405 or 411 or 413 or 415 or 416 or 422 or 501 && (wasSpoiled || !IsSpoiledThere(refusal)),
        ErrorCode.RegistryProtocol => true,
        _ => false,
    };

    private static bool IsSpoiledThere(AirgapException failure) =>
        failure.StatusCode == 400 && failure.Message.Contains("DIGEST_INVALID", StringComparison.Ordinal);
}
