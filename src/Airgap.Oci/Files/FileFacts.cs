using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Files;

/// <summary>The kind of file at a path.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A regular file.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link; on Windows any reparse point.</summary>
    Link,

    /// <summary>A character device: a terminal, a tape, <c>null</c>.</summary>
    Device,

    /// <summary>A block device: a disk, or a part of one.</summary>
    Disk,

    /// <summary>A FIFO, or one end of a pipe.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,
}

/// <summary>The system's facts about a file. On Windows the kind alone.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Owner">The user it belongs to.</param>
/// <param name="Group">The group it belongs to.</param>
/// <param name="Links">The number of its names.</param>
/// <param name="Volume">Its file system.</param>
/// <param name="Number">Its number in that file system.</param>
/// <param name="Changed">When its content or one of these facts last changed, in nanoseconds since 1970: no program sets this time, unlike
/// that of the last write. 0 where the system does not tell.</param>
internal readonly record struct FileFacts(
    FileKind Kind, UnixFileMode Mode = default, uint Owner = 0, uint Group = 0, uint Links = 0, ulong Volume = 0, ulong Number = 0,
    long Changed = 0)
{
    /// <summary>Gets the facts about a path.</summary>
    /// <exception cref="IOException">The system does not answer, or another file system exception.</exception>
    public static FileFacts Of(string path, bool followsLinks)
    {
        if (!OperatingSystem.IsWindows())
            return Posix.Facts(path, followsLinks) ?? default;
        FileInfo file = new(path);
        if (followsLinks && file.LinkTarget is not null)
            file = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return new FileFacts((int)file.Attributes == -1 ? FileKind.None
            : file.LinkTarget is not null ? FileKind.Link
            : file.Attributes.HasFlag(FileAttributes.Directory) ? FileKind.Folder
            : FileKind.Regular);
    }

    /// <summary>Gets the facts about an open file.</summary>
    /// <exception cref="IOException">The system does not answer.</exception>
    public static FileFacts Of(SafeFileHandle file) => OperatingSystem.IsWindows() ? new FileFacts(FileKind.Regular) : Posix.Facts(file);

    /// <summary>True when both describe the same file.</summary>
    public bool IsSame(FileFacts other) =>
        OperatingSystem.IsWindows() ? Kind == other.Kind : Kind == other.Kind && Volume == other.Volume && Number == other.Number;

    /// <summary>The kind in words, with its article.</summary>
    public string Name => Kind switch
    {
        FileKind.Regular => "a file",
        FileKind.Folder => "a folder",
        FileKind.Link => "a symbolic link",
        FileKind.Device => "a device",
        FileKind.Disk => "a disk",
        FileKind.Pipe => "a pipe",
        FileKind.Socket => "a socket",
        _ => "nothing",
    };
}
