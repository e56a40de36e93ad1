using System.Collections.Immutable;
using Airgap.Evaluation;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;

namespace Airgap.Tool.Evaluation;

/// <summary>An evaluated project as the publisher takes it.</summary>
/// <param name="Items">The items, in declared order by type.</param>
/// <param name="Content">The bundle that the project makes of its content; null where it makes none, or a property of it is wrong.</param>
/// <param name="Settings">The properties.</param>
/// <param name="ArtifactList">The file in which the project's clean looks for what it removes; null when the project has no package that would look.</param>
/// <param name="Problems">Properties with values that are not allowed.</param>
/// <param name="Warnings">Properties given on the command line with names that mean nothing.</param>
internal sealed record ProjectItems(
    ImmutableArray<PublishItem> Items, ProducedContent? Content, PublishSettings Settings, string? ArtifactList, ImmutableArray<Diagnostic> Problems, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>Translates an evaluation.</summary>
    public static ProjectItems Of(EvaluationRequest request, EvaluatedProject project)
    {
        Dictionary<string, string> properties = new(project.Properties, StringComparer.OrdinalIgnoreCase);
        SourceLocation location = new(request.Project);
        string directory = properties["MSBuildProjectDirectory"];
        PublishSettings settings = PublishProperties.Read(directory, name => PropertyOf(properties, name), location, out ImmutableArray<Diagnostic> problems);
        ProducedContent? content = null;
        try
        {
            content = ContentItems.Read(project.Items, settings, properties["MSBuildProjectName"], properties.GetValueOrDefault("Version") ?? "", location);
        }
        catch (AirgapException e)
        {
            problems = problems.Add(e.ToDiagnostic());
        }

        return new ProjectItems(
            [.. project.Items.Where(item => item.Type is "ImgpkgBundle" or "ImgpkgImage" or "ImgpkgLock").Select(Item)],
            content,
            settings,
            ArtifactListOf(properties, directory),
            problems,
            PublishProperties.FindTypos(request.Properties.Keys, location));
    }

    private static PublishItem Item(EvaluatedItem item) => new(
        item.Type switch
        {
            "ImgpkgImage" => PublishItemKind.Image,
            "ImgpkgLock" => PublishItemKind.Lock,
            _ => PublishItemKind.Bundle,
        },
        item.Include,
        new Dictionary<string, string>(item.Metadata, StringComparer.OrdinalIgnoreCase),
        new SourceLocation(item.File, item.Line, item.Column));

    // The package's targets give the artifacts' folder its default; a project that is not restored has not imported them.
    private static string? PropertyOf(Dictionary<string, string> properties, string name) =>
        properties.GetValueOrDefault(name) is { Length: > 0 } value ? value
        : name == PropertyNames.OutputPath ? properties.GetValueOrDefault("OutputPath") + "airgap/"
        : null;

    private static string? ArtifactListOf(Dictionary<string, string> properties, string directory) =>
        properties.GetValueOrDefault("_AirgapArtifactList") is { Length: > 0 } name
            ? Path.GetFullPath((properties.GetValueOrDefault("_AirgapIntermediatePath") + name).Replace('\\', Path.DirectorySeparatorChar), directory)
            : null;
}
