using System.Globalization;
using System.Net.Http.Headers;

namespace Airgap.Oci.Wire;

/// <summary>Reads the quota in a response's headers, in all common formats.</summary>
/// <remarks>
/// Source: Docker Hub's "Pull usage and limits" (<c>ratelimit-limit: 100;w=21600</c>); draft-ietf-httpapi-ratelimit-headers 02 to 10
/// (<c>RateLimit-Remaining: 50</c>; <c>RateLimit: limit=100, remaining=50, reset=50</c>; <c>RateLimit: "default";r=50;t=30</c> with
/// <c>RateLimit-Policy: "default";q=100;w=60</c>); GitHub's <c>X-RateLimit-*</c>, whose reset is a time.
/// </remarks>
internal static class QuotaHeaders
{
    private const int MostCharacters = 1024;
    private const long EarliestTime = 1_000_000_000;

    /// <summary>The quota; null when the response has none.</summary>
    public static PullQuota? Read(HttpResponseMessage response, TimeProvider clock) =>
        Read(name => response.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null,
            clock.GetUtcNow());

    /// <inheritdoc cref="Read(HttpResponseMessage, TimeProvider)"/>
    /// <param name="header">A header's value, or null.</param>
    /// <param name="now">The time.</param>
    public static PullQuota? Read(Func<string, string?> header, DateTimeOffset now)
    {
        PullQuota? quota = Separate("RateLimit") ?? Joined() ?? Separate("X-RateLimit");
        return quota is null || header("docker-ratelimit-source") is not { Length: > 0 and <= MostCharacters } source
            ? quota : quota with { Source = source };

        PullQuota? Separate(string prefix)
        {
            Item[] remaining = Items(header(prefix + "-Remaining"));
            if (remaining is not [{ Number: { } left }, ..])
                return null;
            Item[] limit = Items(header(prefix + "-Limit"));
            long? window = remaining[0]["w"] ?? limit.FirstOrDefault()?["w"]
                ?? limit.Skip(1).FirstOrDefault(item => item.Number == limit[0].Number)?["w"]
                ?? Until(Items(header(prefix + "-Reset")).FirstOrDefault()?.Number);
            return new PullQuota(left, limit.FirstOrDefault()?.Number, Seconds(window), null);
        }

        PullQuota? Joined()
        {
            Item[] items = Items(header("RateLimit"));
            Item[] policies = Items(header("RateLimit-Policy"));
            if (Named(items, "remaining") is { } left)
            {
                return new PullQuota(
                    left, Named(items, "limit"), Seconds(policies.FirstOrDefault()?["w"] ?? Named(items, "reset")), null);
            }

            // The policy that ends first counts.
            if (items.Where(item => item["r"] is not null).MinBy(item => item["r"]) is not { } tightest)
                return null;
            Item? policy = policies.FirstOrDefault(each => each.Name == tightest.Name);
            return new PullQuota(tightest["r"]!.Value, policy?["q"], Seconds(policy?["w"] ?? tightest["t"]), null);
        }

        long? Until(long? reset) => reset is >= EarliestTime ? Math.Max(0, reset.Value - now.ToUnixTimeSeconds()) : reset;
    }

    private static long? Named(Item[] items, string name) => items.FirstOrDefault(item => item.Name == name)?.Value;

    private static TimeSpan? Seconds(long? seconds) =>
        seconds is >= 0 and <= int.MaxValue ? TimeSpan.FromSeconds(seconds.Value) : null;

    private static Item[] Items(string? text) => text is not { Length: > 0 and <= MostCharacters } ? []
        : [.. text.Split(',').Select(Item.Parse)];

    private static long? Number(string text) =>
        long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    // A member of a list: NAME or NUMBER or NAME=VALUE, and parameters.
    private sealed record Item(string Name, long? Number, long? Value, (string Name, long? Value)[] Parameters)
    {
        public long? this[string parameter] => Array.Find(Parameters, each => each.Name == parameter).Value;

        public static Item Parse(string text)
        {
            string[] parts = text.Split(';');
            (string name, long? value) = Pair(parts[0]);
            return new Item(name, QuotaHeaders.Number(parts[0]), value, [.. parts.Skip(1).Select(Pair)]);
        }

        private static (string Name, long? Value) Pair(string text)
        {
            int sign = text.IndexOf('=', StringComparison.Ordinal);
            return sign < 0 ? (text.Trim().Trim('"'), null)
                : (text[..sign].Trim().ToLowerInvariant(), QuotaHeaders.Number(text[(sign + 1)..]));
        }
    }
}
