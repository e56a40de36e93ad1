using System.Collections.Concurrent;
using System.Text.Json;
using Json.Schema;

namespace Airgap.TestKit;

/// <summary>The JSON schemas in the package.</summary>
public static class Schemas
{
    // A schema is registered under its name when it is read, and may be registered once.
    private static readonly ConcurrentDictionary<string, Lazy<JsonSchema>> s_schemas = new();

    /// <summary>The folder of the schemas in the sources.</summary>
    public static string Folder { get; } = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "schemas");

    /// <summary>Fails the test, with every wrong location, unless a document matches a schema.</summary>
    /// <param name="name">The schema's name before <c>.schema.json</c>.</param>
    /// <param name="json">The document.</param>
    public static void AssertValid(string name, string json)
    {
        IReadOnlyList<string> problems = Validate(name, json);
        Assert.IsEmpty(problems, $"{string.Join('\n', problems)}\n{json}");
    }

    /// <summary>The errors of a document, each with its location; empty for a valid one.</summary>
    public static IReadOnlyList<string> Validate(string name, string json) =>
        [.. Problems(s_schemas.GetOrAdd(name, Read).Value, JsonElement.Parse(json))];

    private static Lazy<JsonSchema> Read(string name) => new(() => JsonSchema.FromFile(Path.Combine(Folder, name + ".schema.json")));

    private static IEnumerable<string> Problems(JsonSchema schema, JsonElement document) =>
        (schema.Evaluate(document, new EvaluationOptions { OutputFormat = OutputFormat.List }).Details ?? [])
            .Where(detail => detail.Errors is { Count: > 0 })
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"));
}
