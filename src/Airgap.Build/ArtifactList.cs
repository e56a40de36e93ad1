using Airgap.Transfer.Publishing;

namespace Airgap.Build;

/// <summary>Remembers which files a clean has to remove: those of this run and of earlier ones, wherever they were written.</summary>
/// <param name="path">Full path of the list.</param>
internal sealed class ArtifactList(string path)
{
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);

    /// <summary>Takes an artifact. An archive is the user's and stays.</summary>
    public void Add(PublishedFile file)
    {
        if (file.Kind != PublishedFileKind.Archive)
            _files.Add(file.Path);
    }

    /// <summary>Writes the list, if it has become longer.</summary>
    public void Save()
    {
        if (_files.Count == 0)
            return;
        string[] known = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (_files.IsSubsetOf(known))
            return;
        _files.UnionWith(known);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string partial = $"{path}.{Path.GetRandomFileName()}.partial";
        File.WriteAllLines(partial, _files);
        File.Move(partial, path, overwrite: true);
    }
}
