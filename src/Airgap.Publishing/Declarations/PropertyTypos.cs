using System.Collections.Immutable;
using Airgap.Oci;

namespace Airgap.Publishing.Declarations;

/// <summary>Finds mistyped names of this package's properties.</summary>
internal static class PropertyTypos
{
    /// <summary>A warning for every unknown name with this package's prefix.</summary>
    public static ImmutableArray<Diagnostic> Find(IEnumerable<string> names, SourceLocation? location) =>
    [
        .. names
            .Where(name => name.StartsWith(PropertyNames.Prefix, StringComparison.OrdinalIgnoreCase)
                && !PropertyNames.All.Contains(name, StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .Select(name => new Diagnostic(
                ErrorCode.UnknownName, $"The property {name} is unknown.",
                NearestName.Advice(name, PropertyNames.All)) { Location = location }),
    ];

    /// <summary>
    /// A warning for a property in a project's own text that looks like a mistyped name of this package. Null for a
    /// valid name, and for any other name, which may be the project's own.
    /// </summary>
    public static Diagnostic? FindIn(string name, SourceLocation location) =>
        name.StartsWith(PropertyNames.Prefix, StringComparison.OrdinalIgnoreCase)
        && !PropertyNames.All.Contains(name, StringComparer.OrdinalIgnoreCase)
        && NearestName.Find(name, PropertyNames.All) is { } nearest
            ? new Diagnostic(ErrorCode.UnknownName, $"The property {name} is unknown.", $"Did you mean {nearest}?") { Location = location }
            : null;
}
