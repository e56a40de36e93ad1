using Microsoft.Build.Construction;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Execution;

namespace Airgap.Evaluation;

/// <summary>
/// Items that do not name files. MSBuild takes a <c>*</c> or <c>?</c> in every Include as a file pattern: without a
/// matching file, the item is silently omitted; otherwise it becomes that file. Here it is kept as it is.
/// </summary>
internal static class LiteralItems
{
    /// <summary>
    /// The load settings of a project for <see cref="Keep"/>: they record the evaluated elements, which would otherwise require another
    /// evaluation.
    /// </summary>
    public const ProjectLoadSettings LoadSettings = ProjectLoadSettings.RecordEvaluatedItemElements;

    /// <summary>Evaluates a project again, only in memory, if items of a type are written as patterns.</summary>
    /// <param name="project">The project; its files are not touched.</param>
    /// <param name="type">The type of the items.</param>
    /// <param name="expansions">The files to which MSBuild expanded the patterns.</param>
    /// <returns>The elements with patterns; empty if there are none, and nothing was evaluated again.</returns>
    public static HashSet<ProjectItemElement> Keep(Project project, string type, out HashSet<string> expansions)
    {
        HashSet<ProjectItemElement> elements = [.. project.GetAllGlobs(type).Select(glob => glob.ItemElement)];
        expansions = new HashSet<string>(
            project.GetItems(type).Where(item => elements.Contains(item.Xml)).Select(item => item.EvaluatedInclude),
            StringComparer.OrdinalIgnoreCase);
        foreach (ProjectItemElement element in elements)
            element.Include = Escape(project.ExpandString(element.Include));
        if (elements.Count > 0)
            project.ReevaluateIfNecessary();
        return elements;
    }

    /// <summary>The patterns that targets include, which MSBuild expands while it builds.</summary>
    public static IEnumerable<(string Include, ElementLocation Place)> InTargets(Project project, string type) => project.Targets.Values
        .SelectMany(target => target.Children).OfType<ProjectItemGroupTaskInstance>().SelectMany(group => group.Items)
        .Where(item => item.ItemType.Equals(type, StringComparison.OrdinalIgnoreCase))
        .Select(item => (Include: project.ExpandString(item.Include), item.Location))
        .Where(item => item.Include.AsSpan().ContainsAny('*', '?'));

    private static string Escape(string include) =>
        include.Replace("*", "%2A", StringComparison.Ordinal).Replace("?", "%3F", StringComparison.Ordinal);
}
