using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Pulling.Output;

/// <summary>
/// Flushes a folder with its content to the disk. A few files are flushed individually. Many files are flushed with one call for the whole
/// file system, which takes as long for a thousand files as for one. Reports disk failures since this object was created.
/// </summary>
internal sealed class FolderFlush : IDisposable
{
    private const int Few = 32;

    private readonly SafeFileHandle? _folder;

    /// <summary>Starts to track disk failures.</summary>
    /// <param name="folder">An existing folder on the file system to flush.</param>
    public FolderFlush(string folder) => _folder = OperatingSystem.IsWindows() ? null : Posix.TryOpenFolder(folder);

    /// <summary>Flushes.</summary>
    /// <exception cref="IOException">The disk failed, or another of the file system's exceptions.</exception>
    public void Flush(string folder)
    {
        List<string> files = [];
        List<string> folders = [folder];
        foreach ((string path, FileSystemInfo info) in FolderContent.List(folder))
            (info is DirectoryInfo ? folders : files).Add(Path.Combine(folder, path));
        if (files.Count + folders.Count > Few && FlushVolume(folder))
            return;
        try
        {
            FlushEach(files);
        }
        catch (UnauthorizedAccessException)
        {
            // Files packed without read permission can be flushed with the file system.
            FlushVolume(folder);
        }

        foreach (string each in folders)
            DiskSync.Current.FlushFolder(each);
    }

    private bool FlushVolume(string folder) => _folder is not null && DiskSync.Current.FlushVolume(_folder, folder);

    private static void FlushEach(List<string> files)
    {
        foreach (string file in files)
        {
            using FileStream? stream = OwnFile.Open(file, FileAccess.Read);
            if (stream is not null)
                DiskSync.Current.Flush(stream.SafeFileHandle, file);
        }
    }

    public void Dispose() => _folder?.Dispose();
}
