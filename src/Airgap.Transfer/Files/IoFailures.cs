using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>Failures of the file system as errors with advice.</summary>
internal static class IoFailures
{
    /// <summary>
    /// True for exceptions of the file system, which <see cref="Translate"/> handles, not those of a stream over a
    /// network.
    /// </summary>
    public static bool IsIoFailure(Exception e) => e is IOException or UnauthorizedAccessException or System.Security.SecurityException;

    /// <summary>Makes the failure that a user sees.</summary>
    /// <param name="e">The exception of the runtime; an <see cref="AirgapException"/> is returned unchanged.</param>
    /// <param name="path">The file or folder concerned.</param>
    /// <returns>
    /// <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.FileNotFound"/>, <see cref="ErrorCode.ForeignFile"/>,
    /// <see cref="ErrorCode.AccessDenied"/>, or <see cref="ErrorCode.FileFailure"/> for everything else.
    /// </returns>
    public static AirgapException Translate(Exception e, string path) => e switch
    {
        AirgapException known => known,
        UnsafeFileException foreign => new AirgapException(
            ErrorCode.ForeignFile, $"{foreign.Message}. It was not touched.",
            "Check its owner; then remove it, or write to another folder.", e)
        { Location = new SourceLocation(foreign.FileName) },
        DirectoryNotFoundException =>
            New(ErrorCode.FileNotFound, $"The folder of '{path}' does not exist.", "Create the folder, or check the path.", e),
        FileNotFoundException => New(ErrorCode.FileNotFound, $"The file '{path}' does not exist.", "Correct the path.", e),
        UnauthorizedAccessException or System.Security.SecurityException =>
            New(ErrorCode.AccessDenied, $"Access to '{path}' was refused.", "Check the permissions, and that it is a file.", e),
        _ when FullDisk.Caused(e) =>
            New(ErrorCode.DiskFull, $"No space is left for '{path}'.", "Free some space, or write to another disk.", e),
        PathTooLongException => New(
            ErrorCode.FileFailure, $"The path '{path}', or a name in it, is too long for this system.", "Use a shorter path.", e),
        _ => New(ErrorCode.FileFailure, $"Reading or writing '{path}' failed: {Reason(e)}.",
            "Check the disk and the path.", e),
    };

    /// <summary>Makes the failure for a file that only the runtime's own message names.</summary>
    public static AirgapException TranslateUnnamed(Exception e) => FullDisk.Caused(e)
        ? New(ErrorCode.DiskFull, $"No space is left: {e.Message.TrimEnd('.')}.", "Free some space, or write to another disk.", e)
        : New(e is IOException ? ErrorCode.FileFailure : ErrorCode.AccessDenied, $"Reading or writing failed: {e.Message.TrimEnd('.')}.",
            "Check the disk, the path and the permissions.", e);

    // The runtime often adds the whole path, which the message has already: "Input/output error : '/a/b'".
    private static string Reason(Exception e)
    {
        int at = e.Message.IndexOf(" : '", StringComparison.Ordinal);
        return at > 0 && e.Message.EndsWith('\'') ? e.Message[..at] : e.Message.TrimEnd('.');
    }

    private static AirgapException New(ErrorCode code, string message, string advice, Exception e) => new(code, message, advice, e);
}
