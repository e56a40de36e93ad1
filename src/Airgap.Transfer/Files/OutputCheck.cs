using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>
/// Checks outputs before the first request, so that an unwritable output fails at the start, not at the end.
/// </summary>
internal static class OutputCheck
{
    /// <summary>The number of bytes by which the kind of a file is recognised.</summary>
    public const int OwnBytes = 256;

    /// <summary>Checks that an archive can be written.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="makesFolder">True to create a missing folder.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/> (for example a folder, device or pipe),
    /// <see cref="ErrorCode.FileNotFound"/> (no such folder), or another 3xxx.</exception>
    public static OutputTarget OfArchive(string path, bool makesFolder = false) =>
        RequireAccess(path, Look(path, OutputTarget.OfWholeFile, makesFolder));

    /// <summary>Checks that a file can be written by <see cref="AtomicFile"/>.</summary>
    /// <inheritdoc cref="OfArchive"/>
    public static OutputTarget OfFile(string path, bool makesFolder = false) => RequireAccess(path, OfPossibleFile(path, makesFolder));

    /// <summary>Checks that a file can be written which the run may turn out not to write: its permissions do not matter yet.</summary>
    /// <inheritdoc cref="OfArchive"/>
    public static OutputTarget OfPossibleFile(string path, bool makesFolder = false) => Look(path, OutputTarget.OfFile, makesFolder);

    /// <summary>Checks that a folder can be written.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>: for example a file; or another
    /// 3xxx.</exception>
    public static OutputTarget OfFolder(string path) => RequireAccess(path, Look(path, OutputTarget.OfFolder, makesFolder: true));

    /// <summary>Checks that optional files can be written.</summary>
    /// <inheritdoc cref="OfArchive"/>
    public static void OfFiles(params ReadOnlySpan<string?> paths)
    {
        foreach (string? path in paths)
        {
            if (path is not null)
                OfFile(path);
        }
    }

    /// <summary>Refuses to replace a file of another kind. A missing or empty file, and a stream, may be written.</summary>
    /// <param name="path">The output.</param>
    /// <param name="isOwn">Recognises the kind by the first <see cref="OwnBytes"/> bytes, or by all bytes of a shorter file.</param>
    /// <param name="code">The code of the failure.</param>
    /// <param name="kind">The kind in the message, such as <c>a receipt</c>.</param>
    /// <param name="advice">The advice.</param>
    /// <exception cref="AirgapException">The given code, or a 3xxx: the file cannot be read.</exception>
    public static void RequireOwn(string path, Func<byte[], bool> isOwn, ErrorCode code, string kind, string advice)
    {
        if (!File.Exists(path))
            return;
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!file.CanSeek)
                return;
            byte[] beginning = new byte[Math.Min(file.Length, OwnBytes)];
            file.ReadExactly(beginning);
            if (beginning.Length == 0 || isOwn(beginning))
                return;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }

        throw new AirgapException(code, $"'{path}' is not {kind}, but would be replaced by one.", advice)
        {
            Location = new SourceLocation(path)
        };
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

    // What is there may be found to be up to date, and is not written then: only what is missing must be created.
    private static OutputTarget RequireAccess(string path, OutputTarget target)
    {
        if (OperatingSystem.IsWindows() || target.Kind != OutputKind.New)
            return target;
        string folder = target.Folder;
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above)
            folder = above;
        return Posix.MayCreateIn(folder) ? target : throw new AirgapException(
            ErrorCode.AccessDenied, $"'{path}' cannot be created: this user may not write to the folder '{folder}'.",
            "Check its permissions, or name another place.")
        {
            Location = new SourceLocation(path)
        };
    }
}
