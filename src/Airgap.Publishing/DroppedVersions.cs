using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing;

/// <summary>
/// Compares the Packages of a bundle with those of the bundle that it replaces. Any failure means that nothing is
/// known.
/// </summary>
internal static class DroppedVersions
{
    private const int Shown = 5;

    /// <summary>
    /// A warning if the mirror had Packages that the new bundle lacks; null if it had none, or if nothing is known.
    /// </summary>
    /// <param name="repository">The mirror, before anything moves.</param>
    /// <param name="name">Its name.</param>
    /// <param name="tag">The tag that will move; null for none.</param>
    /// <param name="earlier">The report of an earlier run about it; null for none.</param>
    /// <param name="digest">The new bundle.</param>
    /// <param name="bundle">The same, planned.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<Diagnostic?> FindAsync(
        IImageRepository repository, RepositoryName name, string? tag, EarlierManifest? earlier, Digest digest,
        PlannedBundle bundle, CancellationToken cancellationToken)
    {
        // A file that is too large to be read may have the Packages.
        if (bundle.PackageWarnings.Any(warning => warning.Code == ErrorCode.PackageFileNotSearched
            && warning.Location?.File.StartsWith("packages/", StringComparison.Ordinal) == true))
            return null;
        try
        {
            Digest? old = earlier?.Repository == name ? earlier.Digest : null;
            if (old is null && tag is not null)
                old = (await repository.ResolveAsync(tag, cancellationToken))?.Digest;
            if (old is not { } former || former == digest
                || await repository.FindManifestAsync(former.ToString(), cancellationToken) is not { } manifest)
                return null;
            ImageReference reference = ImageReference.ByDigest(name, former);
            await using Stream layer = await repository.GetBlob(BundleContent.LayerOf(manifest, reference)).OpenAsync(0, cancellationToken);
            string[] dropped = [.. (await BundleContent.ReadAsync(layer, reference, withPackages: true, cancellationToken)).Packages
                .Except(bundle.Packages).Order(StringComparer.Ordinal)];
            return dropped.Length == 0 ? null : new Diagnostic(
                ErrorCode.VersionDropped,
                $"{name} had {string.Join(", ", dropped.Take(Shown))}{(dropped.Length > Shown ? $" and {dropped.Length - Shown} more" : "")}, which the new bundle lacks: an install pinned to one of them breaks.",
                "Keep the installed versions, or update the installs first.")
            { Reference = reference.ToString() };
        }
        catch (Exception e) when (e is AirgapException { Code: not ErrorCode.Canceled } or IOException)
        {
            return null;
        }
    }
}
