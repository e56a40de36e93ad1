
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Artifacts;

/// <summary>Remembers which files a project's clean has to remove: those of this run and of earlier ones, wherever they were written.</summary>
/// <param name="path">Full path of the list; null to keep none.</param>
public sealed class PublishedFileList(string? path)
{
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Takes an artifact. An archive is the user's and stays.</summary>
    public void Add(PublishedFile file)
    {
        if (file.Kind != PublishedFileKind.Archive)
            _files.Add(file.Path);
    }

    /// <summary>Writes the list, if it has become longer.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AccessDenied"/>, <see cref="ErrorCode.DiskFull"/>, <see cref="ErrorCode.FileFailure"/>.</exception>
    public void Save()
    {
        if (path is null || _files.Count == 0)
            return;
        try
        {
            string[] known = File.Exists(path) ? File.ReadAllLines(path) : [];
            if (_files.IsSubsetOf(known))
                return;
            _files.UnionWith(known);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string partial = $"{path}.{Path.GetRandomFileName()}.partial";
            File.WriteAllLines(partial, _files);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }
}
