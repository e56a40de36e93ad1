using System.Text.Json;

namespace Airgap.Oci.Auth;

/// <summary>A bearer token and its expiry. Never shown.</summary>
internal sealed class AccessToken(string value, DateTimeOffset expires)
{
    // The token specification's default where the response has no lifetime.
    private const int DefaultSeconds = 60;

    public string Value { get; } = value;

    public DateTimeOffset Expires { get; } = expires;

    /// <summary>Reads a token server's response.</summary>
    /// <returns>Null when it contains no token.</returns>
    public static AccessToken? Parse(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || (StringOf(root, "token") ?? StringOf(root, "access_token")) is not { } token)
                return null;
            double seconds = root.TryGetProperty("expires_in", out JsonElement element) && element.ValueKind == JsonValueKind.Number
                && element.GetDouble() is var given and > 0 ? Math.Min(given, int.MaxValue) : DefaultSeconds;

            // A request takes time to arrive: keep ten seconds, or a fifth of a short lifetime.
            double margin = Math.Min(10, seconds / 5);
            return new AccessToken(token, now.AddSeconds(seconds - margin));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "bearer token";

    // An empty field counts as absent: some servers fill only one of the two.
    private static string? StringOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;
}
