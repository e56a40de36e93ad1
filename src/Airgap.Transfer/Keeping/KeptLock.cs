using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Keeping;

/// <summary>
/// Reads the content that a lock file keeps. A lock names digests, so a lock of any mirror applies to every other.
/// </summary>
internal static class KeptLock
{
    /// <summary>Reads a BundleLock or an ImagesLock.</summary>
    /// <exception cref="Oci.AirgapException">As <see cref="LockFile.Read(string)"/>.</exception>
    public static IReadOnlyList<KeptRoot> Read(string path, string? tag = null) => LockFile.Read(path) switch
    {
        LockFileContent.OfBundle { Lock: var bundle } =>
            [Root(bundle.Image, path) with { Tag = tag ?? (bundle.Tag.Length == 0 ? null : bundle.Tag) }],
        LockFileContent.OfImages { Lock: var images } => [.. images.Images.Select(locked => Root(locked.Image, path))],
        _ => throw new InvalidOperationException("Unknown kind of lock."),
    };

    private static KeptRoot Root(ImageReference image, string path) => new(image.Digest!.Value, path) { Origin = image.Repository };
}
