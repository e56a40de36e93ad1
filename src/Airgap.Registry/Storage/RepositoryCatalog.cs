namespace Airgap.Registry.Storage;

/// <summary>Lists the repositories.</summary>
internal sealed class RepositoryCatalog(StorageLayout layout)
{
    /// <summary>All names in ordinal order. A repository that has only uploads does not count.</summary>
    public List<string> List()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string folder in SpecialFolders())
        {
            if (Path.GetFileName(folder) is "_layers" or "_manifests")
                names.Add(NameOf(folder));
        }

        return [.. names];
    }

    /// <summary>The repository that a special folder belongs to.</summary>
    public string NameOf(string folder) =>
        Path.GetRelativePath(layout.Repositories, Path.GetDirectoryName(folder)!).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>The folders with that name, such as <c>_uploads</c>, of all repositories.</summary>
    public IEnumerable<string> FoldersNamed(string name) => SpecialFolders().Where(folder => Path.GetFileName(folder) == name);

    private IEnumerable<string> SpecialFolders() => Directory.Exists(layout.Repositories) ? Walk(layout.Repositories) : [];

    // Folders that start with an underscore belong to a repository and are deep: they are not searched.
    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (Path.GetFileName(child).StartsWith('_'))
            {
                yield return child;
                continue;
            }

            foreach (string found in Walk(child))
                yield return found;
        }
    }
}
