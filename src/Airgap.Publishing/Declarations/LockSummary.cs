using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Bundles;

namespace Airgap.Publishing.Declarations;

/// <summary>The facts of a lock file that are needed before relocating it.</summary>
/// <param name="Name">Last path segment of the bundle of a BundleLock; the file's name without extension for an
/// ImagesLock.</param>
/// <param name="Bundle">The bundle of a BundleLock, by digest; null for an ImagesLock.</param>
/// <param name="Tag">The tag of a BundleLock; null if it has none.</param>
internal sealed record LockSummary(string Name, ImageReference? Bundle, string? Tag)
{
    /// <summary>Reads a lock file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/>, <see cref="ErrorCode.InvalidLock"/>,
    /// <see cref="ErrorCode.LockWithoutDigest"/>.</exception>
    public static LockSummary Read(string path) => LockFile.Read(path) switch
    {
        LockFileContent.OfBundle { Lock: var bundle } =>
            new(bundle.Image.Repository.LastSegment, bundle.Image, bundle.Tag.Length > 0 ? bundle.Tag : null),
        _ => new(Path.GetFileNameWithoutExtension(path), null, null),
    };
}
