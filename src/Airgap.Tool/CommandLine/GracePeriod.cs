using System.Globalization;
using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Tool.CommandLine;

/// <summary>Reads a minimum age: a duration as elsewhere, or days, which are awkward in hours.</summary>
internal static class GracePeriod
{
    private const int MostDays = 3650;

    /// <summary>Reads a value such as <c>7d</c>, <c>36h</c> or <c>0</c>.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidArgument"/>.</exception>
    public static TimeSpan Parse(string flag, string text)
    {
        if (text.EndsWith('d') && int.TryParse(
            text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days <= MostDays)
            return TimeSpan.FromDays(days);
        if (GoDuration.TryParse(text, out decimal nanoseconds) && nanoseconds >= 0 && nanoseconds <= MostDays * 86_400_000_000_000m)
            return TimeSpan.FromMilliseconds((long)Math.Ceiling(nanoseconds / 1_000_000));
        throw new AirgapException(
            ErrorCode.InvalidArgument, $"'{text}' is not a value of {flag}.",
            "Give days such as 7d, a duration such as 36h or 1h30m, or 0.");
    }
}
