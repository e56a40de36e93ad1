using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>
/// Finds properties for checks that a command line sets to an empty value: <c>-p:AirgapPolicy=$POLICY</c> with an unset variable, or
/// <c>-p:AirgapVerifyArchive=$ONE%3B$OTHER</c> with two. Such a property would silently switch the check off.
/// </summary>
internal static class EmptyChecks
{
    private static readonly ImmutableArray<string> s_guards =
    [
        PropertyNames.Policy, PropertyNames.TrustStore, PropertyNames.VerifyArchive, PropertyNames.VerifyBase, PropertyNames.GateCommand,
        PropertyNames.SigningKey, PropertyNames.SignImages, PropertyNames.AuditLog, PropertyNames.Plan, PropertyNames.Shard,
    ];

    /// <summary>A problem for each such property.</summary>
    /// <param name="globals">The properties of the command line.</param>
    /// <param name="location">The project.</param>
    public static IEnumerable<Diagnostic> Find(IEnumerable<KeyValuePair<string, string>> globals, SourceLocation? location) => globals
        .Where(pair => IsNothing(pair.Value) && s_guards.Contains(pair.Key, StringComparer.OrdinalIgnoreCase))
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => new Diagnostic(
            ErrorCode.InvalidArgument, $"The property {pair.Key} is empty on the command line, which would switch the check off.",
            "Give it a value (is a variable unset?), or omit it.")
        { Location = location });

    // MSBuild passes global properties in their escaped form.
    private static bool IsNothing(string? value) =>
        value is null || Uri.UnescapeDataString(value).All(character => character == ';' || char.IsWhiteSpace(character));
}
