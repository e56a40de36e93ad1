using System.Collections.Immutable;

namespace Airgap.Transfer.Sharding;

/// <summary>A manifest that a selection made.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="From">The digest of its original.</param>
internal sealed record RunPlanDerived(string Digest, string From)
{
    /// <summary>For an index, the digests of the manifests that it keeps; null for others.</summary>
    public ImmutableArray<string>? Kept { get; init; }
}
