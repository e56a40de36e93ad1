using System.Diagnostics.CodeAnalysis;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// Rate limits as written in the tool's <c>--limit-rate</c> and in <c>AirgapLimitRate</c>: <c>20MB/s</c> for every registry,
/// <c>HOST=20MB/s</c> for one, in any spelling of its name.
/// </summary>
internal static class RateText
{
    /// <summary>The accepted formats, as part of a sentence.</summary>
    public const string Forms = "a rate such as 20MB/s, 1.5MiB/s or 500kB/s (1kB/s or more), or HOST=RATE for one registry";

    private const long Least = 1000;
    private const string PerSecond = "/s";

    /// <summary>Reads limits.</summary>
    /// <param name="texts">Each is one limit.</param>
    /// <param name="rates">The limits; <see cref="ByteRates.None"/> for no text.</param>
    /// <param name="wrong">The invalid text.</param>
    /// <returns>False if a text has none of <see cref="Forms"/>, or a registry or the default has two limits.</returns>
    public static bool TryParse(IEnumerable<string> texts, out ByteRates rates, [NotNullWhen(false)] out string? wrong)
    {
        rates = ByteRates.None;
        foreach (string text in texts)
        {
            int sign = text.LastIndexOf('=');
            string host = sign < 0 ? "" : NormalizedHost.Of(text[..sign].Trim());
            bool isKnown = sign < 0 ? rates.Everywhere is not null : rates.ByRegistry.ContainsKey(host);
            if (isKnown || (sign >= 0 && !IsHost(host)) || ReadRate(text[(sign + 1)..]) is not { } rate)
            {
                (rates, wrong) = (ByteRates.None, text);
                return false;
            }

            rates = sign < 0 ? rates with { Everywhere = rate } : rates with { ByRegistry = rates.ByRegistry.Add(host, rate) };
        }

        wrong = null;
        return true;
    }

    // A number without a unit is refused, because it could mean bytes or megabytes.
    private static long? ReadRate(string text)
    {
        text = text.Trim();
        if (text.EndsWith(PerSecond, StringComparison.Ordinal))
            text = text[..^PerSecond.Length].TrimEnd();
        return text.Length > 0 && !char.IsAsciiDigit(text[^1]) && SizeText.TryParse(text, out long bytes) && bytes >= Least ? bytes : null;
    }

    private static bool IsHost(string text) =>
        RepositoryName.TryParse(text + "/a", out RepositoryName? name, out _)
        && name.Registry.Equals(text, StringComparison.OrdinalIgnoreCase);
}
