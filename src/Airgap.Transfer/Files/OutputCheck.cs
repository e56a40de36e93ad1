using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// Checks the places of outputs before the first request, so that one that cannot be written fails at the start and not at the end.
/// </summary>
internal static class OutputCheck
{
    /// <summary>Looks at the place of an archive.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="makesFolder">True where a missing folder is made.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/> (a folder, device or pipe, for one),
    /// <see cref="ErrorCode.FileNotFound"/> (no such folder), or another 3xxx.</exception>
    public static OutputTarget OfArchive(string path, bool makesFolder = false) => Look(path, OutputTarget.OfWholeFile, makesFolder);

    /// <summary>Looks at the place of a file that is written by <see cref="AtomicFile"/>.</summary>
    /// <inheritdoc cref="OfArchive"/>
    public static OutputTarget OfFile(string path, bool makesFolder = false) => Look(path, OutputTarget.OfFile, makesFolder);

    /// <summary>Looks at the place of a folder.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>: a file, for one; or another 3xxx.</exception>
    public static OutputTarget OfFolder(string path) => Look(path, OutputTarget.OfFolder, makesFolder: true);

    /// <summary>Looks at the places of files that may not have been asked for.</summary>
    /// <inheritdoc cref="OfArchive"/>
    public static void OfFiles(params ReadOnlySpan<string?> paths)
    {
        foreach (string? path in paths)
        {
            if (path is not null)
                OfFile(path);
        }
    }

    private static OutputTarget Look(string path, Func<string, OutputTarget> look, bool makesFolder)
    {
        try
        {
            OutputTarget target = look(path);
            if (target.Kind == OutputKind.New && !makesFolder && FileFacts.Of(target.Folder, followsLinks: true).Kind != FileKind.Folder)
                throw new DirectoryNotFoundException();
            return target;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is ArgumentException)
        {
            throw IoFailures.Translate(e, path);
        }
    }
}
