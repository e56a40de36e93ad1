using System.Collections.Immutable;

namespace Airgap.Registry.Archives;

/// <summary>An archive that is served as the repository that an import would have made.</summary>
/// <param name="Path">The file.</param>
/// <param name="Repository">The repository it appears as, behind the prefix; null to take the last part of the root's own.</param>
public sealed record ArchiveToServe(string Path, string? Repository = null)
{
    /// <summary>Folders in which its parts may lie, beside the one that <see cref="Path"/> names.</summary>
    internal ImmutableArray<string> PartsIn { get; init; } = [];
}
