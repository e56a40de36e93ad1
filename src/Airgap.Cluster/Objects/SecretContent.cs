using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Airgap.Cluster.Objects;

/// <summary>Describes a Secret's content without showing it.</summary>
internal static class SecretContent
{
    /// <summary>The placeholder for a credential.</summary>
    public const string Placeholder = "REPLACE_ME";

    /// <summary>The key of a pull secret.</summary>
    public const string DockerConfigKey = ".dockerconfigjson";

    /// <summary>True if a value still is a placeholder.</summary>
    public static bool HasPlaceholder(JsonElement secret) =>
        Values(secret).Any(value => value.Contains(Placeholder, StringComparison.Ordinal));

    /// <summary>The hosts of a pull secret; null if it has no readable ones.</summary>
    public static IReadOnlyList<string>? Hosts(JsonElement secret) =>
        Auths(secret) is { } auths ? [.. auths.EnumerateObject().Select(entry => entry.Name)] : null;

    /// <summary>True if an entry is for a host: a scheme before it and a path after it are ignored.</summary>
    public static bool IsFor(string key, string host) =>
        key[(key.IndexOf("://", StringComparison.Ordinal) is >= 0 and int at ? at + 3 : 0)..].Split('/')[0] == host;

    /// <summary>
    /// The same Secret with <c>stringData</c> as <c>data</c>: a value of another manager is then a conflict, and never silently replaced.
    /// </summary>
    public static JsonElement AsData(JsonElement secret)
    {
        if (secret.Find("stringData") is not { ValueKind: JsonValueKind.Object } texts)
            return secret;
        JsonObject copy = JsonObject.Create(secret)!;
        JsonObject data = copy["data"] as JsonObject ?? [];
        foreach (JsonProperty text in texts.EnumerateObject())
            data[text.Name] = Convert.ToBase64String(
                Encoding.UTF8.GetBytes(text.Value.ValueKind == JsonValueKind.String ? text.Value.GetString()! : text.Value.GetRawText()));
        copy.Remove("stringData");
        copy["data"] = data;
        return ClusterJson.Parse(copy.ToJsonString());
    }

    /// <summary>The entries of a pull secret by host, with a description of their content; null if it has no readable ones.</summary>
    internal static JsonElement? Auths(JsonElement secret)
    {
        string? text = secret.Text("stringData", DockerConfigKey)
            ?? (secret.Text("data", DockerConfigKey) is { } encoded ? Decode(encoded) : null);
        if (text is null)
            return null;
        try
        {
            return ClusterJson.Parse(text).Find("auths") is { ValueKind: JsonValueKind.Object } auths ? auths : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Values(JsonElement secret) => secret.Fields("data")
        .Where(entry => entry.Value.ValueKind == JsonValueKind.String).Select(entry => Decode(entry.Value.GetString()!))
        .Concat(secret.Fields("stringData").Where(entry => entry.Value.ValueKind == JsonValueKind.String)
            .Select(entry => entry.Value.GetString()!));

    /// <summary>A value of <c>data</c> as text; empty if it is not base64.</summary>
    internal static string Decode(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }
}
