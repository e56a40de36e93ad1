using System.Collections.Immutable;
using Airgap.Evaluation;
using Airgap.Oci;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;

namespace Airgap.Tool.Evaluation;

/// <summary>An evaluated project as the publisher takes it.</summary>
/// <param name="Items">The items, in declared order by type.</param>
/// <param name="Content">The bundle that the project makes from its content; null if it makes none, or one of its
/// properties is invalid.</param>
/// <param name="Settings">The properties.</param>
/// <param name="ArtifactList">The file that lists what the project's clean removes; null when the project does not
/// reference the package.</param>
/// <param name="Problems">Properties with invalid values.</param>
/// <param name="Warnings">Unknown names, and a destination without declared items.</param>
internal sealed record ProjectItems(
    ImmutableArray<PublishItem> Items, ProducedContent? Content, PublishSettings Settings, string? ArtifactList,
    ImmutableArray<Diagnostic> Problems, ImmutableArray<Diagnostic> Warnings)
{
    /// <summary>False for a project that a publish of its solution skips.</summary>
    public bool IsPublishable { get; init; } = true;

    /// <summary>True when the project declares an item or content.</summary>
    public bool HasItems { get; init; } = true;

    /// <summary>Translates an evaluation.</summary>
    /// <param name="request">The request.</param>
    /// <param name="project">The evaluation's result.</param>
    /// <param name="inSolution">True for one of several projects, not all of which need to declare something.</param>
    public static ProjectItems Of(EvaluationRequest request, EvaluatedProject project, bool inSolution)
    {
        Dictionary<string, string> properties = new(project.Properties, StringComparer.OrdinalIgnoreCase);
        SourceLocation location = new(request.Project);
        string directory = properties["MSBuildProjectDirectory"];
        PublishSettings settings =
            PublishProperties.Read(directory, name => PropertyOf(properties, name), location, out ImmutableArray<Diagnostic> problems);
        ProducedContent? content = null;
        try
        {
            content = ContentItems.Read(
                project.Items, settings, properties["MSBuildProjectName"], properties.GetValueOrDefault("Version") ?? "", location);
        }
        catch (AirgapException e)
        {
            problems = problems.Add(e.ToDiagnostic());
        }

        settings = settings with
        {
            ProjectName = properties["MSBuildProjectName"],
            Given = GivenOf(request, inSolution),
            SourceRepository = properties.GetValueOrDefault("RepositoryUrl") ?? "",
            SourceRevision = properties.GetValueOrDefault("SourceRevisionId") ?? "",
            Trust = [.. project.Items.Where(item => item.Type == "ImgpkgTrust")
                .Select(item => new TrustItem(
                    item.Include, new Dictionary<string, string>(item.Metadata, StringComparer.OrdinalIgnoreCase),
                    new SourceLocation(item.File, item.Line, item.Column)))],
        };
        ImmutableArray<PublishItem> items =
            [.. project.Items.Where(item => item.Type is "ImgpkgBundle" or "ImgpkgImage" or "ImgpkgLock").Select(Item)];
        ProjectText text = ProjectText.Read(request.Project, request.Properties);
        ProjectTypos slips = new(text, [.. request.Properties.Keys]);
        bool hasItems = project.Items.Any(item => item.Type != "ImgpkgTrust");
        problems = problems.AddRange(project.LostTrust.Select(
            lost => ProjectTypos.Lost(lost.Include, new SourceLocation(lost.File, lost.Line, lost.Column))))
            .AddRange(EmptyChecks.Find(request.Properties, location));
        List<Diagnostic> warnings = [.. PropertyTypos.Find(request.Properties.Keys, location), .. slips.Find(hasItems),
            .. new IdleItems(text, request.Project).Find([.. project.Items.Select(item => (item.Type, item.Include))])];
        if (!hasItems && (Publisher.HasDestination([], settings) || settings.BundleRepository.Length > 0)
            && slips.NothingDeclared(request.Project, publishesContainer: inSolution) is { } nothing)
            warnings.Add(nothing);
        return new ProjectItems(
            items,
            content,
            settings,
            ArtifactListOf(properties, directory),
            [.. problems.Select(slips.Locate)],
            [.. warnings])
        {
            HasItems = hasItems,
            IsPublishable = !string.Equals(properties.GetValueOrDefault("IsPublishable"), "false", StringComparison.OrdinalIgnoreCase),
        };
    }

    // MSBuild tells the projects of a solution of it in the same way.
    private static ImmutableDictionary<string, string> GivenOf(EvaluationRequest request, bool inSolution)
    {
        ImmutableDictionary<string, string> given = request.Properties.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);
        return inSolution ? given.SetItem(PropertyNames.OfSolution, request.Project) : given;
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

    // The package's targets set the default of the artifacts' folder; a project that is not restored has not imported
    // them.
    private static string? PropertyOf(Dictionary<string, string> properties, string name) =>
        properties.GetValueOrDefault(name) is { Length: > 0 } value ? value
        : name == PropertyNames.OutputPath ? properties.GetValueOrDefault("OutputPath") + "airgap/"
        : null;

    private static string? ArtifactListOf(Dictionary<string, string> properties, string directory) =>
        properties.GetValueOrDefault("_AirgapArtifactList") is { Length: > 0 } name
            ? Path.GetFullPath((properties.GetValueOrDefault("_AirgapIntermediatePath") + name)
                .Replace('\\', Path.DirectorySeparatorChar), directory)
            : null;
}
