namespace Airgap.Tool.Projects;

/// <summary>
/// The surrounding files that MSBuild reads for a project: the nearest of each name, and the files in parent folders
/// that they import.
/// </summary>
internal sealed class ProjectSurroundings
{
    private ProjectSurroundings(IReadOnlyList<(string Path, ProjectElement Root)> files, string? packages)
    {
        Files = files;
        PackagesFile = packages;
    }

    /// <summary>The nearest <c>Directory.Packages.props</c>; null for none.</summary>
    public string? PackagesFile { get; }

    /// <summary>The files with their roots.</summary>
    public IReadOnlyList<(string Path, ProjectElement Root)> Files { get; }

    /// <summary>All elements of the surrounding files.</summary>
    public IEnumerable<ProjectElement> Elements => Files.SelectMany(file => file.Root.SelfAndDescendants());

    /// <summary>Reads the files around a project.</summary>
    /// <param name="project">Full path of the project.</param>
    public static ProjectSurroundings Of(string project)
    {
        string folder = Path.GetDirectoryName(project)!;
        List<(string Path, ProjectElement Root)> packages = Chain(folder, "Directory.Packages.props");
        return new ProjectSurroundings(
            [.. Chain(folder, "Directory.Build.props"), .. Chain(folder, "Directory.Build.targets"), .. packages],
            packages is [(string nearest, _), ..] ? nearest : null);
    }

    /// <summary>True when the last element of that name has that text, ignoring case.</summary>
    public bool Says(string property, string value) =>
        Elements.LastOrDefault(element => element.Name == property)?.Text.Trim().Equals(value, StringComparison.OrdinalIgnoreCase) == true;

    // MSBuild reads only the nearest file, which may itself import the next one above.
    private static List<(string Path, ProjectElement Root)> Chain(string folder, string name)
    {
        List<(string Path, ProjectElement Root)> files = [];
        for (string? at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            string path = Path.Combine(at, name);
            if (!File.Exists(path))
                continue;
            ProjectElement root = ProjectElement.Parse(path, ProjectText.Read(path).Text);
            files.Add((path, root));
            if (!root.SelfAndDescendants()
                .Any(element => element.Name == "Import"
                    && element.Attributes.GetValueOrDefault("Project", "").Contains(name, StringComparison.OrdinalIgnoreCase)))
                break;
        }

        return files;
    }
}
