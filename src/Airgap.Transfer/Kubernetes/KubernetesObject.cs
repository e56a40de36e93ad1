using System.Collections.Immutable;

namespace Airgap.Transfer.Kubernetes;

/// <summary>An object of a manifest, as a YAML document.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Namespace">Its namespace; null for the one that the manifest is applied to, or for none.</param>
/// <param name="Name">Its name.</param>
/// <param name="Yaml">The document, which begins with <c>---</c>.</param>
internal record KubernetesObject(string Kind, string? Namespace, string Name, string Yaml)
{
    /// <summary>
    /// One object with the content of both; null if they contradict each other. The other has the same kind, namespace
    /// and name.
    /// </summary>
    public virtual KubernetesObject? Merge(KubernetesObject other) => other.Yaml == Yaml ? this : null;
}

/// <summary>A Secret with a placeholder for each registry.</summary>
/// <param name="Namespace">Its namespace; null for the one that the manifest is applied to.</param>
/// <param name="Name">Its name.</param>
/// <param name="Registries">The registries, as in the image references.</param>
internal sealed record PullSecretObject(string? Namespace, string Name, ImmutableArray<string> Registries)
    : KubernetesObject("Secret", Namespace, Name, PullSecretDocuments.Secret(Name, Namespace, Registries))
{
    /// <inheritdoc/>
    public override KubernetesObject? Merge(KubernetesObject other) =>
        other is PullSecretObject secret ? new PullSecretObject(Namespace, Name, Merged.Of(Registries, secret.Registries)) : null;
}

/// <summary>A SecretExport.</summary>
/// <param name="Namespace">The namespace of the Secret.</param>
/// <param name="Name">The Secret's name.</param>
/// <param name="ToNamespaces">The namespaces to which it is exported.</param>
internal sealed record SecretExportObject(string Namespace, string Name, ImmutableArray<string> ToNamespaces)
    : KubernetesObject("SecretExport", Namespace, Name, PullSecretDocuments.Export(Name, Namespace, ToNamespaces))
{
    /// <inheritdoc/>
    public override KubernetesObject? Merge(KubernetesObject other) =>
        other is SecretExportObject export ? new SecretExportObject(Namespace!, Name, Merged.Of(ToNamespaces, export.ToNamespaces)) : null;
}

file static class Merged
{
    // Sorted, so that the file does not depend on the order of the items.
    public static ImmutableArray<string> Of(ImmutableArray<string> some, ImmutableArray<string> others) =>
        some.SequenceEqual(others) ? some : [.. some.Union(others, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
