using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Files;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Producing;

/// <summary>Reads the declared files, and validates their paths in the bundle.</summary>
internal sealed class BundleContentReader(string root, ImmutableArray<Diagnostic>.Builder problems)
{
    /// <summary>The folder that marks a bundle.</summary>
    public const string Folder = ".imgpkg";

    private readonly string _root = RealPath.Of(root);
    private readonly SortedDictionary<string, ContentFile> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);

    /// <summary>The valid files of the bundle, by their path there.</summary>
    public IReadOnlyDictionary<string, ContentFile> Read(IEnumerable<ContentFile> files)
    {
        foreach (ContentFile file in files)
        {
            if (Normalize(file) is { } path && IsGood(file))
                Add(path, file);
        }

        foreach (string folder in _files.Keys.Select(NestedFolder).OfType<string>().Distinct(StringComparer.Ordinal).ToArray())
        {
            ContentFile first = _files.First(pair => pair.Key.StartsWith(folder + "/", StringComparison.Ordinal)).Value;
            problems.Add(new Diagnostic(
                ErrorCode.SecondBundleFolder,
                $"The content has a second '{Folder}' directory, {folder}: a bundle has one, in its root.",
                "Make each bundle in its own project or folder, or omit the other directory.")
            { Location = first.Location ?? new SourceLocation(first.FullPath) });
        }

        return _files;
    }

    // A folder may not have the path of a file.
    private void Add(string path, ContentFile file)
    {
        if (_files.TryGetValue(path, out ContentFile? other) && other.FullPath == file.FullPath)
            return;
        string? taken = other is not null ? path
            : _folders.Contains(path) ? _files.Keys.First(key => key.StartsWith(path + "/", StringComparison.Ordinal))
            : FoldersOf(path).FirstOrDefault(_files.ContainsKey);
        if (taken is null)
        {
            _files.Add(path, file);
            _folders.UnionWith(FoldersOf(path));
            return;
        }

        problems.Add(new Diagnostic(
            ErrorCode.ConflictingDestination,
            $"'{file.FullPath}' and '{_files[taken].FullPath}' would both be {path} in the bundle.",
            "Give one of them another path (metadata TargetPath), or omit it.")
        { Location = file.Location ?? new SourceLocation(file.FullPath) });
    }

    private static IEnumerable<string> FoldersOf(string path)
    {
        for (int slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    private string? Normalize(ContentFile file)
    {
        string path = file.Path.Replace('\\', '/');
        string[] parts = [.. path.Split('/').Where(part => part != ".")];
        if (parts.Length > 0 && !parts.Contains("..") && parts.All(part => part.Length > 0)
            && !path.Contains(':', StringComparison.Ordinal))
            return string.Join('/', parts);
        problems.Add(Outside(file, $"The path '{file.Path}' of the content file '{file.FullPath}' leads out of the bundle.",
            "Give it a relative path without '..' (metadata TargetPath or Link)."));
        return null;
    }

    private bool IsGood(ContentFile file)
    {
        try
        {
            string real = RealPath.Of(file.FullPath);
            string folder = FolderOf(file);
            if (!RealPath.IsBelow(real, folder == root ? _root : RealPath.Of(folder)))
            {
                problems.Add(Outside(
                    file,
                    folder == root
                    ? $"The content file '{file.FullPath}' leads out of the project{(real == file.FullPath ? "" : $", to '{real}'")}."
                    : $"The content file '{file.FullPath}' leads out of '{folder}', to '{real}'.",
                    $"Copy it below '{folder}', so that the bundle contains only files from there."));
                return false;
            }

            FileInfo info = new(real);
            if (!info.Exists && !Directory.Exists(real))
                throw new FileNotFoundException(null, file.FullPath);
            if (info.Exists && SpecialFile.IsRegular(info))
                return true;
            problems.Add(new Diagnostic(
                ErrorCode.InvalidArgument, $"Expected file '{file.FullPath}' to be a regular file.",
                "Replace the link or special file by a file, or omit it.")
            { Location = file.Location });
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            problems.Add(IoFailures.Translate(e, file.FullPath).ToDiagnostic() with { Location = file.Location });
        }

        return false;
    }

    // A declared file may be outside the project, in a shared folder or one that a build writes to; its links must not
    // lead out of that folder.
    private string FolderOf(ContentFile file)
    {
        if (file.Location is null || RealPath.IsBelow(file.FullPath, root))
            return root;
        string folder = Path.GetDirectoryName(file.FullPath) ?? root;
        while (Path.GetDirectoryName(folder) is { } parent && parent != root && !RealPath.IsBelow(root, parent))
            folder = parent;
        return folder;
    }

    private static string? NestedFolder(string path)
    {
        int at = ("/" + path).IndexOf($"/{Folder}/", StringComparison.Ordinal);
        if (at == 0)
            at = path.IndexOf($"/{Folder}/", StringComparison.Ordinal) is >= 0 and int next ? next + 1 : 0;
        return at > 0 ? path[..(at + Folder.Length)] : null;
    }

    private static Diagnostic Outside(ContentFile file, string message, string advice) =>
        new(ErrorCode.ContentOutside, message, advice) { Location = file.Location ?? new SourceLocation(file.FullPath) };
}
