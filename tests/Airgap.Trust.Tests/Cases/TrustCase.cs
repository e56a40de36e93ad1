using System.Text.Json;
using Airgap.Oci;

namespace Airgap.Trust.Tests.Cases;

/// <summary>A case of the fixtures: the input, the expected verdict, and the verdicts of real tools.</summary>
internal sealed class TrustCase(JsonElement element)
{
    public string Id => Text("id") ?? throw new InvalidOperationException("A case without id.");

    public string? Expect => Text("expect");

    public string Why => Text("why") ?? "";

    public Digest Digest => Oci.Digest.Parse(Text("digest")!);

    public IReadOnlyDictionary<string, string> Annotations => Pairs("annotations");

    /// <summary>Each tool's verdict.</summary>
    public IEnumerable<(string Tool, bool Accepts)> Observed =>
        element.GetProperty("observed").EnumerateObject().Select(property => (property.Name, property.Value.GetBoolean()));

    public string? Text(string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Flag(string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;

    public IReadOnlyDictionary<string, string> Pairs(string name) =>
        !element.TryGetProperty(name, out JsonElement list) ? new Dictionary<string, string>()
        : list.EnumerateArray().Select(pair => pair.GetString()!.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
