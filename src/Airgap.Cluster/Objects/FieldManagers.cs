using System.Text.Json;

namespace Airgap.Cluster.Objects;

/// <summary>Other owners of an object's fields.</summary>
/// <remarks>Source: Kubernetes documentation, "Server-Side Apply", field management.</remarks>
internal static class FieldManagers
{
    private const string LastApplied = "f:kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>
    /// The other managers that own fields of an object beyond its status and metadata, which controllers write; null if
    /// the object does not name its managers.
    /// </summary>
    public static IReadOnlyList<string>? Others(JsonElement source, string manager) => Others(source, manager, isAccount: false);

    /// <summary>
    /// The other managers of an object that we created: what the cluster adds to it by itself makes nobody an owner. Null if it does not
    /// name its managers, and has fields that somebody must have written.
    /// </summary>
    public static IReadOnlyList<string>? OthersOfOurs(JsonElement source, string manager)
    {
        bool isAccount = source.Text("kind") == "ServiceAccount";
        return Others(source, manager, isAccount) ?? (IsBare(source, isAccount) ? [] : null);
    }

    /// <summary>
    /// True if an object has only metadata. Its managers then do not show who created it, because anybody may add a label.
    /// </summary>
    public static bool IsOnlyMetadata(JsonElement source) => source.Fields().All(
        field => field.Name is "apiVersion" or "kind" or "metadata" or "status"
            || (field.Name == "secrets" && source.Text("kind") == "ServiceAccount"));

    private static IReadOnlyList<string>? Others(JsonElement source, string manager, bool isAccount) =>
        source.Find("metadata", "managedFields") is null
            ? null
            : [.. source.Items("metadata", "managedFields").Where(entry => entry.Text("manager") != manager && Declares(entry, isAccount))
                .Select(entry => entry.Text("manager") ?? "somebody").Distinct(StringComparer.Ordinal)];

    // Up to Kubernetes 1.23, a controller gives each ServiceAccount a token. A client-side 'kubectl apply' leaves an annotation.
    private static bool Declares(JsonElement entry, bool isAccount) => entry.Text("operation") == "Apply"
        || (entry.Text("subresource") is null && (entry.Find("fieldsV1", "f:metadata", "f:annotations", LastApplied) is not null
            || entry.Fields("fieldsV1").Any(
                field => field.Name is not ("f:metadata" or "f:status") && !(isAccount && field.Name == "f:secrets"))));

    // A manifest that names only the object owns no field, and a server then records no managers.
    private static bool IsBare(JsonElement source, bool isAccount) =>
        source.Text("kind") is not null
        && source.Fields().All(field => field.Name is "apiVersion" or "kind" or "metadata" || (isAccount && field.Name == "secrets"))
        && source.Fields("metadata").All(field => field.Name is not ("labels" or "annotations" or "ownerReferences" or "finalizers"));
}
