using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Plans;

/// <summary>The tag of an image that names the repository that it comes from, as imgpkg writes it on demand.</summary>
internal static class RepositoryBasedTag
{
    private const int MaxRepositoryLength = 49;

    /// <summary><c>apps-frontend-sha256-HEX.imgpkg</c>: prefixed with the source repository, as far as it fits.</summary>
    public static string Of(PlannedItem item)
    {
        string path = ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _)
            ? original.Repository.Path : item.Source.Repository.Path;
        string name = Clean(path.Replace('/', '-'));
        if (name.Length > MaxRepositoryLength)
            name = Clean(name[^MaxRepositoryLength..]);
        return $"{name}-{ContentTag.Of(item.Digest)}";
    }

    private static string Clean(string name)
    {
        string kept = string.Concat(name.Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));
        return kept.TrimStart('.', '-');
    }
}
