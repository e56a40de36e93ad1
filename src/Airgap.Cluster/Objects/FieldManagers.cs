using System.Text.Json;

namespace Airgap.Cluster.Objects;

/// <summary>Other owners of an object's fields.</summary>
/// <remarks>Source: Kubernetes documentation, "Server-Side Apply", field management.</remarks>
internal static class FieldManagers
{
    /// <summary>
    /// The other managers that own fields of an object beyond its status and metadata, which controllers write; null if
    /// the object does not name its managers.
    /// </summary>
    public static IReadOnlyList<string>? Others(JsonElement source, string manager) => source.Find("metadata", "managedFields") is null
        ? null
        : [.. source.Items("metadata", "managedFields").Where(entry => entry.Text("manager") != manager && Declares(entry))
            .Select(entry => entry.Text("manager") ?? "somebody").Distinct(StringComparer.Ordinal)];

    private static bool Declares(JsonElement entry) => entry.Text("operation") == "Apply"
        || (entry.Text("subresource") is null && entry.Fields("fieldsV1").Any(field => field.Name is not ("f:metadata" or "f:status")));
}
