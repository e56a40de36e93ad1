namespace Airgap.Oci.Requests;

/// <summary>What is done about bytes with a wrong digest: a proxy or a line that spoiled them once seldom does so again, and a storage that did always does.</summary>
internal static class DigestRetries
{
    /// <summary>How often they are fetched, or sent, again before the failure is told.</summary>
    public const int MostRepeats = 2;
}
