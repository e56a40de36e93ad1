using System.Text.Json;

namespace Airgap.Cluster.Objects;

/// <summary>What an object says, without the cluster's own records about it.</summary>
internal static class ObjectContent
{
    // A server that has no owners on record for an object writes some at the next apply, which changes nothing else.
    private static readonly string[] s_records = ["managedFields", "resourceVersion", "generation", "selfLink"];

    /// <summary>True if two versions of an object say the same; their status is the controllers' matter.</summary>
    public static bool IsSame(JsonElement before, JsonElement after) => Parts(before).SequenceEqual(Parts(after));

    /// <summary>The first field that an object has otherwise than its manifest says, as <c>spec.paused</c>; null for none.</summary>
    /// <param name="declared">The field as the manifest has it.</param>
    /// <param name="live">The field as the cluster has it; null if it is missing.</param>
    /// <param name="path">The field's path.</param>
    public static string? FirstDifference(JsonElement declared, JsonElement? live, string path)
    {
        if (declared.ValueKind == JsonValueKind.Null)
            return null;
        if (live is not { } value || value.ValueKind != declared.ValueKind)
            return path;
        return declared.ValueKind switch
        {
            JsonValueKind.Object => declared.EnumerateObject()
                .Select(field => FirstDifference(field.Value, value.Find(field.Name), $"{path}.{field.Name}"))
                .FirstOrDefault(found => found is not null),
            JsonValueKind.Array => declared.GetArrayLength() != value.GetArrayLength() ? path
                : declared.EnumerateArray().Select((item, at) => FirstDifference(item, value[at], $"{path}[{at}]"))
                    .FirstOrDefault(found => found is not null),
            JsonValueKind.String => declared.GetString() == value.GetString() ? null : path,
            _ => declared.GetRawText() == value.GetRawText() ? null : path,
        };
    }

    private static IEnumerable<string> Parts(JsonElement element) => element.Fields()
        .Where(field => field.Name is not ("metadata" or "status"))
        .Concat(element.Fields("metadata").Where(field => !s_records.Contains(field.Name)))
        .Select(field => $"{field.Name}:{field.Value.GetRawText()}").Order(StringComparer.Ordinal);
}
