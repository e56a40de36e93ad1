using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Airgap.Evaluation;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;

namespace Airgap.Build;

/// <summary>
/// A project's trust rules as written in the project. MSBuild expands a location such as <c>registry.vendor.com/**</c> to the files that
/// match, often none, before it passes the items to a task. So the project is evaluated once more, only for the rules.
/// </summary>
/// <param name="Items">The rules whose locations are patterns, and those with the same name as an expansion.</param>
/// <param name="Expansions">The files that MSBuild expanded the patterns to.</param>
/// <param name="Lost">The patterns that targets include, which an evaluation cannot restore.</param>
internal sealed record EvaluatedTrust(
    ImmutableArray<TrustItem> Items, IReadOnlySet<string> Expansions, ImmutableArray<(string Include, SourceLocation Place)> Lost)
{
    private const string Type = "ImgpkgTrust";

    /// <summary>Evaluates the project. Not inlined, so that only this method loads MSBuild's assembly.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static EvaluatedTrust Read(string projectFile, IReadOnlyDictionary<string, string> globals)
    {
        using ProjectCollection collection = new();
        ProjectRootElement root = FileBasedApp.Is(projectFile)
            ? FileBasedApp.Read(projectFile, collection) : ProjectRootElement.Open(projectFile, collection);
        Project project = new(
            root, globals.ToDictionary(pair => pair.Key, pair => pair.Value), toolsVersion: null, collection, LiteralItems.LoadSettings);
        HashSet<ProjectItemElement> elements = LiteralItems.Keep(project, Type, out HashSet<string> expansions);
        return new EvaluatedTrust(
            [.. project.GetItems(Type).Where(item => elements.Contains(item.Xml) || expansions.Contains(item.EvaluatedInclude))
                .Select(ItemOf)],
            expansions,
            [.. LiteralItems.InTargets(project, Type).Select(lost => (lost.Include, PlaceOf(lost.Place)))]);
    }

    /// <summary>The rules of a project: those that a task received, except files, and those written as patterns.</summary>
    public ImmutableArray<TrustItem> Mend(ImmutableArray<TrustItem> given) =>
        [.. given.Where(item => !Expansions.Contains(item.Include)), .. Items];

    private static TrustItem ItemOf(ProjectItem item) => new(
        item.EvaluatedInclude,
        item.Metadata.ToDictionary(entry => entry.Name, entry => entry.EvaluatedValue, StringComparer.OrdinalIgnoreCase),
        PlaceOf(item.Xml.IncludeLocation ?? item.Xml.Location));

    private static SourceLocation PlaceOf(ElementLocation place) => new(place.File, place.Line, place.Column);
}
