using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Yaml;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// The images that the Packages of a repository name, and whether the cluster will rewrite them to their relocated
/// location: kbld does so only if the text is exactly the same as in the bundle's lock.
/// </summary>
internal static class PackageReferences
{
    /// <summary>
    /// Finds the values of <c>image:</c> at any level of every YAML document of a file, as kbld does. Also finds what kbld does not
    /// rewrite: the <c>url</c> of a Package's image, http, git or Helm chart fetch, and the images that its inline files name.
    /// </summary>
    /// <param name="yaml">The file, 4 MiB of it at most; it stays open.</param>
    /// <param name="path">Its path, for the locations.</param>
    /// <returns>
    /// The references before the end, or before the first text that is not YAML, such as a ytt template; an alias
    /// counts at its own location.
    /// </returns>
    public static ImmutableArray<PackageReference> Find(Stream yaml, string path)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(path);
        return PackageReferenceFinder.Find(Read(yaml), path, looksInside: true);
    }

    /// <summary>Finds the same references in documents that are already read.</summary>
    public static ImmutableArray<PackageReference> Find(IEnumerable<YamlNode> documents, string path) =>
        PackageReferenceFinder.Find(documents, path, looksInside: true);

    /// <summary>Reads a file's documents as far as they are YAML, 4 MiB of it at most; it stays open.</summary>
    public static IReadOnlyList<YamlNode> Read(Stream yaml) => PackageReferenceFinder.Read(yaml);

    /// <summary>Warns about references that stay on their registry.</summary>
    /// <param name="references">What <see cref="Find(Stream, string)"/> found. Texts that are not image references are
    /// skipped.</param>
    /// <param name="lockEntries">The bundle's images: the digest reference as the lock has it, and its <c>kbld.carvel.dev/id</c> or
    /// null.</param>
    /// <returns>
    /// A <see cref="ErrorCode.ReferenceNotRelocated"/> or <see cref="ErrorCode.FetchNotRelocated"/> each, in the order of the references;
    /// for each file at most as many as <see cref="FindingsPerFile"/> allows, followed by the number of the rest.
    /// </returns>
    public static ImmutableArray<Diagnostic> NotRelocated(
        IEnumerable<PackageReference> references,
        IEnumerable<(string Image, string? KbldId)> lockEntries)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentNullException.ThrowIfNull(lockEntries);
        HashSet<string> rewritten = new(StringComparer.Ordinal);
        Dictionary<string, string> idByImage = new(StringComparer.Ordinal);
        foreach ((string image, string? id) in lockEntries)
        {
            // Observed: a reference that equals the image of an entry with another id is not rewritten.
            rewritten.Add(string.IsNullOrEmpty(id) ? image : id);
            if (!string.IsNullOrEmpty(id))
                idByImage[image] = id;
        }

        FindingsPerFile told = new();
        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (PackageReference reference in references)
        {
            if (reference.FetchKind is { } kind)
            {
                if (told.Take(ErrorCode.FetchNotRelocated, reference.Location.File))
                    warnings.Add(Fetched(reference, kind));
            }
            else if (!rewritten.Contains(reference.Image) && ImageReference.TryParse(reference.Image, out _, out _)
                && told.Take(ErrorCode.ReferenceNotRelocated, reference.Location.File))
            {
                warnings.Add(Warning(reference, idByImage.GetValueOrDefault(reference.Image)));
            }
        }

        warnings.AddRange(told.More());
        return warnings.ToImmutable();
    }

    /// <summary>Warns about plain images that are fetched as a bundle.</summary>
    /// <param name="references">What <see cref="Find(Stream, string)"/> found.</param>
    /// <param name="lockEntries">The bundle's images, as for <see cref="NotRelocated"/>, and whether each is a bundle.</param>
    public static IEnumerable<Diagnostic> NotBundles(
        IEnumerable<PackageReference> references, IEnumerable<(string Image, string? KbldId, bool IsBundle)> lockEntries)
    {
        Dictionary<string, bool> isBundle = new(StringComparer.Ordinal);
        foreach ((string image, string? id, bool bundle) in lockEntries)
            isBundle[string.IsNullOrEmpty(id) ? image : id] = bundle;
        FindingsPerFile told = new();
        Diagnostic[] found = [.. references
            .Where(reference => reference.IsBundle && isBundle.TryGetValue(reference.Image, out bool bundle) && !bundle
                && told.Take(ErrorCode.FetchedImageIsNoBundle, reference.Location.File))
            .Select(reference => new Diagnostic(
                ErrorCode.FetchedImageIsNoBundle,
                $"The Package in {reference.Location} fetches '{reference.Image}' as an imgpkgBundle, but it is a plain image: the " +
                "cluster refuses to install it.",
                "Push its files as a bundle, or fetch it as image: {url: …}.")
            { Reference = reference.Image, Location = reference.Location })];
        return found.Concat(told.More());
    }

    /// <summary>
    /// Warns about images that the files of a nested bundle name but its lock lacks; one warning for the bundle.
    /// </summary>
    public static Diagnostic? NotLocked(
        string bundle, IReadOnlyList<PackageReference> references, IEnumerable<(string Image, string? KbldId)> lockEntries)
    {
        HashSet<string> replaced =
            new(lockEntries.SelectMany(entry => new[] { entry.Image, entry.KbldId }.OfType<string>()), StringComparer.Ordinal);
        PackageReference[] left = [
            .. references.Where(reference => reference.FetchKind is null && !replaced.Contains(reference.Image)
                && ImageReference.TryParse(reference.Image, out _, out _)).DistinctBy(reference => reference.Image)];
        if (left.Length == 0)
            return null;
        string more = left.Length > 3 ? $" and {left.Length - 3} more" : "";
        return new Diagnostic(
            ErrorCode.NestedImageNotLocked,
            $"The bundle {bundle} names images that its own .imgpkg/images.yml lacks: " +
            $"{string.Join(", ", left.Take(3).Select(reference => $"'{reference.Image}' in {reference.Location}"))}{more}. They are not " +
            "relocated, and the cluster pulls them from their original registry.",
            "Run kbld over the bundle's files with an imgpkg lock output, push it again, and pin the new digest.")
        { Reference = bundle };
    }

    private static Diagnostic Fetched(PackageReference reference, string kind) => new(
        ErrorCode.FetchNotRelocated,
        $"The Package in {reference.Location} fetches from '{reference.Image}' ({kind}), and the cluster will continue to do so.",
        "Fetch it as an imgpkgBundle that the lock pins, or make sure that the cluster reaches that location.")
    { Reference = reference.Image, Location = reference.Location };

    private static Diagnostic Warning(PackageReference reference, string? id)
    {
        string reason = id is null
            ? "is neither the kbld.carvel.dev/id nor the image of an entry in .imgpkg/images.yml"
            : $"is in .imgpkg/images.yml under the kbld.carvel.dev/id '{id}'";
        string advice = id is null
            ? "Run 'kbld --imgpkg-lock-output' over packages/ and push the bundle again."
            : $"Write '{id}' in the package, or make the id equal to the text there, and push the bundle again.";
        return new Diagnostic(
            ErrorCode.ReferenceNotRelocated,
            $"The image '{reference.Image}' in {reference.Location} {reason}, so the cluster keeps pulling it from its present " +
            "registry.",
            advice)
        { Reference = reference.Image, Location = reference.Location };
    }
}
