using System.Text.RegularExpressions;

namespace Airgap.Transfer.Files;

/// <summary>
/// The files that belong to a file or folder named in a command: the parts of an archive with their list and checksums, a signature,
/// an unfinished archive; the index and the blobs of an OCI layout.
/// </summary>
internal static partial class OwnedFiles
{
    private const string LayoutFile = "oci-layout";
    private const string Signature = ".sigstore.json";

    /// <summary>True if a path is a file that is read together with an input; outside layouts, only an existing file.</summary>
    /// <param name="input">The input.</param>
    /// <param name="inputPath">Its real path.</param>
    /// <param name="path">The real path.</param>
    public static bool IsRead(NamedFile input, string inputPath, string path)
    {
        if (IsLayout(input))
            return IsInLayout(inputPath, path);
        if (!File.Exists(path) || Directory.Exists(inputPath))
            return false;

        // If the whole archive exists, its parts are not read.
        string suffix = SuffixOf(inputPath, path, out bool isOfParts);
        return suffix == Signature || (Part().IsMatch(suffix) && (isOfParts || !File.Exists(inputPath)));
    }

    /// <summary>True if a path is a file that is written together with an output.</summary>
    /// <param name="output">The output.</param>
    /// <param name="outputPath">Its real path.</param>
    /// <param name="path">The real path.</param>
    public static bool IsWritten(NamedFile output, string outputPath, string path)
    {
        if (IsLayout(output))
            return IsInLayout(outputPath, path);
        string suffix = SuffixOf(outputPath, path, out _);
        return suffix == Signature || Part().IsMatch(suffix) || suffix == ".partial";
    }

    /// <summary>True if an output is a folder that is replaced with all its content, and a path is in it.</summary>
    /// <param name="output">The output.</param>
    /// <param name="outputPath">Its real path.</param>
    /// <param name="path">The real path.</param>
    public static bool IsReplaced(NamedFile output, string outputPath, string path) =>
        Directory.Exists(outputPath) && !IsLayout(output) && Inside(outputPath, path) is not null;

    private static bool IsLayout(NamedFile file) =>
        Directory.Exists(file.Path) && (file.IsLayout || File.Exists(Path.Combine(file.Path, LayoutFile)));

    private static bool IsInLayout(string folder, string path) =>
        Inside(folder, path) is { } name
            && (name is "index.json" or LayoutFile || name.StartsWith($"blobs{Path.DirectorySeparatorChar}", OutputConflicts.Names));

    private static string? Inside(string folder, string path)
    {
        string start = Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar;
        return path.StartsWith(start, OutputConflicts.Names) ? path[start.Length..] : null;
    }

    // The part of the path after the archive's name; empty for a path that does not begin with it.
    private static string SuffixOf(string owner, string path, out bool isOfParts)
    {
        string archive = Ending().Replace(owner, "");
        isOfParts = archive.Length < owner.Length;
        return path.StartsWith(archive, OutputConflicts.Names) ? path[archive.Length..] : "";
    }

    [GeneratedRegex(@"(\.[0-9]{3,}|\.parts\.json|\.sha256)(\.sigstore\.json)?\z")]
    private static partial Regex Ending();

    [GeneratedRegex(@"\A(\.[0-9]{3,}|\.parts\.json|\.sha256)(\.sigstore\.json)?\z")]
    private static partial Regex Part();
}
