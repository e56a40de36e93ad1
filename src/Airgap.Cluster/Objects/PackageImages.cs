using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Oci.Naming;

namespace Airgap.Cluster.Objects;

/// <summary>Where the Packages of a PackageRepository are pulled from.</summary>
internal static partial class PackageImages
{
    /// <summary>The repository of an image, Docker Hub's under its full name; the text itself where it is not a reference.</summary>
    public static string RepositoryOf(string image) =>
        ImageReference.TryParse(image, out ImageReference? reference, out _) ? reference.Repository.ToString() : image;

    /// <summary>The host of an image.</summary>
    public static string HostOf(string image) => RepositoryOf(image).Split('/')[0];

    /// <summary>The digest of an image; null if it names none.</summary>
    public static string? DigestOf(string image) =>
        image.IndexOf('@', StringComparison.Ordinal) is >= 0 and int at ? image[(at + 1)..] : null;

    /// <summary>The reference that replaces each reference under <c>packages/</c> in the cluster: from, to.</summary>
    public static IReadOnlyList<(string From, string To)> Resolved(JsonElement repository) =>
        [.. Final().Matches(repository.Text("status", "template", "stderr") ?? "")
            .Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

    /// <summary>The images that a Package fetches.</summary>
    public static IEnumerable<string> Of(JsonElement package) => package.Items("spec", "template", "spec", "fetch")
        .Select(fetch => fetch.Text("imgpkgBundle", "image") ?? fetch.Text("image", "url")).OfType<string>();

    /// <summary>The PackageRepository of a Package, as <c>NAMESPACE/NAME</c>.</summary>
    public static string? Origin(JsonElement package) =>
        package.Text("metadata", "annotations", "packaging.carvel.dev/package-repository-ref");

    /// <summary>
    /// Images that were rewritten to another repository than the one that is fetched now: they come from kapp-controller's cache.
    /// </summary>
    public static string[] OnAFormerMirror(ReconcileState repository) => repository is { Phase: ReconcilePhase.Succeeded, Image: { } image }
        ? [.. Resolved(repository.Object).Where(pair => pair.From != pair.To && RepositoryOf(pair.To) != RepositoryOf(image))
            .Select(pair => pair.To)]
        : [];

    /// <summary>Images on another host than the one that is fetched from.</summary>
    /// <param name="repository">The PackageRepository.</param>
    /// <param name="packages">The Packages of its namespace; null if they cannot be read.</param>
    public static string[] Outside(ReconcileState repository, IEnumerable<JsonElement>? packages)
    {
        if (repository is not { Phase: ReconcilePhase.Succeeded, Image: { } image })
            return [];
        string host = HostOf(image);
        return [.. Resolved(repository.Object).Where(pair => pair.From == pair.To).Select(pair => pair.To)
            .Concat((packages ?? []).Where(package => Origin(package) == repository.FullName).SelectMany(Of))
            .Where(found => HostOf(found) != host).Except(OnAFormerMirror(repository), StringComparer.Ordinal)
            .Distinct(StringComparer.Ordinal)];
    }

    [GeneratedRegex(@"resolve \| final: (\S+) -> (\S+)")]
    private static partial Regex Final();
}
