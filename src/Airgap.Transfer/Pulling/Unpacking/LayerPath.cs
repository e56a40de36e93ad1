using System.Text;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Pulling.Unpacking;

/// <summary>The name of an entry as a path below the output folder: segments that cannot lead out of it.</summary>
internal static class LayerPath
{
    /// <summary>The marker for removing something of a lower layer.</summary>
    private const string Whiteout = ".wh.";

    /// <summary>The marker for a folder whose content in lower layers is removed.</summary>
    private const string OpaqueMark = ".wh..wh..opq";

    /// <summary>The maximum length of a path in bytes, as in Linux.</summary>
    public const int MaxBytes = 4096;

    /// <summary>The advice for a layer that only this system cannot hold.</summary>
    public const string OnLinux = "Pull it on Linux, whose file systems hold such names.";

    /// <summary>The maximum depth of a path.</summary>
    public const int MaxLevels = 255;

    /// <summary>
    /// Reads a name. A leading <c>/</c> means the image's root, as in container runtimes, and <c>.</c> the current
    /// folder.
    /// </summary>
    /// <returns>Segments joined by <c>/</c>; empty for the output folder itself.</returns>
    /// <exception cref="LayerException">The name leads out, is too long or too deep, or is not valid here; the message
    /// is the end of a sentence.</exception>
    public static string Parse(string name)
    {
        if (name.Length > MaxBytes || Encoding.UTF8.GetByteCount(name) > MaxBytes)
            throw new LayerException($"the name of its entry '{Printable(name)}' has more than {MaxBytes} bytes");
        List<string> segments = [];
        foreach (string segment in name.Split('/'))
        {
            if (segment is "" or ".")
                continue;
            if (segment == ".." || segment.Contains('\0'))
                throw new LayerException($"its entry '{Printable(name)}' leads out of the folder");
            if (OperatingSystem.IsWindows() && !WindowsName.IsOne(segment))
                throw new LayerException($"its entry '{Printable(name)}' has a name that Windows does not allow", OnLinux);
            segments.Add(segment);
        }

        return segments.Count <= MaxLevels
            ? string.Join('/', segments)
            : throw new LayerException($"its entry '{Printable(name)}' is more than {MaxLevels} levels deep");
    }

    /// <summary>The folder of a path; empty for the output folder.</summary>
    public static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";

    /// <summary>Determines whether a path marks a removal, and of what.</summary>
    /// <param name="path">A result of <see cref="Parse"/>.</param>
    /// <param name="target">The removed path; for an opaque marker the folder.</param>
    /// <exception cref="LayerException">It marks something outside.</exception>
    public static WhiteoutKind WhiteoutOf(string path, out string target)
    {
        int slash = path.LastIndexOf('/');
        string folder = slash < 0 ? "" : path[..slash];
        string name = path[(slash + 1)..];
        target = folder;
        if (name == OpaqueMark)
            return WhiteoutKind.Opaque;
        if (!name.StartsWith(Whiteout, StringComparison.Ordinal))
            return WhiteoutKind.None;

        // Other names with two marks are metadata of a file system, and are ignored.
        string removed = name[Whiteout.Length..];
        if (removed.StartsWith(Whiteout, StringComparison.Ordinal))
            return WhiteoutKind.Ignored;
        if (removed is "" or "." or "..")
            throw new LayerException($"its entry '{Printable(path)}' removes content outside its folder");
        target = folder.Length == 0 ? removed : $"{folder}/{removed}";
        return WhiteoutKind.Single;
    }

    /// <summary>A name for a message, on one line.</summary>
    internal static string Printable(string name)
    {
        const int most = 120;
        string line = string.Concat(name.Take(most).Select(c => char.IsControl(c) ? '?' : c));
        return name.Length > most ? line + "…" : line;
    }
}

/// <summary>The kind of removal by an entry.</summary>
internal enum WhiteoutKind
{
    /// <summary>None: the entry is content.</summary>
    None,

    /// <summary>One file or folder.</summary>
    Single,

    /// <summary>All content of lower layers in a folder.</summary>
    Opaque,

    /// <summary>None, and the entry is not content either: it is ignored.</summary>
    Ignored,
}
