namespace Airgap.Transfer.Layers;

/// <summary>
/// Go's file modes, which imgpkg writes into headers: the usual permission bits, and Go's own positions for the others.
/// </summary>
internal static class GoFileMode
{
    private const long Folder = 1L << 31;
    private const long SetUser = 1L << 23;
    private const long SetGroup = 1L << 22;
    private const long Sticky = 1L << 20;
    private const long OwnerBits = 0b111_000_000;

    /// <summary>The mode of a folder whose permissions are not kept: 0700.</summary>
    public const long PlainFolder = OwnerBits;

    /// <summary>The mode of a file.</summary>
    public static long OfFile(FileInfo file, bool preserve)
    {
        // On Windows, Go reports only one permission bit.
        long mode = OperatingSystem.IsWindows() ? (file.IsReadOnly ? 0b100_100_100 : 0b110_110_110) : FromUnix(file.UnixFileMode);
        return preserve ? mode : mode & OwnerBits;
    }

    /// <summary>The mode of a folder, with the folder bit.</summary>
    public static long OfFolder(DirectoryInfo folder) =>
        Folder | (OperatingSystem.IsWindows() ? 0b111_111_111 : FromUnix(folder.UnixFileMode));

    private static long FromUnix(UnixFileMode mode) =>
        ((long)mode & 0b111_111_111)
        | ((mode & UnixFileMode.SetUser) != 0 ? SetUser : 0)
        | ((mode & UnixFileMode.SetGroup) != 0 ? SetGroup : 0)
        | ((mode & UnixFileMode.StickyBit) != 0 ? Sticky : 0);
}
