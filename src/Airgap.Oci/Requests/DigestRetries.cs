namespace Airgap.Oci.Requests;

/// <summary>Retries of bytes with a wrong digest: a proxy or a line seldom corrupts them twice; damaged storage always does.</summary>
internal static class DigestRetries
{
    /// <summary>The number of retries before the failure is reported.</summary>
    public const int MostRepeats = 2;
}
