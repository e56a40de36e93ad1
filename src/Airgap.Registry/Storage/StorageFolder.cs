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
        catch (UnauthorizedAccessException e)
        {
            throw new AirgapException(
                ErrorCode.AccessDenied, $"The registry may not write to its folder '{folder}'.",
                "Give write access, or serve the folder read only.", e);
        }
        catch (IOException e)
        {
            throw new AirgapException(
                ErrorCode.FileFailure, $"The registry's folder '{folder}' cannot be used: {e.Message}",
                "Name a folder that exists or can be created.", e);
        }
    }
}
