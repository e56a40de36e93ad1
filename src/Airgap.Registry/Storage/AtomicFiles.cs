using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>Writes small files so that a reader, or the next start after a crash, sees all of a file or none of it.</summary>
internal sealed class AtomicFiles(StorageLayout layout)
{
    /// <summary>Writes a file, flushes it to the disk and renames it.</summary>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(layout.Temporary);
        string temporary = Path.Combine(layout.Temporary, Guid.NewGuid().ToString("N"));
        try
        {
            using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(content);
                DiskSync.Current.Flush(file.SafeFileHandle, path);
            }

            MoveInto(temporary, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Moves a flushed file into a folder that another request may remove at the same time, and flushes the name to the
    /// disk.
    /// </summary>
    public static void MoveInto(string source, string path)
    {
        const int Attempts = 20;
        bool isMoved = false;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                string folder = Path.GetDirectoryName(path)!;
                DiskSync.Current.MakeFolder(folder);
                File.Move(source, path, overwrite: true);
                isMoved = true;
                DiskSync.Current.FlushFolder(folder);
                return;
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException && attempt < Attempts && File.Exists(source))
            {
                // The folder was removed between the two calls.
            }
            catch (Exception e) when (isMoved && e is DirectoryNotFoundException or FileNotFoundException)
            {
                // The folder was removed with the file in it: another request deleted what this call wrote.
                return;
            }
        }
    }

    /// <summary>Moves a folder with its content into the temporary folder in one step.</summary>
    /// <returns>The new path, to be deleted later; null when there was no folder.</returns>
    public string? MoveAway(string folder, string? into = null)
    {
        into ??= layout.Temporary;
        try
        {
            Directory.CreateDirectory(into);
            string away = Path.Combine(into, $"{StorageLayout.DeletedPrefix}{Guid.NewGuid():N}");
            Directory.Move(folder, away);
            return away;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Points a link file at content. A link that already does is left unchanged.</summary>
    public void WriteLink(string path, Digest digest)
    {
        if (ReadLink(path) != digest)
            Write(path, Encoding.ASCII.GetBytes(digest.ToString()));
    }

    /// <summary>Points a link file at content. A link that already does gets the current time.</summary>
    public void WriteFreshLink(string path, Digest digest)
    {
        if (ReadLink(path) != digest || !TryTouch(path))
            Write(path, Encoding.ASCII.GetBytes(digest.ToString()));
    }

    /// <summary>A file's last write time, UTC; null if it does not exist.</summary>
    public static DateTime? TimeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.LastWriteTimeUtc : null;

    /// <summary>Sets a file's last write time to now.</summary>
    /// <returns>False when there is none, or it may not be changed: on Unix only its owner may set its time.</returns>
    public static bool TryTouch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The digest that a link file points at.</summary>
    /// <returns>Null when there is no link, or a damaged one.</returns>
    public static Digest? ReadLink(string path)
    {
        // A digest of the longest kind has 135 characters.
        Span<byte> buffer = stackalloc byte[160];
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            int length = RandomAccess.Read(file, buffer, 0);
            return Digest.TryParse(Encoding.ASCII.GetString(buffer[..length]).Trim(), out Digest digest) ? digest : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
