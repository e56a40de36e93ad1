using Airgap.Oci;

namespace Airgap.Transfer.Files;

/// <summary>The system's folder for temporary files, and its failures.</summary>
internal static class TemporaryFolder
{
    /// <summary>Its path; the system takes it from <c>TMPDIR</c>, or <c>TMP</c> on Windows.</summary>
    public static string Location => Path.TrimEndingDirectorySeparator(Path.GetTempPath());

    /// <summary>The failure of a temporary file: it names the folder, and the variable that names another.</summary>
    /// <param name="e">The exception of the runtime, or the failure of a full disk; another <see cref="AirgapException"/> is returned
    /// unchanged.</param>
    public static AirgapException Failure(Exception e)
    {
        if (e is AirgapException { Code: not ErrorCode.DiskFull } known)
            return known;
        AirgapException cause = IoFailures.Translate(e, Location);
        string why = cause.Code switch
        {
            ErrorCode.DiskFull => "no space is left",
            ErrorCode.FileNotFound => "there is no such folder",
            ErrorCode.AccessDenied => "access was refused",
            _ => e.Message.TrimEnd('.'),
        };
        return new AirgapException(
            cause.Code, $"No temporary file can be written to the folder '{Location}': {why}.",
            "Free or create it, or name another folder in the variable TMPDIR (TMP on Windows).", e);
    }
}
