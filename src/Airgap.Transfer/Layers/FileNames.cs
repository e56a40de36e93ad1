using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Airgap.Transfer.Layers;

/// <summary>Names of files that are not UTF-8: the runtime shows them with replacement characters and cannot open them.</summary>
internal static class FileNames
{
    // struct dirent of 64-bit Linux: inode, offset, length and type precede the name.
    private const int NameOffset = 19;

    /// <summary>
    /// The actual name, with invalid UTF-8 bytes as <c>\xNN</c>; null for a name in valid UTF-8, or if the folder cannot be read.
    /// </summary>
    /// <param name="folder">The folder of the name.</param>
    /// <param name="shown">The name as shown by the runtime.</param>
    public static string? Undecodable(string folder, string shown)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess || !shown.Contains('\uFFFD'))
            return null;
        nint stream = OpenFolder(Encoding.UTF8.GetBytes(folder + '\0'));
        if (stream == 0)
            return null;
        try
        {
            for (nint entry = ReadFolder(stream); entry != 0; entry = ReadFolder(stream))
            {
                byte[] name = NameAt(entry + NameOffset);
                if (Encoding.UTF8.GetString(name) == shown && Escape(name) is { } escaped && escaped != shown)
                    return escaped;
            }

            return null;
        }
        finally
        {
            _ = CloseFolder(stream);
        }
    }

    private static byte[] NameAt(nint address)
    {
        int length = 0;
        while (Marshal.ReadByte(address, length) != 0)
            length++;
        byte[] name = new byte[length];
        Marshal.Copy(address, name, 0, length);
        return name;
    }

    private static string Escape(ReadOnlySpan<byte> name)
    {
        StringBuilder text = new();
        while (!name.IsEmpty)
        {
            bool isWhole = Rune.DecodeFromUtf8(name, out Rune rune, out int read) == System.Buffers.OperationStatus.Done;
            if (isWhole)
                text.Append(rune.ToString());
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{name[0]:x2}");
            name = name[(isWhole ? read : 1)..];
        }

        return text.ToString();
    }

    [DllImport("libc", EntryPoint = "opendir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint OpenFolder(byte[] path);

    [DllImport("libc", EntryPoint = "readdir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint ReadFolder(nint stream);

    [DllImport("libc", EntryPoint = "closedir", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int CloseFolder(nint stream);
}
