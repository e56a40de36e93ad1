using Airgap.Oci;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds items whose manifests would hold one Kubernetes object in two ways.</summary>
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
                    part.Kind == "PackageRepository" ? "Give one of them a PackageRepository, or a Namespace, of its own."
                    : "Let both say the same, or give one of them a name of its own.");
            }
        }
    }

    // The digest is not known yet, and one for all: what differs differs by more.
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
            // A default name that Kubernetes refuses: it matters only for a bundle that has packages, and is reported then.
            return [];
        }
    }
}
