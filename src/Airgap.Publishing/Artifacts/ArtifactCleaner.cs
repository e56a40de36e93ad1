using System.Text.RegularExpressions;
using Airgap.Oci;

namespace Airgap.Publishing.Artifacts;

/// <summary>
/// The work of <c>dotnet clean</c>: removes files of earlier publishes that are unchanged. The lists are intermediate
/// files, to which anyone with write access can add a path, so a listed path alone does not cause a removal.
/// </summary>
/// <param name="folder">Full path of the artifacts' folder in the project's current settings.</param>
internal sealed partial class ArtifactCleaner(string folder)
{
    private static readonly string[] s_reports = ["relocation.json", "plan.json"];

    /// <summary>Removes the files of a list, and the list.</summary>
    /// <param name="list">Full path of the list.</param>
    /// <returns>A warning for each file that is kept.</returns>
    /// <exception cref="AirgapException">3xxx: a file.</exception>
    public IReadOnlyList<Diagnostic> Clean(string list)
    {
        IReadOnlyDictionary<string, string> files = new PublishedFileList(list).Earlier;
        string[] elsewhere = [.. files.Where(IsExistingReport).Select(entry => Path.GetDirectoryName(entry.Key)!)
            .Distinct(StringComparer.Ordinal)];
        List<Diagnostic> warnings = [];
        foreach ((string file, string digest) in files)
        {
            bool isIn = ArtifactRemoval.IsBelow(file, folder)
                || (elsewhere.Any(other => ArtifactRemoval.IsBelow(file, other)) && ArtifactName().IsMatch(Path.GetFileName(file)));
            if (!isIn)
            {
                if (File.Exists(file))
                    warnings.Add(ArtifactRemoval.Stays(
                        file, "is not in a folder of artifacts", $"The list {list} names it: remove it by hand, if a publish wrote it."));
            }
            else if (!ArtifactRemoval.TryRemove(file, digest))
            {
                warnings.Add(ArtifactRemoval.Stays(
                    file, "has been changed since a publish wrote it", "Remove it by hand, if you do not need it."));
            }
        }

        foreach (string emptied in elsewhere.Append(folder).Distinct(StringComparer.Ordinal))
        {
            ArtifactRemoval.RemoveEmptied(emptied);
            ArtifactRemoval.RemoveEmptied(emptied, files.Keys);
            if (files.Keys.Any(file => ArtifactRemoval.IsBelow(file, emptied)))
                ArtifactRemoval.RemoveEmpty(emptied);
        }

        if (!ArtifactRemoval.TryRemove(list, PublishedFileList.DigestOf(list) ?? ""))
            warnings.Add(ArtifactRemoval.Stays(list, "cannot be read", "Remove it by hand."));
        return warnings;
    }

    // A folder that the project no longer names counts as a folder of artifacts if it still has an unchanged report of
    // a publish.
    private static bool IsExistingReport(KeyValuePair<string, string> entry) =>
        s_reports.Contains(Path.GetFileName(entry.Key)) && new FileInfo(entry.Key).LinkTarget is null
            && PublishedFileList.DigestOf(entry.Key) == entry.Value;

    [GeneratedRegex(@"^(relocation\.(json(\.sigstore\.json)?|html)|plan\.json|kustomization\.yaml|Kustomization|registries\.conf|hosts\.toml|image-(digest|tag)-mirror-set\.yml|.+\.(packagerepository|bundle-lock|images-lock|secret|secretexport|namespace|gitops)\.yml)$")]
    private static partial Regex ArtifactName();
}
