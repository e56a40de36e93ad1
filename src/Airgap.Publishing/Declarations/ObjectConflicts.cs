using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds items whose manifests would contain different versions of one Kubernetes object.</summary>
internal static class ObjectConflicts
{
    /// <summary>
    /// A problem for every object that contradicts one of an earlier item. Secrets and SecretExports of one name are merged.
    /// </summary>
    public static IEnumerable<Diagnostic> Find(IReadOnlyList<Declaration> declarations)
    {
        ManifestObjects objects = new();
        Dictionary<string, Declaration> owners = new(StringComparer.Ordinal);
        foreach (Declaration declaration in declarations.Where(declaration => declaration is { Manifest: not null, Repository: not null }))
        {
            owners.TryAdd(declaration.Name, declaration);
            foreach (KubernetesObject part in Objects(declaration))
            {
                if (objects.Add(part, declaration.Name) is not { } name || name == declaration.Name)
                    continue;
                PublishItem other = owners[name].Item;
                yield return declaration.Item.Problem(
                    ErrorCode.ConflictingObject,
                    $"The items {other.ItemName} '{other.Include}' and {declaration.Item.ItemName} '{declaration.Item.Include}' both " +
                    $"declare the {part.Kind} '{part.Name}'"
                        + $"{(part.Namespace is null ? "" : $" in the namespace '{part.Namespace}'")}, and differ.",
                    part.Kind == "PackageRepository" ? "Give one of them another PackageRepository or Namespace."
                    : "Give both the same values, or give one of them another name.");
            }
        }
    }

    // The digest is not yet known, so all use the same one: other differences count.
    private static IEnumerable<KubernetesObject> Objects(Declaration declaration)
    {
        try
        {
            return PackageRepositoryWriter.Create(
                declaration.ClusterRepository ?? declaration.Repository!, Digest.Compute([]), declaration.Tag,
                declaration.Manifest!).Objects;
        }
        catch (AirgapException)
        {
            // A default name that Kubernetes refuses matters only for a bundle with packages, and is reported then.
            return [];
        }
    }
}
