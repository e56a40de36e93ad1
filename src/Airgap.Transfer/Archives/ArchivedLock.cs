using System.Diagnostics.CodeAnalysis;
using Airgap.Oci;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives;

/// <summary>
/// The ImagesLock next to an archive, as an earlier version of this product wrote it: <c>NAME.tar.images.yml</c>. Archives now contain
/// their lock (<see cref="ArchiveNotes"/>). A file next to an archive may belong to an earlier archive of that name, so it is used only if
/// it cannot.
/// </summary>
internal static class ArchivedLock
{
    private const string Advice = "Write the archive again: it then carries its lock inside, and one file is enough.";

    /// <summary>The path of an old archive's lock.</summary>
    public static string PathOf(string archive) => archive + ".images.yml";

    /// <summary>Reads the lock next to an archive.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="images">The images of the archive.</param>
    /// <param name="warning">States that the lock was read, or why not; null if there is none.</param>
    /// <returns>Null if there is none, or none that can be used.</returns>
    public static ImagesLock? Find(string archive, IReadOnlySet<Digest> images, out Diagnostic? warning)
    {
        warning = null;
        string path = PathOf(archive);
        if (!File.Exists(path))
            return null;
        if (!TryRead(archive, path, images, out ImagesLock? found, out string? why))
        {
            warning = new Diagnostic(
                ErrorCode.LockBesideArchiveIgnored, $"'{path}' is not used as the lock of '{archive}': {why}.",
                "Remove it, or write the archive again from its lock.")
            { Location = new SourceLocation(path) };
            return null;
        }

        warning = new Diagnostic(
            ErrorCode.LockBesideArchive,
            $"The annotations of the images come from '{path}', which an earlier version wrote beside '{archive}'.", Advice)
        { Location = new SourceLocation(path) };
        return found;
    }

    /// <summary>Gives a complete archive a later time than the lock next to it, which belongs to another archive.</summary>
    public static void Outdate(string archive)
    {
        try
        {
            if (File.Exists(PathOf(archive)) && File.GetLastWriteTimeUtc(PathOf(archive)) >= File.GetLastWriteTimeUtc(archive))
                File.SetLastWriteTimeUtc(archive, DateTime.UtcNow);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, archive);
        }
    }

    private static bool TryRead(
        string archive, string path, IReadOnlySet<Digest> images, [NotNullWhen(true)] out ImagesLock? found,
        [NotNullWhen(false)] out string? why)
    {
        found = null;
        try
        {
            if (File.GetLastWriteTimeUtc(path) < File.GetLastWriteTimeUtc(archive))
                why = "it is older than the archive";
            else if (LockFile.Read(path) is not LockFileContent.OfImages { Lock: var read })
                why = $"it is not an {ImagesLock.Kind}";
            else if (!images.SetEquals(read.Images.Select(image => image.Image.Digest!.Value)))
                why = "it lists other images";
            else
            {
                found = read;
                why = null;
                return true;
            }
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException)
        {
            why = IoFailures.Translate(e, path).Message.TrimEnd('.');
        }

        return false;
    }
}
