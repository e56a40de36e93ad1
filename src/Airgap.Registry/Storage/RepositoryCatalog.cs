namespace Airgap.Registry.Storage;

/// <summary>The repositories there are.</summary>
internal sealed class RepositoryCatalog(StorageLayout layout)
{
    /// <summary>All names in ordinal order. A repository that so far has only uploads is none.</summary>
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

    // The folders that start with an underscore are the repositories' own, and deep: they are not walked into.
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
