using System.Text;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// The Kubernetes objects of a run, each once: kubectl and kustomize refuse repeated objects, or apply one over the
/// other. Namespaces, Secrets and SecretExports have their own files, one per name; other objects shared by several
/// items are in the manifest of the first item.
/// </summary>
internal sealed class ManifestObjects
{
    private readonly Dictionary<(string Kind, string Namespace, string Name), (KubernetesObject Object, string Owner)> _objects = [];

    /// <summary>The Secrets.</summary>
    public IEnumerable<PullSecretObject> Secrets => _objects.Values.Select(entry => entry.Object).OfType<PullSecretObject>();

    /// <summary>The Namespaces.</summary>
    public IEnumerable<KubernetesObject> Namespaces => _objects.Values.Select(entry => entry.Object).Where(IsNamespace);

    /// <summary>The SecretExports.</summary>
    public IEnumerable<SecretExportObject> Exports => _objects.Values.Select(entry => entry.Object).OfType<SecretExportObject>();

    /// <summary>Adds an object.</summary>
    /// <returns>The owner of an object that it contradicts; null if there is none.</returns>
    public string? Add(KubernetesObject added, string owner)
    {
        (string, string, string) key = (added.Kind, added.Namespace ?? "", added.Name);
        if (!_objects.TryGetValue(key, out (KubernetesObject Object, string Owner) known))
        {
            _objects[key] = (added, owner);
            return null;
        }

        if (known.Object.Merge(added) is not { } merged)
            return known.Owner;
        _objects[key] = (merged, known.Owner);
        return null;
    }

    /// <summary>
    /// The text of an item's manifest: its objects, except those with their own files, and a comment for each object
    /// that is in another manifest.
    /// </summary>
    public string Text(IEnumerable<KubernetesObject> objects, string owner)
    {
        StringBuilder text = new();
        foreach (KubernetesObject part in objects.Where(part => part is not (PullSecretObject or SecretExportObject) && !IsNamespace(part)))
        {
            string first = _objects[(part.Kind, part.Namespace ?? "", part.Name)].Owner;
            if (first == owner)
                text.Append(part.Yaml);
            else
                text.Append($"# The {part.Kind} {part.Name} is in {first}.\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// The file name of an object. Kubernetes names have no underscore, so no two objects get the same file. kubectl
    /// applies the files of a folder in name order, and a Namespace must precede the objects in it.
    /// </summary>
    public static string FileName(KubernetesObject part) =>
        $"{(IsNamespace(part) ? "00-" : "")}{(part.Namespace is null ? "" : part.Namespace + "_")}{part.Name}.{part.Kind.ToLowerInvariant()}.yml";

    private static bool IsNamespace(KubernetesObject part) => part.Kind == "Namespace";
}
