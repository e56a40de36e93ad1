using System.Globalization;

namespace Airgap.Oci.Files;

/// <summary>How an output is written.</summary>
internal enum OutputKind
{
    /// <summary>Nothing is there: a file is created.</summary>
    New,

    /// <summary>A regular file, which is replaced as a whole.</summary>
    File,

    /// <summary>A device, a pipe or an open file of this process, which is written directly.</summary>
    Stream,

    /// <summary>A folder.</summary>
    Folder,
}

/// <summary>
/// The target of an output, by the rule for all outputs: links are followed; a regular file is replaced atomically, a
/// missing one is created atomically; a device or pipe is written directly and never replaced; a disk, a socket, and a
/// folder instead of a file are refused.
/// </summary>
internal sealed class OutputTarget
{
    private const int MostLinks = 40;

    private OutputTarget(string path, OutputKind kind, FileFacts facts, int? descriptor = null)
    {
        Path = path;
        Kind = kind;
        Facts = facts;
        Descriptor = descriptor;
    }

    /// <summary>The full path, with links followed. Temporary files for it are created next to it.</summary>
    public string Path { get; }

    /// <summary>How it is written.</summary>
    public OutputKind Kind { get; }

    /// <summary>The facts about the existing file.</summary>
    public FileFacts Facts { get; }

    /// <summary>
    /// The open file of this process that the path refers to, such as <c>/dev/stdout</c>; null for none.
    /// </summary>
    public int? Descriptor { get; }

    /// <summary>Its folder.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path) ?? Path;

    /// <summary>Examines the target of a file that can be written as a stream.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>: a folder, a disk or a socket;
    /// <see cref="ErrorCode.ForeignFile"/>: another user's link in a folder that everyone may write to.</exception>
    /// <exception cref="IOException">It cannot be examined, or another file system exception.</exception>
    public static OutputTarget OfFile(string path)
    {
        OutputTarget target = Of(path);
        return target.Kind == OutputKind.Folder || System.IO.Path.EndsInDirectorySeparator(path)
            ? throw Unsuited(path, target, "is a folder", "Name a file.")
            : target;
    }

    /// <summary>Examines the target of a file that needs random access and is read again.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>: as for <see cref="OfFile"/>, and a device or a
    /// pipe.</exception>
    /// <exception cref="IOException">It cannot be examined, or another file system exception.</exception>
    public static OutputTarget OfWholeFile(string path)
    {
        OutputTarget target = OfFile(path);
        return target.Kind == OutputKind.Stream
            ? throw Unsuited(path, target, $"is {(target.Descriptor is null ? target.Facts.Name : "an open file of this process")}",
                "Name a file: an archive is written at several positions at once and appears when complete, which a stream does not " +
                "support.")
            : target;
    }

