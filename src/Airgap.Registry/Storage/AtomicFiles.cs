using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>Writes small files so that a reader, or the next start after a crash, sees all of a file or none of it.</summary>
internal sealed class AtomicFiles(StorageLayout layout)
{
    /// <summary>Writes a file and gives it its name once it is on the disk.</summary>
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

    /// <summary>Gives a file that is on the disk its name, in a folder that somebody else may remove at the same time, and brings the name to the disk.</summary>
    public static void MoveInto(string source, string path)
    {
        const int Attempts = 20;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                string folder = Path.GetDirectoryName(path)!;
                DiskSync.Current.MakeFolder(folder);
                File.Move(source, path, overwrite: true);
                DiskSync.Current.FlushFolder(folder);
                return;
            }
            catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException && attempt < Attempts && File.Exists(source))
            {
                // The folder went between the two calls.
            }
            catch (FileNotFoundException) when (!File.Exists(source))
            {
                // It went with the file in it: somebody else removed what this call had written.
                return;
            }
        }
    }

    /// <summary>Takes a folder with all in it out of sight in one step; what is left of it afterwards is in nobody's way.</summary>
    /// <returns>Where it is now, to be deleted at leisure; null when there was none.</returns>
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

    /// <summary>Points a link file at content. A link that already says so is left alone.</summary>
    public void WriteLink(string path, Digest digest)
    {
        if (ReadLink(path) != digest)
            Write(path, Encoding.ASCII.GetBytes(digest.ToString()));
    }

    /// <summary>What a link file points at.</summary>
    /// <returns>Null when there is no link, or a damaged one, which counts as none.</returns>
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
