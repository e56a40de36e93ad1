using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds mistyped names in a project's own text, and the lines of its properties.</summary>
/// <param name="text">The project's text.</param>
/// <param name="globals">Names of the properties that come from the command line, which take precedence over the
/// text.</param>
internal sealed partial class ProjectTypos(ProjectText text, IReadOnlyCollection<string> globals)
{
    /// <summary>The item types that this package reads.</summary>
    public static ImmutableArray<string> ItemTypes { get; } =
        ["ImgpkgBundle", "ImgpkgImage", "ImgpkgLock", "ImgpkgBundleContent", "ImgpkgBundleImage"];

    // It gives settings, but declares nothing to relocate.
    private const string Trust = "ImgpkgTrust";

    // The items that the targets produce are also known.
    private static readonly ImmutableArray<string> s_outputs =
        ["ImgpkgManifest", "ImgpkgSecret", "ImgpkgLockFile", "ImgpkgKustomization", "ImgpkgReport", "ImgpkgPlan", "ImgpkgArchive",
            "ImgpkgRelocated", "ImgpkgProducedBundle"];

    /// <summary>True for an item type that this package reads.</summary>
    public static bool IsOurs(string type) => ItemTypes.Append(Trust).Contains(type, StringComparer.OrdinalIgnoreCase);

    /// <summary>Warnings about properties and item types that look like mistyped names of this package.</summary>
    /// <param name="hasItems">False if the project declares nothing: then <see cref="NothingDeclared"/> reports the
    /// item types.</param>
    public IEnumerable<Diagnostic> Find(bool hasItems) =>
    [
        .. text.Properties.Select(property => PropertyTypos.FindIn(property.Name, property.Place)).OfType<Diagnostic>(),
        .. hasItems ? Misspelt()
        .Select(item => new Diagnostic(
            ErrorCode.UnknownName, $"The item type {item.Name} is unknown.", $"Did you mean {item.Meant}?") { Location = item.Place }) : [],
    ];

    /// <summary>
    /// The warning about a project that names a destination but declares nothing to relocate; null if that is intended.
    /// </summary>
    /// <param name="projectFile">The project.</param>
    /// <param name="publishesContainer">True for a project that references the package only for its container image,
    /// which another project's bundle pins.</param>
    public Diagnostic? NothingDeclared(string projectFile, bool publishesContainer)
    {
        (string Name, string Meant, SourceLocation Place)[] slips = [.. Misspelt()];
        if (slips.Length == 0 && publishesContainer)
            return null;
        string advice = slips.Length > 0
            ? string.Join(" ", slips.Select(slip => $"Did you mean {slip.Meant} instead of {slip.Name}?").Distinct(StringComparer.Ordinal))
            : $"Declare one of the items {string.Join(", ", ItemTypes)}, or set {PropertyNames.OnPublish}=false in this project.";
        return new Diagnostic(ErrorCode.NothingDeclared,
            $"{Path.GetFileName(projectFile)} names a destination but declares nothing to relocate.", advice)
        {
            Location = slips.Length > 0 ? slips[0].Place : new SourceLocation(projectFile),
        };
    }

    /// <summary>
    /// A problem with a property, with the line that sets the property; unchanged if the line is unknown.
    /// </summary>
    public Diagnostic Locate(Diagnostic problem)
    {
        if (problem.Location is { Line: > 0 })
            return problem;
        foreach (Match match in PropertyName().Matches(problem.Message))
        {
            if (globals.Contains(match.Value, StringComparer.OrdinalIgnoreCase))
                continue;
            // In MSBuild the last one wins; as conditions are not evaluated here, with several values none is assumed
            // to be the effective one.
            ProjectText.Element[] written =
                [.. text.Properties.Where(property => property.Name.Equals(match.Value, StringComparison.OrdinalIgnoreCase))];
            ProjectText.Element[] quoted = [
                .. written.Where(property =>
                    property.Value.Length > 0 && problem.Message.Contains($"'{property.Value}'", StringComparison.Ordinal))];
            if (quoted is [.., var exact])
                return problem with { Location = exact.Place };
            if (written is [var only])
                return problem with { Location = only.Place };
        }

        return problem;
    }

    /// <summary>
    /// The rules that MSBuild dropped, as far as the text shows: MSBuild treats a <c>*</c> in an Include as a file pattern, and finds no
    /// file. Without the rule, content that it should refuse would be accepted.
    /// </summary>
    /// <param name="trust">The remaining rules.</param>
    public IEnumerable<Diagnostic> LostTrust(IReadOnlyList<TrustItem> trust) => text.Items
        .Where(item => item.Name.Equals(Trust, StringComparison.OrdinalIgnoreCase) && item.Value.AsSpan().ContainsAny('*', '?')
            && !trust.Any(left => left.Include == item.Value))
        .Select(item => Lost(item.Value, item.Place));

    /// <summary>The problem of a rule that MSBuild dropped.</summary>
    public static Diagnostic Lost(string include, SourceLocation place) => new(
        ErrorCode.InvalidTrustRule,
        $"The item ImgpkgTrust '{include}' is lost: MSBuild treats its '*' as a file pattern.",
        $"Name only the host, namespace or repository, which includes everything below it; '{TrustItem.Everywhere}' applies everywhere.")
    {
        Location = place
    };

    private IEnumerable<(string Name, string Meant, SourceLocation Place)> Misspelt()
    {
        foreach (ProjectText.Element item in text.Items)
        {
            if (item.Name.Equals(Trust, StringComparison.OrdinalIgnoreCase)
                || ItemTypes.Contains(item.Name, StringComparer.OrdinalIgnoreCase)
                || s_outputs.Contains(item.Name, StringComparer.OrdinalIgnoreCase))
                continue;
            if (NearestName.Find(item.Name, [.. ItemTypes, Trust], atMost: 2) is { } near)
                yield return (item.Name, near, item.Place);
        }
    }

    [GeneratedRegex(@"\bAirgap[A-Z]\w+")]
    private static partial Regex PropertyName();
}
