using System.Text;
using System.Text.Json;

namespace Airgap.TestKit.Kubernetes;

/// <summary>One answer of a <see cref="FakeKubernetes"/>.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body; for a watch, its first events.</param>
/// <param name="ContentType">The body's type.</param>
public sealed record KubernetesAnswer(int Status, byte[] Body, string ContentType = "application/json")
{
    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>How the response ends after its body; a common response simply ends.</summary>
    public AnswerEnd End { get; init; } = AnswerEnd.Clean;

    /// <summary>A JSON document.</summary>
    public static KubernetesAnswer Json(int status, string document) => new(status, Encoding.UTF8.GetBytes(document));

    /// <summary>An object with 200.</summary>
    public static KubernetesAnswer Of(JsonElement body) => Json(200, body.GetRawText());

    /// <summary>A list with these items.</summary>
    public static KubernetesAnswer List(string resourceVersion, params IEnumerable<JsonElement> items) =>
        Json(
            200,
            $$$"""{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"{{{resourceVersion}}}"},"items":[{{{string.Join(',', items.Select(item => item.GetRawText()))}}}]}""");

    /// <summary>A watch with these events.</summary>
    public static KubernetesAnswer Watch(IEnumerable<JsonElement> events, AnswerEnd end = AnswerEnd.Open) =>
        Json(200, string.Concat(events.Select(entry => entry.GetRawText().ReplaceLineEndings(" ") + "\n"))) with { End = end };

    /// <summary>A recorded answer: status, headers that matter, and body.</summary>
    public static KubernetesAnswer Recorded(JsonElement exchange)
    {
        JsonElement response = exchange.GetProperty("response");
        JsonElement headers = response.GetProperty("headers");
        Dictionary<string, string> kept = [];
        foreach (string name in new[] { "Retry-After", "Warning" })
        {
            if (headers.TryGetProperty(name, out JsonElement value))
                kept[name] = value.GetString()!;
        }

        string text = response.TryGetProperty("body", out JsonElement body) ? body.GetRawText()
            : response.TryGetProperty("bodyText", out JsonElement raw) ? raw.GetString()! : "";
        KubernetesAnswer answer = response.TryGetProperty("events", out _)
            ? Watch(KubernetesFixtures.Events(exchange), AnswerEnd.Clean)
            : new KubernetesAnswer(response.GetProperty("status").GetInt32(), Encoding.UTF8.GetBytes(text),
                headers.TryGetProperty("Content-Type", out JsonElement type) ? type.GetString()! : "text/plain");
        return answer with { Headers = kept };
    }

    /// <summary>A recorded answer, by its file.</summary>
    public static KubernetesAnswer Recorded(string file) => Recorded(KubernetesFixtures.Read(file));
}

/// <summary>How a body ends.</summary>
public enum AnswerEnd
{
    /// <summary>The body ends completely.</summary>
    Clean,

    /// <summary>The body stays open until the client or the server disconnects, as for a watch.</summary>
    Open,

    /// <summary>The connection breaks.</summary>
    Broken,
}
