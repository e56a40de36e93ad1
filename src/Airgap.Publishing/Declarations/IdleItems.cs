using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// Finds the elements of a project's text that change or remove no item, which MSBuild does not tell: an <c>Update</c> whose item has
/// another tag by now would lose its metadata in silence.
/// </summary>
/// <param name="text">The project's text.</param>
/// <param name="projectFile">The project.</param>
internal sealed class IdleItems(ProjectText text, string projectFile)
{
    // The items that are files are compared by their paths.
    private static readonly string[] s_files = ["ImgpkgLock", "ImgpkgBundleContent"];

    /// <summary>The warnings.</summary>
    /// <param name="items">The project's items: their types and Includes.</param>
    public IEnumerable<Diagnostic> Find(IReadOnlyCollection<(string Type, string Include)> items)
    {
        foreach (ProjectText.Element element in text.Items.Where(element => IsReference(element.Name)))
        {
            foreach (string part in Parts(element.Remove).Where(IsNever))
                yield return Never("Remove", part, element);
            foreach (string part in Parts(element.Update))
            {
                if (IsNever(part))
                    yield return Never("Update", part, element);
                else if (IsEarly(element))
                    yield return Early(part, element);
                else if (IsLiteral(part) && MatchesNothing(element, part, items))
                    yield return Idle(part, element);
            }
        }
    }

    // To MSBuild, a pattern with a colon after its second character is no path, and matches nothing.
    private static bool IsNever(string part) => part.AsSpan().ContainsAny('*', '?') && !part.AsSpan().ContainsAny("$@%")
        && part.LastIndexOf(':') > 1;

    // MSBuild reads the files in this order, and an Update changes the items before it.
    private bool IsEarly(ProjectText.Element element)
    {
        ProjectText.Element[] declared = [.. text.Items.Where(other => Is(other.Name, element) && other.Value.Length > 0)];
        return declared.Length > 0 && declared.All(other => PlaceOf(other).CompareTo(PlaceOf(element)) > 0)
            && !text.Importers.Any(file => RankOf(file) <= RankOf(element.Place.File));
    }

    private static (int File, int Line, int Column) PlaceOf(ProjectText.Element element) =>
        (RankOf(element.Place.File), element.Place.Line, element.Place.Column);

    private static int RankOf(string file) => Path.GetFileName(file) switch
    {
        "Directory.Build.props" => 0,
        "Directory.Packages.props" => 1,
        "Directory.Build.targets" => 4,
        string name => name.EndsWith(ProjectText.UserEnd, StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(PublishProfile.End, StringComparison.OrdinalIgnoreCase) ? 3 : 2,
    };

    // Other files are shared, and may mean the items of other projects.
    private bool MatchesNothing(ProjectText.Element element, string part, IReadOnlyCollection<(string Type, string Include)> items) =>
        !element.IsConditional && element.Place.File == projectFile
        && !items.Any(item => Is(item.Type, element) && Same(item.Include, part))
        // An item that a condition leaves out in this build, or that another element removes.
        && !text.Items.Any(other => Is(other.Name, element)
            && ((other.IsConditional && other.Value.Length > 0) || Parts(other.Remove).Any(gone => !IsLiteral(gone) || Same(gone, part))))
        && !text.HasTargetBefore("PublishImgpkgBundles");

    private static bool IsReference(string type) =>
        ProjectTypos.IsOurs(type) && !s_files.Contains(type, StringComparer.OrdinalIgnoreCase);

    private static bool Is(string type, ProjectText.Element element) => type.Equals(element.Name, StringComparison.OrdinalIgnoreCase);

    // As MSBuild compares them.
    private static bool Same(string one, string other) =>
        one.Replace('\\', '/').Equals(other.Replace('\\', '/'), StringComparison.OrdinalIgnoreCase);

    private static string[] Parts(string list) =>
        list.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool IsLiteral(string part) => !part.AsSpan().ContainsAny("*?$@%");

    private static Diagnostic Never(string attribute, string part, ProjectText.Element element) => Of(
        element, $"The {attribute} of {element.Name} '{part}' matches no item: to MSBuild, a pattern with a colon matches nothing.",
        $"Write the Include of each item, or {attribute}=\"@({element.Name})\" for all.");

    private static Diagnostic Early(string part, ProjectText.Element element) => Of(
        element, $"The Update of {element.Name} '{part}' comes before the items, and changes none.",
        $"Move it behind them (to Directory.Build.targets), or give defaults in an ItemDefinitionGroup of {element.Name}.");

    private static Diagnostic Idle(string part, ProjectText.Element element) => Of(
        element, $"The Update of {element.Name} '{part}' matches no item, and changes nothing.",
        "Write the item's Include as it is declared, with its tag or digest, or remove the element.");

    private static Diagnostic Of(ProjectText.Element element, string message, string advice) =>
        new(ErrorCode.PropertyIdle, message, advice) { Location = element.Place };
}
