using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Plans;

/// <summary>The tags under which imgpkg keeps the images of a relocated bundle, so that no registry collects them as garbage.</summary>
internal static class ContentTags
{
    private const int MaxRepositoryLength = 49;

    /// <inheritdoc cref="ContentTag.Of"/>
    public static string Default(Digest digest) => ContentTag.Of(digest);

    /// <summary>
    /// <c>apps-frontend-sha256-HEX.imgpkg</c>: prefixed with the source repository, as far as it fits.
    /// </summary>
    public static string RepositoryBased(PlannedItem item)
    {
        string path = ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _)
            ? original.Repository.Path : item.Source.Repository.Path;
        string name = Clean(path.Replace('/', '-'));
        if (name.Length > MaxRepositoryLength)
            name = Clean(name[^MaxRepositoryLength..]);
        return $"{name}-{Default(item.Digest)}";
    }

    private static string Clean(string name)
    {
        string kept = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));
        return kept.TrimStart('.', '-');
    }
}
