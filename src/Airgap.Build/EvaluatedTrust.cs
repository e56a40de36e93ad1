using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Airgap.Evaluation;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;

namespace Airgap.Build;

/// <summary>
/// A project's trust rules as written in the project. MSBuild passes to a task what it makes of a location such as
/// <c>registry.vendor.com/**</c>, which is nothing, or files: the project is evaluated once more, for the rules alone.
/// </summary>
/// <param name="Items">The rules whose places are patterns, and those that are named like an expansion.</param>
/// <param name="Expansions">The files that MSBuild took for rules.</param>
/// <param name="Lost">The patterns that targets include, which nothing brings back.</param>
internal sealed record EvaluatedTrust(
    ImmutableArray<TrustItem> Items, IReadOnlySet<string> Expansions, ImmutableArray<(string Include, SourceLocation Place)> Lost)
{
    private const string Type = "ImgpkgTrust";

    /// <summary>Evaluates. Apart, so that nothing else needs the assembly, which is MSBuild's own.</summary>
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
