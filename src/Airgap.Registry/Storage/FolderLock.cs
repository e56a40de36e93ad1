using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Registry.Storage;

/// <summary>
/// The exclusive right to change a registry's folder, for one process at a time. docker-registry does not respect it.
/// </summary>
internal static class FolderLock
{
    /// <summary>Locks the folder.</summary>
    /// <returns>
    /// Null if the file system supports no locks: then no process is excluded, and none may collect garbage.
    /// </returns>
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
            "Stop it first; another process can only serve the folder read only.");
    }
}
