using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// Makes the artifacts' folder, and the folder of manifests in it, ones that <c>kubectl apply -k</c> takes. The list itself lies among the
/// manifests under the name that kustomize reads and that <c>kubectl apply -f</c> and <c>kapp deploy -f</c> pass over, as it has no ending.
/// </summary>
internal static class KustomizationWriter
{
    /// <summary>The name of the file beside the manifests' folder.</summary>
    public const string FileName = "kustomization.yaml";

    /// <summary>The name of the file among the manifests.</summary>
    public const string ListName = "Kustomization";

    private const string Mark =
        "# Written by Airgap.Build, which lists here the manifests of the last publish. Without this line the file is yours, and stays.";

    // kustomize refuses a folder that has two of them.
    private static readonly string[] s_names = [FileName, "kustomization.yml", ListName];

    /// <summary>
    /// Writes the two kustomizations, each unless its folder has one that is not ours (<see cref="ErrorCode.ForeignKustomization"/>, a
    /// warning).
    /// </summary>
    /// <param name="path">Full path of the artifacts' folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="manifests">The manifests; with none nothing is written, and what an earlier publish wrote goes.</param>
    /// <param name="warnings">Takes the warning.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The files.</returns>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static async Task<IReadOnlyList<PublishedFile>> WriteAsync(
        string path, ArtifactFolder folder, IEnumerable<PublishedFile> manifests, PublishWarnings warnings,
        CancellationToken cancellationToken)
    {
        string[] names = [.. manifests.Select(file => Path.GetFileName(file.Path)).Order(StringComparer.Ordinal)];
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
                        $"The kustomization {foreign} is not one that a publish wrote, and stays as it is.",
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

    // Without a list of files, a file is recognised as ours by its exact content.
    private static void RemoveUnlisted(string path)
    {
        foreach (string file in new[] { Path.Combine(path, FileName), Path.Combine(path, ArtifactFolder.Manifests, ListName) })
        {
            try
            {
                if (File.Exists(file) && File.ReadAllText(file) is var text
                    && text == Text(text.Split('\n').Where(line => line.StartsWith("- ", StringComparison.Ordinal))
                        .Select(line => line[2..])))
                    File.Delete(file);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, file);
            }
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