    /// <summary>Examines the target of a folder.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>: it is not a folder.</exception>
    /// <exception cref="IOException">It cannot be examined, or another file system exception.</exception>
    public static OutputTarget OfFolder(string path)
    {
        OutputTarget target = Of(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));
        return target.Kind is OutputKind.Folder or OutputKind.New
            ? target : throw Unsuited(path, target, $"is {target.Facts.Name}", "Name a folder.");
    }

    private static OutputTarget Of(string path)
    {
        string place = System.IO.Path.GetFullPath(path);
        for (int links = 0; ; links++)
        {
            if (DescriptorOf(place) is { } descriptor)
                return new OutputTarget(place, OutputKind.Stream, FileFacts.Of(place, followsLinks: true), descriptor);
            FileFacts facts = FileFacts.Of(place, followsLinks: false);
            switch (facts.Kind)
            {
                case FileKind.None:
                    return OfNothing(path, place);
                case FileKind.Regular:
                    return new OutputTarget(place, IsOfKernel(place) ? OutputKind.Stream : OutputKind.File, facts);
                case FileKind.Folder:
                    return new OutputTarget(place, OutputKind.Folder, facts);
                case FileKind.Device or FileKind.Pipe:
                    return new OutputTarget(place, OutputKind.Stream, facts);
                case FileKind.Link when links < MostLinks:
                    if (IsOfKernel(place))
                        return OfOpenFile(path, place);
                    place = Follow(place, facts);
                    break;
                case FileKind.Link:
                    throw new IOException($"The links of '{path}' form a circle.");
                default:
                    throw Unsuited(path, new OutputTarget(place, OutputKind.New, facts), $"is {facts.Name}", "Name a file.");
            }
        }
    }

    private static OutputTarget OfNothing(string path, string place)
    {
        // Missing parent folders can be created if their own parent is a folder.
        for (string? above = System.IO.Path.GetDirectoryName(place); above is not null; above = System.IO.Path.GetDirectoryName(above))
        {
            FileFacts facts = FileFacts.Of(above, followsLinks: true);
            if (facts.Kind == FileKind.None)
                continue;
            return facts.Kind == FileKind.Folder
                ? new OutputTarget(place, OutputKind.New, default)
                : throw Unsuited(path, new OutputTarget(above, OutputKind.New, facts), $"is {facts.Name}", "Name another path.");
        }

        return new OutputTarget(place, OutputKind.New, default);
    }

    // The links in /proc/PID/fd lead to open files, and their text is not a path.
    private static OutputTarget OfOpenFile(string path, string place)
    {
        FileFacts facts = FileFacts.Of(place, followsLinks: true);
        OutputTarget target = new(place, facts.Kind == FileKind.Folder ? OutputKind.Folder : OutputKind.Stream, facts);
        return facts.Kind is FileKind.None or FileKind.Disk or FileKind.Socket
            ? throw Unsuited(path, target, $"is {facts.Name}", "Name a file.") : target;
    }

    private static string Follow(string link, FileFacts facts)
    {
        string folder = System.IO.Path.GetDirectoryName(link)!;
        if (!OperatingSystem.IsWindows())
        {
            // As in the system's own protection: in a folder that everyone may write to, another user's link can lead
            // anywhere.
            FileFacts parent = FileFacts.Of(folder, followsLinks: true);
            if (parent.Mode.HasFlag(UnixFileMode.StickyBit | UnixFileMode.OtherWrite) && facts.Owner != parent.Owner
                && facts.Owner != Posix.User)
                throw new UnsafeFileException(
                    link, $"is a link of another user (uid {facts.Owner}) in a folder that everyone may write to");
        }

        string target = new FileInfo(link).LinkTarget ?? throw new FileNotFoundException($"'{link}' is gone.", link);
        // '..' in it is relative to the real location of the link's folder.
        return System.IO.Path.GetFullPath(target, target.Contains("..", StringComparison.Ordinal) ? RealFolder(folder, 0) : folder);
    }

    private static string RealFolder(string folder, int links)
    {
        if (System.IO.Path.GetDirectoryName(folder) is not { } parent)
            return folder;
        string place = System.IO.Path.Combine(RealFolder(parent, links), System.IO.Path.GetFileName(folder));
        if (new FileInfo(place).LinkTarget is not { } target)
            return place;
        return links < MostLinks ? RealFolder(System.IO.Path.GetFullPath(target, System.IO.Path.GetDirectoryName(place)!), links + 1)
            : throw new IOException($"The links of '{folder}' form a circle.");
    }

    private static int? DescriptorOf(string path)
    {
        if (OperatingSystem.IsWindows())
            return null;
        string[] folders = ["/dev/fd/", "/proc/self/fd/",
            string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/")];
        return folders.FirstOrDefault(folder => path.StartsWith(folder, StringComparison.Ordinal)) is { } found
            && int.TryParse(path.AsSpan(found.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor)
            ? descriptor
            : OperatingSystem.IsMacOS() && path is "/dev/stdout" ? 1
            : OperatingSystem.IsMacOS() && path is "/dev/stderr" ? 2
            : null;
    }

    private static bool IsOfKernel(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal);

    private static AirgapException Unsuited(string path, OutputTarget target, string why, string advice) => new(
        ErrorCode.OutputUnsuited,
        "Nothing can be written to " +
        $"'{path}': {(target.Path == System.IO.Path.GetFullPath(path) ? "it" : $"'{target.Path}', to which it leads,")} {why}.",
        advice)
    { Location = new SourceLocation(path) };
}
