using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Verifying;

/// <summary>The result of a verification.</summary>
/// <param name="Target">What was verified: a reference by digest where it is known, or an archive's path.</param>
/// <param name="Manifests">Distinct manifests and indexes read.</param>
/// <param name="Blobs">Distinct configs and layers read.</param>
/// <param name="Bytes">Bytes of all of them.</param>
/// <param name="Problems">All problems, in the order found; empty if there are none.</param>
internal sealed record VerificationResult(string Target, int Manifests, int Blobs, long Bytes, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>True when there are no problems.</summary>
    public bool IsRight => Problems.IsEmpty;

    /// <summary>Manifests of indexes that were omitted by choice; whether they exist was not checked.</summary>
    public int LeftOut { get; init; }

    /// <summary>Non-distributable layers that are not there, which is allowed: a runtime fetches them from elsewhere.</summary>
    public int AbsentLayers { get; init; }

    /// <summary>Notes that are not problems, such as content of a layout that is not an image.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The requirements of a delta archive, which were not verified; null for everything else.</summary>
    public DeltaNotes? Delta { get; init; }
}
