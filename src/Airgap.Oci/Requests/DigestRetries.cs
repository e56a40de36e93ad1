namespace Airgap.Oci.Requests;

/// <summary>
/// Retries of bytes with a wrong digest: a proxy or a connection seldom corrupts bytes twice; damaged storage always
/// returns the same.
/// </summary>
internal static class DigestRetries
{
    /// <summary>The number of retries before the failure is reported.</summary>
    public const int MostRepeats = 2;
}
