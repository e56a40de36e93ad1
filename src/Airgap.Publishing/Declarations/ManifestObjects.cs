using System.Text;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// The Kubernetes objects of a run, each one once: kubectl and kustomize refuse, or apply one over the other, what stands twice.
/// Namespaces, Secrets and SecretExports have files of their own, those of one name one; what else several items have in common stands in
/// the first one's manifest.
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

    /// <summary>Takes an object.</summary>
    /// <returns>The owner of an object that it contradicts; null where there is none.</returns>
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
    /// The text of an item's manifest: its objects without those that have files of their own, and a comment in place of each that another
    /// manifest has.
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
                text.Append($"# The {part.Kind} {part.Name} stands in {first}.\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// The name of an object's file. Kubernetes' names have no underscore, so that no two objects get one file. kubectl applies the files
    /// of a folder in the order of their names, and a Namespace has to come before what stands in it.
    /// </summary>
    public static string FileName(KubernetesObject part) =>
        $"{(IsNamespace(part) ? "00-" : "")}{(part.Namespace is null ? "" : part.Namespace + "_")}{part.Name}.{part.Kind.ToLowerInvariant()}.yml";

    private static bool IsNamespace(KubernetesObject part) => part.Kind == "Namespace";
}
