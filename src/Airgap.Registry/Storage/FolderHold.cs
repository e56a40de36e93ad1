using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Registry.Storage;

/// <summary>The right to change a registry's folder, which one process at a time has. docker-registry knows nothing of it.</summary>
internal static class FolderHold
{
    /// <summary>Takes the folder.</summary>
    /// <returns>Null where the file system has no place for a lock: then no process is kept out, and none may collect garbage.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.RegistryFolderInUse"/>.</exception>
    public static IDisposable? Take(string folder)
    {
        FileLock? taken;
        try
        {
            string path = new StorageLayout(folder).Hold;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            taken = FileLock.TryTake(path, OwnFile.Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UnsafeFileException)
        {
            return null;
        }

        return taken ?? throw new AirgapException(
            ErrorCode.RegistryFolderInUse,
            $"Another process serves the registry's folder '{folder}', or collects its garbage.",
            "End it first; a second one may serve the folder read only.");
    }
}
