using System.Text.Json;

namespace Airgap.TestKit.Kubernetes;

/// <summary>Recorded responses of a Kubernetes API with kapp-controller (fixtures/kubernetes).</summary>
public static class KubernetesFixtures
{
    /// <summary>The folder.</summary>
    public static string Root { get; } = Path.Combine(Fixtures.Root, "kubernetes");

    /// <summary>A recording.</summary>
    /// <param name="file">Such as <c>packagerepositories/success.json</c>.</param>
    public static JsonElement Read(string file) => JsonElement.Parse(File.ReadAllBytes(Path.Combine(Root, file)));

    /// <summary>The objects of the events of a recorded watch, in their order, each with its type.</summary>
    public static IReadOnlyList<JsonElement> Events(JsonElement exchange) =>
        [.. exchange.GetProperty("response").GetProperty("events").EnumerateArray().Select(entry => entry.GetProperty("event"))];

    /// <summary>The body of a recorded answer.</summary>
    public static JsonElement Body(JsonElement exchange) => exchange.GetProperty("response").GetProperty("body");

    /// <summary>The path of a recorded request, without its query.</summary>
    public static string PathOf(JsonElement exchange) => exchange.GetProperty("request").GetProperty("path").GetString()!.Split('?')[0];

    /// <summary>The exchanges of a file: one, or a list of steps.</summary>
    public static IEnumerable<JsonElement> Exchanges(JsonElement file) =>
        file.TryGetProperty("exchanges", out JsonElement several)
            ? several.EnumerateArray().Where(entry => entry.TryGetProperty("response", out _))
        : file.TryGetProperty("response", out _) ? [file] : [];
}
