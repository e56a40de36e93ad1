using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Tool.Evaluation;

namespace Airgap.Tool.Projects;

/// <summary>An item to declare in a project.</summary>
/// <param name="ItemName"><c>ImgpkgBundle</c> or <c>ImgpkgImage</c>.</param>
/// <param name="Include">The item's reference.</param>
/// <param name="PackageRepository">The metadata of that name; null for none.</param>
/// <param name="IsTagOurs">True when the user gave no tag, so that a tag already in the project is accepted.</param>
internal sealed record BundleDeclaration(string ItemName, ImageReference Include, string? PackageRepository, bool IsTagOurs)
{
    /// <summary>The package whose targets read the item.</summary>
    public const string Package = "Airgap.Build";

    /// <summary>Refuses by its name alone a file that holds no items, before anything is asked.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="version">The package's version.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.UneditableProject"/>.</exception>
    public static void RequireProject(string path, string version)
    {
        (string What, string Advice)? other =
            SolutionProjects.Is(path) ? ("a solution, which declares no items", "Name one of its projects.")
            : Path.GetExtension(path).Equals(".cs", StringComparison.OrdinalIgnoreCase)
                ? ("a file-based app, whose file declares no items",
                    $"Write '#:package {Package}@{version}' into it, and the item into a Directory.Build.props beside it.")
            : null;
        if (other is { } it)
            throw new AirgapException(ErrorCode.UneditableProject, $"'{path}' is {it.What}.", it.Advice)
            {
                Location = new SourceLocation(path),
            };
    }

    /// <summary>Declares it in a project, and adds the package reference if missing.</summary>
    /// <param name="project">Full path of the project file.</param>
    /// <param name="version">The package's version.</param>
    /// <param name="cancellationToken">Cancels the work; every file is then unchanged or complete.</param>
    /// <returns>What was added to which file, and what else the project tells.</returns>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.UneditableProject"/>, <see cref="ErrorCode.AlreadyDeclared"/>, or a 3xxx code of a file.
    /// </exception>
    public async Task<DeclaredIn> AddToAsync(string project, string version, CancellationToken cancellationToken)
    {
        ProjectText file = ProjectText.Read(project);
        ProjectEditor editor = new(file);
        RequireSdk(project, editor.Root);
        ProjectSurroundings around = ProjectSurroundings.Of(project);
        List<(string Path, string Added)> added = [];

        SourceLocation? earlier = EarlierDeclaration.Find(this, project, editor.Root, around);
        ProjectElement[] all = [.. editor.Root.SelfAndDescendants(), .. around.Elements];
        if (!Has(all, "PackageReference", Package) && !Has(all, "GlobalPackageReference", Package))
        {
            bool isCentral = IsCentral(editor.Root, around);
            if (isCentral && !Has(around.Elements, "PackageVersion", Package))
                added.Add(await AddVersionAsync(around.PackagesFile!, version, cancellationToken));
            string reference = ProjectEditor.Item(
                "PackageReference", ("Include", Package), ("Version", isCentral ? null : version), ("PrivateAssets", "all"));
            editor.Add("PackageReference", reference);
            added.Add((project, reference));
        }

        if (earlier is null)
        {
            string item = ProjectEditor.Item(ItemName, ("Include", Include.ToString()), ("PackageRepository", PackageRepository));
            editor.Add(ItemName, item);
            added.Add((project, item));
        }

        if (editor.IsChanged)
            await file.WriteAsync(editor.Text, cancellationToken);
        return new DeclaredIn(
            earlier?.File ?? project, added, EarlierDeclaration.Sets(all, "AirgapRegistry", "AirgapArchive"),
            EarlierDeclaration.Sets(all, "TargetFrameworks"));
    }

    private static async Task<(string Path, string Added)> AddVersionAsync(string path, string version, CancellationToken cancellationToken)
    {
        ProjectText file = ProjectText.Read(path);
        ProjectEditor editor = new(file);
        string item = ProjectEditor.Item("PackageVersion", ("Include", Package), ("Version", version));
        editor.Add("PackageVersion", item);
        await file.WriteAsync(editor.Text, cancellationToken);
        return (path, item);
    }

    private static void RequireSdk(string project, ProjectElement root)
    {
        bool hasSdk = root.Attributes.ContainsKey("Sdk")
            || root.Children.Exists(child => child.Name == "Sdk" || (child.Name == "Import" && child.Attributes.ContainsKey("Sdk")));
        if (root.Name != "Project" || !hasSdk)
        {
            throw new AirgapException(
                ErrorCode.UneditableProject,
                root.Name == "Project" ? $"'{project}' uses no SDK, so it has no publish target that could relocate bundles."
                : $"'{project}' is not a project: its root element is {root.Name}.",
                "Give a project whose root element is <Project Sdk=\"…\">.")
            { Location = new SourceLocation(project, root.Line) };
        }
    }

    // Package versions are central if a surrounding file enables that and the project does not disable it.
    private static bool IsCentral(ProjectElement root, ProjectSurroundings around)
    {
        const string Switch = "ManagePackageVersionsCentrally";
        string? own = root.SelfAndDescendants().LastOrDefault(element => element.Name == Switch)?.Text.Trim();
        return around.PackagesFile is not null
            && (own is null ? around.Says(Switch, "true") : own.Equals("true", StringComparison.OrdinalIgnoreCase));
    }

    private static bool Has(IEnumerable<ProjectElement> elements, string item, string package) => elements.Any(element =>
        element.Name == item
        && (element.Attributes.GetValueOrDefault("Include") ?? element.Attributes.GetValueOrDefault("Update") ?? "")
            .Split(';', StringSplitOptions.TrimEntries)
            .Contains(package, StringComparer.OrdinalIgnoreCase));
}
