using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>Makes the artifacts' folder one that <c>kubectl apply -k</c> takes: a kustomization that lists the manifests of a run.</summary>
internal static class KustomizationWriter
{
    /// <summary>The file's name.</summary>
    public const string FileName = "kustomization.yaml";

    private const string Mark = "# Written by Airgap.Build, which lists here the manifests of the last publish. Without this line the file is yours, and stays.";

    // kustomize refuses a folder that has two of them.
    private static readonly string[] s_names = [FileName, "kustomization.yml", "Kustomization"];

    /// <summary>Writes the kustomization, unless the folder has one that is not ours (<see cref="ErrorCode.ForeignKustomization"/>, a warning) or nothing would be in it.</summary>
    /// <returns>The file, or null.</returns>
    /// <exception cref="AirgapException">3xxx: the file.</exception>
    public static async Task<PublishedFile?> WriteAsync(string folder, IEnumerable<PublishedFile> files, PublishWarnings warnings, CancellationToken cancellationToken)
    {
        string[] manifests = [.. files.Where(file => file.Kind == PublishedFileKind.PackageRepository).Select(file => Path.GetFileName(file.Path)).Order(StringComparer.Ordinal)];
        if (manifests.Length == 0)
            return null;
        if (s_names.Select(name => Path.Combine(folder, name)).FirstOrDefault(IsForeign) is { } foreign)
        {
            warnings.Add(
                new Diagnostic(
                    ErrorCode.ForeignKustomization,
                    $"The kustomization {foreign} is not one that a publish wrote, and stays as it is.",
                    "List the manifests there by hand and set AirgapKustomization=false, or give the artifacts a folder of their own."),
                new SourceLocation(foreign));
            return null;
        }

        StringBuilder yaml = new($"{Mark}\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n");
        foreach (string manifest in manifests)
            yaml.Append("- ").Append(manifest).Append('\n');
        string path = Path.Combine(folder, FileName);
        await ArtifactFile.WriteAsync(path, yaml.ToString(), cancellationToken);
        return new PublishedFile(path, PublishedFileKind.Kustomization);
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
