using Airgap.Oci.Files;

namespace Airgap.Registry.Storage;

/// <summary>
/// Distinguishes tags that the file system takes for one another: those of Windows and macOS ignore case, and some cut off a dot at the
/// end. One tag would silently move another.
/// </summary>
internal sealed class TagSpelling(StorageLayout layout)
{
    /// <summary>True when the folder that the system finds under a tag's name has exactly that name.</summary>
    public bool IsExact(string name, string tag) => Find(name, tag) == tag;

    /// <summary>The exact name of the folder that the system finds under a tag's name; null if there is none.</summary>
    public string? Find(string name, string tag)
    {
        if (!Directory.Exists(layout.Tag(name, tag)))
            return null;

        // Only where another spelling leads to a folder, too, are all tags looked at.
        if (!tag.EndsWith('.') && (Swap(tag) is var swapped && swapped == tag || !Directory.Exists(layout.Tag(name, swapped))))
            return tag;
        string? other = null;
        foreach (string folder in Directory.EnumerateDirectories(layout.Tags(name)))
        {
            string found = Path.GetFileName(folder);
            if (found == tag)
                return tag;
            if (found.Equals(tag, StringComparison.OrdinalIgnoreCase)
                || other is null && found.TrimEnd('.').Equals(tag.TrimEnd('.'), StringComparison.OrdinalIgnoreCase))
                other = found;
        }

        return other;
    }

    /// <summary>Finds out what the system makes of a new tag's name.</summary>
    /// <returns>Null if it keeps the name; else the name that it uses in its place.</returns>
    public string? Claim(string name, string tag)
    {
        if (!tag.EndsWith('.') && !layout.IgnoresCase)
            return null;
        string folder = layout.Tag(name, tag);
        bool isNew = !Directory.Exists(folder);
        DiskSync.Current.MakeFolder(folder);
        string? found = Find(name, tag);
        if (found == tag)
            return null;
        if (isNew)
            Directory.Delete(folder);
        return found ?? "another";
    }

    private static string Swap(string text) =>
        string.Concat(text.Select(static c => char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c)));
}
