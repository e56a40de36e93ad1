using Airgap.Publishing.Updates;
using Airgap.Tool.Running;

namespace Airgap.Tool.Output;

/// <summary>Shows the result of an update check.</summary>
internal static class UpdatesText
{
    /// <summary>Shows the report's versions as a table, and their counts in a line.</summary>
    public static void Show(Session session)
    {
        List<ReportVersion> versions = session.Report.Versions!;
        session.WriteTable(new Table(
            "Versions",
            "versions",
            [new("kind", "Kind"), new("name", "Name"), new("declared", "Declared"), new("newest", "Newest"), new("state", "State")],
            [.. versions.Select(version => new[] { version.Kind, version.Name, version.Declared, version.Newest ?? "", Told(version) })]));
        string[] parts =
        [
            .. new[] { Part(versions, VersionState.Newer, "newer at the source"), Part(versions, VersionState.Moved, "moved"),
                Part(versions, VersionState.Unmoved, "not moved"), Part(versions, VersionState.NotCompared, "not compared") }
                .OfType<string>(),
        ];
        // What could not be asked may be newer.
        string rest = session.Report.Errors.Count > 0 ? "nothing newer found" : "nothing newer";
        string failed = session.Report.Errors.Count > 0 ? $"; {CountText.Count(session.Report.Errors.Count, "failure")}" : "";
        session.Report.Summary =
            $"{CountText.Count(versions.Count, "version")}: {(parts.Length > 0 ? string.Join(", ", parts) : rest)}{failed}";
        session.WriteResult(session.Report.Summary);
    }

    private static string? Part(List<ReportVersion> versions, VersionState state, string text) =>
        versions.Count(version => version.State == ReportVersion.Word(state)) is > 0 and var count ? $"{count} {text}" : null;

    private static string Told(ReportVersion version) =>
        version.Why is { } why ? $"{version.State}: {why}"
        : version.MovedTo is { } digest ? $"{version.State}: the tag points to {digest}, locked is {version.Locked}"
        : version.Bundle is { } bundle ? $"{version.State}: in {bundle}"
        : version.Outside is { } outside ? $"{version.State}: TagSelection {version.TagSelection} excludes {outside}"
        : version.State;
}

/// <summary>A declared version as the report has it.</summary>
/// <param name="Kind"><c>item</c> or <c>package</c>.</param>
/// <param name="Name">The repository, or the package.</param>
/// <param name="Declared">The tag, or the newest selected version.</param>
/// <param name="State"><c>newest</c>, <c>newer</c> (at the source), <c>moved</c>, <c>unmoved</c> or <c>notCompared</c>.</param>
/// <param name="Newest">The newest version at the source, if different.</param>
/// <param name="Bundle">The bundle with the newest version of a package.</param>
/// <param name="Locked">The digest that the lock pins the tag to.</param>
/// <param name="MovedTo">The digest the tag points to now, if different.</param>
/// <param name="Why">The reason why nothing was compared, or only the digest.</param>
internal sealed record ReportVersion(
    string Kind, string Name, string Declared, string State, string? Newest, string? Bundle, string? Locked, string? MovedTo, string? Why)
{
    /// <summary>The item's TagSelection: only versions that it lets a cluster choose count as newer.</summary>
    public string? TagSelection { get; init; }

    /// <summary>The newest version that it excludes.</summary>
    public string? Outside { get; init; }

    /// <summary>True when the source differs from the declaration.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOutdated => State == Word(VersionState.Newer) || State == Word(VersionState.Moved);

    /// <summary>A version as the report has it.</summary>
    public static ReportVersion Of(DeclaredVersion version) =>
        new(version.Kind, version.Name, version.Declared, Word(version.State), version.Newest, version.Bundle, version.Locked,
            version.MovedTo, version.Why)
        {
            TagSelection = version.TagSelection,
            Outside = version.Outside,
        };

    /// <summary>A state in a word.</summary>
    public static string Word(VersionState state) => state switch
    {
        VersionState.Newest => "newest",
        VersionState.Newer => "newer",
        VersionState.Moved => "moved",
        VersionState.Unmoved => "unmoved",
        _ => "notCompared",
    };
}
