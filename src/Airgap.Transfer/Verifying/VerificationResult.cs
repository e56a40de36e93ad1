using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Verifying;

/// <summary>What a verification found.</summary>
/// <param name="Target">What was verified: a reference by digest where it is known, or an archive's path.</param>
/// <param name="Manifests">Distinct manifests and indexes read.</param>
/// <param name="Blobs">Distinct configs and layers read.</param>
/// <param name="Bytes">Bytes of all of them.</param>
/// <param name="Problems">Everything that is wrong, in the order found; empty when all is right.</param>
internal sealed record VerificationResult(string Target, int Manifests, int Blobs, long Bytes, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>True when nothing is wrong.</summary>
    public bool IsRight => Problems.IsEmpty;

    /// <summary>Manifests of indexes that were left behind by choice; whether they are there was not asked.</summary>
    public int LeftOut { get; init; }

    /// <summary>What a delta archive leaves to others, and was not verified; null for all else.</summary>
    public DeltaNotes? Delta { get; init; }
}
