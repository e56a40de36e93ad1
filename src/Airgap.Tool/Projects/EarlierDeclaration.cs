using Airgap.Oci;
using Airgap.Oci.Naming;

namespace Airgap.Tool.Projects;

/// <summary>Finds what a project already declares: in its own file, or in those that MSBuild reads around it.</summary>
internal static class EarlierDeclaration
{
    private static readonly string[] s_itemNames = ["ImgpkgBundle", "ImgpkgImage"];

    /// <summary>True if an element sets one of the properties, on no condition.</summary>
    public static bool Sets(IEnumerable<ProjectElement> elements, params ReadOnlySpan<string> properties)
    {
        foreach (ProjectElement element in elements)
        {
            if (properties.Contains(element.Name) && !element.IsConditional && element.Text.Trim().Length > 0)
                return true;
        }

        return false;
    }

    /// <summary>Finds the item.</summary>
    /// <param name="wanted">The item.</param>
    /// <param name="project">Full path of the project.</param>
    /// <param name="root">The project's elements.</param>
    /// <param name="around">The files around it.</param>
    /// <returns>Its place; null if nothing declares it.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.AlreadyDeclared"/>: another item has the same destination.</exception>
    public static SourceLocation? Find(BundleDeclaration wanted, string project, ProjectElement root, ProjectSurroundings around)
    {
        // What a shared file declares on a condition may be meant for another project. If it is not, the build refuses the second item.
        foreach ((string path, ProjectElement element) in root.SelfAndDescendants().Select(element => (project, element))
            .Concat(around.Files.SelectMany(file => file.Root.SelfAndDescendants().Select(element => (file.Path, element)))
                .Where(found => !found.element.IsConditional)))
        {
            if (!s_itemNames.Contains(element.Name, StringComparer.OrdinalIgnoreCase))
                continue;
            foreach (string include in element.Attributes.GetValueOrDefault("Include", "").Split(';', StringSplitOptions.TrimEntries))
            {
                // Text with an MSBuild property or item is not a reference until it is evaluated.
                if (!ImageReference.TryParse(include, out ImageReference? declared, out _)
                    || declared.Repository != wanted.Include.Repository)
                    continue;
                SourceLocation place = new(path, element.Line);
                if (element.Name.Equals(wanted.ItemName, StringComparison.OrdinalIgnoreCase)
                    && (wanted.IsTagOurs || declared.Selector == wanted.Include.Selector))
                    return place;
                throw new AirgapException(
                    ErrorCode.AlreadyDeclared,
                    $"'{path}' already declares {element.Name} '{include}', which would have the same destination as {wanted.ItemName} " +
                    $"'{wanted.Include}'.",
                    "Change that item, or remove it first.")
                { Location = place, Reference = wanted.Include.ToString() };
            }
        }

        return null;
    }
}
