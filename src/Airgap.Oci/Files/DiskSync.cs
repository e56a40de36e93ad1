using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>
/// Flushes files and names to the disk, and reports failures, which the runtime's own calls hide. Tests replace it with
/// a failing one.
/// </summary>
internal class DiskSync
{
    private static readonly AsyncLocal<DiskSync?> s_replacement = new();

    /// <summary>The current instance.</summary>
    public static DiskSync Current => s_replacement.Value ?? System;

    /// <summary>The system's implementation.</summary>
    public static DiskSync System { get; } = new();

    /// <summary>Replaces it for the current asynchronous flow; null to undo that.</summary>
    internal static void Replace(DiskSync? replacement) => s_replacement.Value = replacement;

    /// <summary>Flushes a file to the disk.</summary>
    /// <param name="file">The file, open for writing.</param>
    /// <param name="name">Its name in an error message.</param>
    /// <exception cref="IOException">The disk failed: data written since the last flush is unreliable.</exception>
    public virtual void Flush(SafeFileHandle file, string name)
    {
        if (OperatingSystem.IsWindows())
            RandomAccess.FlushToDisk(file);
        else
            Posix.Flush(file, name);
    }

    /// <summary>
    /// Flushes the names in a folder to the disk: on Unix a rename survives a power cut only after that. A folder
    /// without read permission is left to the system, as is every folder on Windows, which journals names.
    /// </summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public virtual void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        using SafeFileHandle? handle = Posix.TryOpenFolder(folder);
        if (handle is not null)
            Posix.Flush(handle, folder);
    }

    /// <summary>Flushes a whole file system to the disk.</summary>
    /// <param name="folder">A folder on it, opened before the data was written.</param>
    /// <param name="name">Its name in an error message.</param>
    /// <returns>False if the system has no such call.</returns>
    /// <exception cref="IOException">The disk failed.</exception>
    public virtual bool FlushVolume(SafeFileHandle folder, string name) => !OperatingSystem.IsWindows() && Posix.FlushVolume(folder, name);

    /// <summary>Starts flushing a file to the disk, if the system has a call for that, without waiting.</summary>
    /// <exception cref="IOException">The disk failed at an earlier write. It may not report this again.</exception>
    public virtual void BeginFlush(SafeFileHandle file, string name)
    {
        if (!OperatingSystem.IsWindows())
            Posix.BeginFlush(file, name);
    }

    /// <summary>
    /// Makes the system read a file from the disk again. After a failed flush, the page cache contains bytes that are
    /// not on the disk, and nothing marks them.
    /// </summary>
    public virtual void Forget(SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows())
            Posix.ForgetCached(file);
    }

    /// <summary>
    /// Creates a folder and its missing parents, and flushes their names to the disk. An existing folder is left unchanged.
    /// </summary>
    /// <exception cref="IOException">It cannot be created, or another file system exception.</exception>
    public void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        string? parent = Path.GetDirectoryName(folder);
        if (parent is not null)
            MakeFolder(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null)
            FlushFolder(parent);
    }
}
