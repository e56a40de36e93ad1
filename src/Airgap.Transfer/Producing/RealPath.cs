namespace Airgap.Transfer.Producing;

/// <summary>Paths with all links resolved, to detect paths that lead out of a folder.</summary>
internal static class RealPath
{
    private const int MaxLinks = 40;

    /// <summary>The path without links; parts that do not exist are kept.</summary>
    /// <exception cref="IOException">The links form a circle.</exception>
    public static string Of(string path) => Resolve(Path.GetFullPath(path), 0);

    /// <summary>True when a real path is below a real folder.</summary>
    public static bool IsBelow(string path, string folder)
    {
        string relative = Path.GetRelativePath(folder, path);
        return relative != "." && relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && !Path.IsPathRooted(relative);
    }

    private static string Resolve(string path, int links)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        string place = Path.Combine(Resolve(parent, links), Path.GetFileName(path));
        if (new FileInfo(place).LinkTarget is not { } target)
            return place;
        if (links == MaxLinks)
            throw new IOException($"the links of '{path}' form a circle");
        return Resolve(Path.GetFullPath(target, Path.GetDirectoryName(place)!), links + 1);
    }
}
