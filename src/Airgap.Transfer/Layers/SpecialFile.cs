using System.Formats.Tar;

namespace Airgap.Transfer.Layers;

/// <summary>Tells files from pipes, sockets and devices, of which the first would block whoever opens it.</summary>
internal static class SpecialFile
{
    /// <summary>True for a regular file.</summary>
    public static bool IsRegular(FileInfo file)
    {
        // Special files have no length. The runtime shows a file's kind nowhere but in the tar entry that it would make of it.
        if (OperatingSystem.IsWindows() || file.Length > 0)
            return true;
        const int typeOffset = 156;
        MemoryStream header = new();
        try
        {
            using TarWriter tar = new(header, TarEntryFormat.Ustar, leaveOpen: true);
            tar.WriteEntry(file.FullName, "x");
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            // A socket has no place in a tar.
            return false;
        }

        return header.Length > typeOffset && header.GetBuffer()[typeOffset] == (byte)'0';
    }
}
