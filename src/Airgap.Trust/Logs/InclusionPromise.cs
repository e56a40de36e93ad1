using System.Globalization;
using System.Text;
using Airgap.Trust.Formats;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Logs;

/// <summary>The signed entry timestamp: the log accepted this entry at this time.</summary>
internal static class InclusionPromise
{
    /// <summary>The time, verified; null when the log did not sign it, or is not trusted then.</summary>
    public static DateTimeOffset? Verify(LogEntry entry, LogKey log)
    {
        if (entry.Promise is not { } promise || log.Key is not { } key
            || entry.IntegratedTime is not (> 0 and <= LogEntry.LastTime and { } seconds))
            return null;

        // RFC 8785: these keys in this order, without white space.
        string signed = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"body":"{{Convert.ToBase64String(entry.Body)}}","integratedTime":{{seconds}},"logID":"{{Convert.ToHexStringLower(entry.LogId)}}","logIndex":{{entry.Index}}}""");
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return log.Validity.Contains(time) && key.Verify(SignedBytes.Of(Encoding.UTF8.GetBytes(signed)), promise) ? time : null;
    }
}
