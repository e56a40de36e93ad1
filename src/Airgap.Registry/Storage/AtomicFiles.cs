using System.Text;
using Airgap.Oci.Content;

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
                file.Flush(flushToDisk: true);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
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
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return Digest.TryParse(Encoding.ASCII.GetString(buffer[..length]).Trim(), out Digest digest) ? digest : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
