using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Transfer.Files;

/// <summary>A file that a command reads or writes.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Name">The flag or property that names it; null for none.</param>
internal readonly record struct NamedFile(string Path, string? Name = null)
{
    /// <summary>True for the folder of an OCI layout that is written, which need not have its marker yet.</summary>
    public bool IsLayout { get; init; }

    /// <summary>The file in a message.</summary>
    public override string ToString() => Name is null ? $"'{Path}'" : $"{Name} '{Path}'";
}

/// <summary>
/// Prevents the outputs of a command from replacing its inputs or one another, including the files that belong to them. Links are resolved,
/// so that two paths to the same file count as the same file.
/// </summary>
internal static class OutputConflicts
{
    /// <summary>How this system compares file names.</summary>
    public static StringComparison Names =>
        OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>Checks that no output is an input or another output.</summary>
    /// <param name="inputs">The files and folders to read.</param>
    /// <param name="outputs">The files and folders to write.</param>
    /// <param name="mayReplace">True if an input (first) may be replaced by an output; null if none may.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static void Check(
        IEnumerable<NamedFile> inputs, IEnumerable<NamedFile> outputs, Func<NamedFile, NamedFile, bool>? mayReplace = null)
    {
        Target[] read = [.. Targets(inputs)];
        Target[] owners = [.. read, .. InFolders(read)];
        List<Target> written = [];
        foreach (Target output in Targets(outputs))
        {
            if (Array.Find(read, input => input.IsSame(output) && mayReplace?.Invoke(input.File, output.File) != true) is { } replaced)
                throw Conflict(output.File, $"{output.File} would replace {replaced.File}, which is read.");
            if (Array.Find(owners, input => OwnedFiles.IsRead(input.File, input.RealPath, output.RealPath)) is { } owner)
                throw Conflict(output.File, $"{output.File} would replace a file of {owner.File}, which is read.");
            if (Array.Find(read, input => OwnedFiles.IsReplaced(output.File, output.RealPath, input.RealPath)) is { } inside)
                throw Conflict(output.File, $"{output.File} would replace the folder with {inside.File}, which is read.");
            if (written.Find(output.IsSame) is { } other)
                throw Conflict(output.File, $"{other.File} and {output.File} are the same file.");
            if (written.Find(output.IsOwned) is { } near)
                throw Conflict(output.File, $"{near.File} and {output.File} would write the same file.");
            written.Add(output);
        }
    }

    /// <summary>Checks one output that no flag or property names.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BaseIsOutput"/>.</exception>
    public static void Check(IEnumerable<string> inputs, string output) =>
        Check(inputs.Select(path => new NamedFile(path)), [new NamedFile(output)]);

    private static AirgapException Conflict(NamedFile output, string message) => new(
        ErrorCode.BaseIsOutput, message, output.Name is null ? "Write it under another name." : $"Name another file with {output.Name}.")
    { Location = new SourceLocation(output.Path) };

    // Parts may be in their own folder.
    private static IEnumerable<Target> InFolders(Target[] read) =>
        from folder in read.Where(input => Directory.Exists(input.RealPath))
        from input in read.Where(input => !Directory.Exists(input.RealPath))
        select new Target(input.File, Path.Combine(folder.RealPath, Path.GetFileName(input.RealPath)));

    // Writing to a stream replaces nothing.
    private static IEnumerable<Target> Targets(IEnumerable<NamedFile> files) =>
        files.Select(file => RealPath(file.Path) is { } path ? new Target(file, path) : null).OfType<Target>();

    // An invalid path is compared as written: the command that opens it reports the problem.
    private static string? RealPath(string path)
    {
        try
        {
            if (Directory.Exists(path))
                return OutputTarget.OfFolder(path).Path;
            OutputTarget target = OutputTarget.OfFile(path);
            return target.Kind == OutputKind.Stream ? null : target.Path;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException or ArgumentException)
        {
            return path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(path);
        }
    }

    private sealed record Target(NamedFile File, string RealPath)
    {
        /// <summary>True if one of the two files belongs to the other.</summary>
        public bool IsOwned(Target other) =>
            OwnedFiles.IsWritten(File, RealPath, other.RealPath) || OwnedFiles.IsWritten(other.File, other.RealPath, RealPath);

        // Several paths may lead to the same folder, and names that differ by case to the same file: on Linux, too, as on a USB drive.
        public bool IsSame(Target other)
        {
            if (RealPath.Equals(other.RealPath, Names))
                return true;
            string name = Path.GetFileName(RealPath);
            string another = Path.GetFileName(other.RealPath);
            if (OperatingSystem.IsWindows() || !name.Equals(another, StringComparison.OrdinalIgnoreCase))
                return false;
            return name.Equals(another, Names)
                ? IsOne(Path.GetDirectoryName(RealPath)!, Path.GetDirectoryName(other.RealPath)!)
                : IsOne(RealPath, other.RealPath);
        }

        private static bool IsOne(string path, string other)
        {
            FileFacts facts = FileFacts.Of(path, followsLinks: true);
            return facts.Kind is FileKind.Regular or FileKind.Folder && facts.IsSame(FileFacts.Of(other, followsLinks: true));
        }
    }
}
