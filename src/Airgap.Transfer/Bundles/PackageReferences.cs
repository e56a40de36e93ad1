using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Bundles;

/// <summary>
/// The images that the Packages of a repository name, and whether the cluster will rewrite them to the place that they were
/// relocated to: kbld does so only where the text is the same, letter for letter, as in the bundle's lock.
/// </summary>
internal static class PackageReferences
{
    /// <summary>
    /// Finds the values of <c>image:</c>, on any level of every YAML document of a file, as kbld does, and the <c>url</c> of what a Package fetches
    /// as an image, over http, from git or as a Helm chart, or carries in itself, which kbld leaves alone.
    /// </summary>
    /// <param name="yaml">The file, 4 MiB of it at most; it is left open.</param>
    /// <param name="path">Its path, for the locations.</param>
    /// <returns>What was found before the end, or before the first place that is not YAML, such as a ytt template's; an alias counts where it stands.</returns>
    public static ImmutableArray<PackageReference> Find(Stream yaml, string path)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(path);
        return PackageReferenceFinder.Find(yaml, path);
    }

    /// <summary>Warns about references that stay on their registry.</summary>
    /// <param name="references">What <see cref="Find"/> found. Texts that are no image references are passed over.</param>
    /// <param name="lockEntries">The bundle's images: the digest reference as the lock has it, and its <c>kbld.carvel.dev/id</c> or null.</param>
    /// <returns>A <see cref="ErrorCode.ReferenceNotRelocated"/> or <see cref="ErrorCode.FetchNotRelocated"/> each, in the order of the references.</returns>
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
            // Observed: a reference that equals the image of an entry with another id stays as it is.
            rewritten.Add(string.IsNullOrEmpty(id) ? image : id);
            if (!string.IsNullOrEmpty(id))
                idByImage[image] = id;
        }

        ImmutableArray<Diagnostic>.Builder warnings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (PackageReference reference in references)
        {
            if (reference.FetchKind is { } kind)
                warnings.Add(Fetched(reference, kind));
            else if (!rewritten.Contains(reference.Image) && ImageReference.TryParse(reference.Image, out _, out _))
                warnings.Add(Warning(reference, idByImage.GetValueOrDefault(reference.Image)));
        }

        return warnings.ToImmutable();
    }

    private static Diagnostic Fetched(PackageReference reference, string kind) => new(
        ErrorCode.FetchNotRelocated,
        $"The Package in {reference.Location} fetches from '{reference.Image}' ({kind}), and the cluster will go on doing so.",
        "Fetch it as an imgpkgBundle that the lock pins, or see that the cluster reaches that place.")
    { Reference = reference.Image, Location = reference.Location };

    private static Diagnostic Warning(PackageReference reference, string? id)
    {
        string reason = id is null
            ? "is neither the kbld.carvel.dev/id nor the image of an entry in .imgpkg/images.yml"
            : $"is in .imgpkg/images.yml under the kbld.carvel.dev/id '{id}'";
        string advice = id is null
            ? "Run kbld over packages/ with --imgpkg-lock-output and push the bundle again."
            : $"Write '{id}' in the package, or make the id the same as the text there, and push the bundle again.";
        return new Diagnostic(
            ErrorCode.ReferenceNotRelocated,
            $"The image '{reference.Image}' in {reference.Location} {reason}, so that the cluster goes on pulling it from where it is.",
            advice)
        { Reference = reference.Image, Location = reference.Location };
    }
}
