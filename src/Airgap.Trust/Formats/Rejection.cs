using Airgap.Oci;

namespace Airgap.Trust.Formats;

/// <summary>A signature that does not count. It is reported when no other signature of the image counts.</summary>
internal static class Rejection
{
    /// <summary>The failure.</summary>
    /// <param name="why">Why, a whole sentence.</param>
    public static AirgapException Of(string why) =>
        new(ErrorCode.SignatureRejected, why, "Ask the signer which key or identity signs, or leave this image out.");
}
