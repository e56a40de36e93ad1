using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// Writes kustomizations, so that <c>kubectl apply -k</c> accepts the artifacts' folder and its folder of manifests.
/// The list is among the manifests, under the name that kustomize reads and that <c>kubectl apply -f</c> and <c>kapp
/// deploy -f</c> skip because it has no extension.
/// </summary>
internal static class KustomizationWriter
{
    /// <summary>The name of the file next to the manifests' folder.</summary>
    public const string FileName = "kustomization.yaml";

    /// <summary>The name of the file among the manifests.</summary>
    public const string ListName = "Kustomization";

    private const string Mark =
        "# Written by Airgap.Build: the manifests of the last publish. Without this line the file is yours, and is kept.";

    // kustomize refuses a folder that has two of them.
    private static readonly string[] s_names = [FileName, "kustomization.yml", ListName];

    /// <summary>
    /// Writes the two kustomizations, except in a folder with a kustomization that no publish wrote
    /// (<see cref="ErrorCode.ForeignKustomization"/>, a warning).
    /// </summary>
    /// <param name="path">Full path of the artifacts' folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="manifests">The manifests; without any, nothing is written, and those of an earlier publish are
    /// removed.</param>
    /// <param name="keepsEarlier">True to also list the existing manifests of the earlier list: a failed item keeps its own, and a cluster
    /// would otherwise lose it.</param>
    /// <param name="warnings">Receives the warning.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The files.</returns>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static async Task<IReadOnlyList<PublishedFile>> WriteAsync(
        string path, ArtifactFolder folder, IEnumerable<PublishedFile> manifests, bool keepsEarlier, PublishWarnings warnings,
        CancellationToken cancellationToken)
    {
        string[] names = [.. manifests.Select(file => Path.GetFileName(file.Path)).Union(keepsEarlier ? Earlier(path) : [])
            .Order(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            RemoveUnlisted(path);
            return [];
        }

        List<PublishedFile> files = [];
        foreach ((string inner, string name, string[] resources) in new[] { (ArtifactFolder.Manifests, ListName, names),
            ("", FileName, [ArtifactFolder.Manifests]) })
        {
            if (s_names.Select(other => Path.Combine(path, inner, other)).FirstOrDefault(IsForeign) is { } foreign)
            {
                warnings.Add(
                    new Diagnostic(
                        ErrorCode.ForeignKustomization,
                        $"The kustomization {foreign} was not written by a publish, so it was kept.",
                        "List the manifests there by hand and set " +
                        $"{PropertyNames.Kustomization}=false, or give the artifacts a folder of their own."),
                    new SourceLocation(foreign));
                continue;
            }

            files.Add(await folder.WriteAsync(
                Path.Combine(inner, name), Text(resources), PublishedFileKind.Kustomization, cancellationToken));
        }

        return files;
    }

    private static string Text(IEnumerable<string> resources)
    {
        StringBuilder yaml = new($"{Mark}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
        foreach (string resource in resources)
            yaml.Append("- ").Append(resource).Append('\n');
        return yaml.ToString();
    }

    // Without a list of files, our file is recognised by its exact content.
    private static void RemoveUnlisted(string path)
    {
        foreach (string file in new[] { Path.Combine(path, FileName), Path.Combine(path, ArtifactFolder.Manifests, ListName) })
        {
            try
            {
                if (ListedIn(file) is not null)
                    File.Delete(file);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, file);
            }
        }
    }

    // The manifests that an unchanged list names; null if it is missing, or was changed by hand.
    private static string[]? ListedIn(string file)
    {
        if (!File.Exists(file))
            return null;
        string text = File.ReadAllText(file);
        string[] names = [.. text.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal)).Select(line => line[2..])];
        return text == Text(names) ? names : null;
    }

    // The manifests that an unchanged list of an earlier publish names, and that are still there.
    private static string[] Earlier(string path)
    {
        string folder = Path.Combine(path, ArtifactFolder.Manifests);
        string file = Path.Combine(folder, ListName);
        try
        {
            return [.. (ListedIn(file) ?? []).Where(name => Path.GetFileName(name) == name && File.Exists(Path.Combine(folder, name)))];
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, file);
        }
    }

    private static bool IsForeign(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadLines(path).FirstOrDefault() != Mark;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }
}
