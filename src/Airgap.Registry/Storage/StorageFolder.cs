using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Registry.Storage;

/// <summary>Prepares the folder of a registry.</summary>
internal static class StorageFolder
{
    /// <summary>Checks that the folder can be used, before the registry starts.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>: it is a file, for example;
    /// <see cref="ErrorCode.FileFailure"/> or <see cref="ErrorCode.AccessDenied"/>.</exception>
    public static void Prepare(string folder, bool readOnly)
    {
        if (string.IsNullOrWhiteSpace(folder))
            throw new AirgapException(
                ErrorCode.InvalidArgument, "The registry has no folder.", "Name the folder with its content.");
        try
        {
            OutputTarget.OfFolder(folder);
            if (!readOnly)
            {
                Directory.CreateDirectory(folder);
                string probe = Path.Combine(folder, $".{Guid.NewGuid():N}");
                using (File.Create(probe, 1, FileOptions.DeleteOnClose))
                {
                }
            }
            else if (!Directory.Exists(folder))
            {
                throw new AirgapException(
                    ErrorCode.FileFailure, $"The registry's folder '{folder}' does not exist.",
                    "A read-only registry needs a folder with content.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FailureOf(e, folder);
        }
    }

    /// <summary>Why a folder cannot be used, for a person.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="folder">The folder.</param>
    public static AirgapException FailureOf(Exception e, string folder) => e is UnauthorizedAccessException || IsWriteProtected(e)
        ? new AirgapException(
            ErrorCode.AccessDenied, $"The registry may not write to its folder '{folder}'.",
            "Give write access, or serve the folder read only.", e)
        : new AirgapException(
            ErrorCode.FileFailure, $"The registry's folder '{folder}' cannot be used: {e.Message}",
            "Name a folder that exists or can be created.", e);

    // ERROR_WRITE_PROTECT on Windows, else EROFS: a disc, for example, to which nobody can give write access.
    private static bool IsWriteProtected(Exception e) => e.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070013) : 30);
}
