using System.Collections.Immutable;

namespace Airgap.Registry.Archives;

/// <summary>An archive that is served as the repository that an import would create.</summary>
/// <param name="Path">The file.</param>
/// <param name="Repository">Its repository, after the prefix; null to use the last part of the root's own.</param>
public sealed record ArchiveToServe(string Path, string? Repository = null)
{
    /// <summary>Folders with its parts, besides that of <see cref="Path"/>.</summary>
    internal ImmutableArray<string> PartsIn { get; init; } = [];
}
