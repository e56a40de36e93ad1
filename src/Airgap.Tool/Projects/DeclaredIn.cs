namespace Airgap.Tool.Projects;

/// <summary>The outcome of a declaration in a project.</summary>
/// <param name="File">The file that declares the item: the project, or a file around it that did before.</param>
/// <param name="Added">What was added to which file; empty when the files already contained everything.</param>
/// <param name="NamesDestination">True if the project, or a file around it, names a destination, so that a publish needs none.</param>
/// <param name="HasFrameworks">True if it has several target frameworks: <c>dotnet publish</c> refuses such a project.</param>
internal sealed record DeclaredIn(
    string File, IReadOnlyList<(string Path, string Added)> Added, bool NamesDestination, bool HasFrameworks)
{
    /// <summary>The command that relocates next.</summary>
    /// <param name="project">The project, as a shell takes it.</param>
    public string Next(string project) =>
        (HasFrameworks ? $"dotnet build {project} -c Release -t:PublishImgpkgBundles" : $"dotnet publish {project}")
        + (NamesDestination ? "" : " -p:AirgapRegistry=HOST/PATH");
}
