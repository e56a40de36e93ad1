namespace Airgap.Oci.Files;

/// <summary>The system's folder for temporary files, and its failures.</summary>
internal static class TemporaryFolder
{
    /// <summary>How to use another folder, within a sentence.</summary>
    public const string NameAnother = "name another folder in the variable TMPDIR (TMP on Windows)";

    /// <summary>Its path; the system takes it from <c>TMPDIR</c>, or <c>TMP</c> on Windows.</summary>
    public static string Location => Path.TrimEndingDirectorySeparator(Path.GetTempPath());

    /// <summary>The failure of a temporary file: it names the folder, and the variable that names another.</summary>
    /// <param name="e">The exception of the runtime, or the failure of a full disk; another <see cref="AirgapException"/> is returned
    /// unchanged.</param>
    /// <param name="needed">What the file is for, such as "for the gate"; null not to say it.</param>
    public static AirgapException Failure(Exception e, string? needed = null) =>
        e is AirgapException { Code: not ErrorCode.DiskFull } known ? known
            : new AirgapException(CodeOf(e), $"{NotWritten(Location, e, needed)}.", $"Free or create it, or {NameAnother}.", e);

    /// <summary>States that no temporary file can be written, and why; a sentence without its full stop.</summary>
    public static string NotWritten(string folder, Exception e, string? needed = null)
    {
        string why = CodeOf(e) switch
        {
            ErrorCode.DiskFull => "no space is left",
            ErrorCode.FileNotFound => "there is no such folder",
            ErrorCode.AccessDenied => "access was refused",
            _ => e.Message.TrimEnd('.'),
        };
        return $"No temporary file{(needed is null ? "" : " " + needed)} can be written to the folder '{folder}': {why}";
    }

    private static ErrorCode CodeOf(Exception e) => e switch
    {
        _ when FullDisk.Caused(e) => ErrorCode.DiskFull,
        UnsafeFileException => ErrorCode.ForeignFile,
        DirectoryNotFoundException or FileNotFoundException => ErrorCode.FileNotFound,
        UnauthorizedAccessException or System.Security.SecurityException => ErrorCode.AccessDenied,
        _ => ErrorCode.FileFailure,
    };
}
