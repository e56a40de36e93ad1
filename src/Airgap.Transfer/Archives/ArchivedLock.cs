using System.Text;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>
/// The ImagesLock an archive was made of, in a file beside it: imgpkg's format has no room for a lock's annotations, and they would be lost on the
/// way through an archive. An archive without this file is imported as imgpkg does it.
/// </summary>
internal static class ArchivedLock
{
    /// <summary>Where the lock of an archive stands.</summary>
    public static string PathOf(string archive) => archive + ".images.yml";

    /// <summary>Writes the lock beside its finished archive; one without annotations says nothing that the archive does not.</summary>
    public static async Task WriteAsync(string archive, ImagesLock? imagesLock, CancellationToken cancellationToken)
    {
        string path = PathOf(archive);
        if (imagesLock is not null && imagesLock.Images.Any(image => image.Annotations.Count > 0))
            await AtomicFile.WriteAsync(path, Encoding.UTF8.GetBytes(imagesLock.ToYaml()), AtomicFile.OwnerOnly, cancellationToken);
    }

    /// <summary>Reads the lock beside an archive; null where there is none, or where it is of other images than the archive.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidLock"/> with file, line and column, or a 3xxx code.</exception>
    public static ImagesLock? Find(string archive, IReadOnlySet<Digest> images)
    {
        string path = PathOf(archive);
        if (!File.Exists(path) || LockFile.Read(path) is not LockFileContent.OfImages { Lock: var found })
            return null;
        return images.SetEquals(found.Images.Select(image => image.Image.Digest!.Value)) ? found : null;
    }
}
