using Airgap.Oci;

namespace Airgap.Transfer.Publishing;

/// <summary>Writes a small file whole or not at all, and only where it would change.</summary>
internal static class ArtifactFile
{
    // Windows' ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL, and Unix's ENOSPC as .NET shows it.
    private static readonly int[] s_diskFull = [unchecked((int)0x80070070), unchecked((int)0x80070027), 28];

    /// <summary>Writes the file, unless it has exactly this content: then its time stays.</summary>
    /// <param name="path">Full path; missing folders are made.</param>
    /// <param name="content">The content.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.FileFailure"/>.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            if (File.Exists(path) && new FileInfo(path).Length == content.Length && content.SequenceEqual(File.ReadAllBytes(path)))
                return;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            // Beside its place, so that the move is a rename; a name of its own, as builds may run side by side.
            string partial = $"{path}.{Path.GetRandomFileName()}.partial";
            try
            {
                File.WriteAllBytes(partial, content);
                File.Move(partial, path, overwrite: true);
            }
            catch
            {
                File.Delete(partial);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, e);
        }
    }

    /// <summary>Makes a folder.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.FileFailure"/>.</exception>
    public static void MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(path, e);
        }
    }

    private static AirgapException Failure(string path, Exception cause) =>
        cause is UnauthorizedAccessException
            ? new AirgapException(ErrorCode.AccessDenied, $"The file {path} cannot be written: access is denied.", "Check the permissions of the folder, or set AirgapOutputPath to another one.", cause)
        : s_diskFull.Contains(cause.HResult)
            ? new AirgapException(ErrorCode.DiskFull, $"The file {path} cannot be written: the disk is full.", "Make room, or set AirgapOutputPath to a folder on another disk.", cause)
            : new AirgapException(ErrorCode.FileFailure, $"The file {path} cannot be written: {cause.Message}", "Check the folder, or set AirgapOutputPath to another one.", cause);
}
