using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;

namespace Airgap.Publishing;

/// <summary>What a publish would do.</summary>
/// <param name="Document">The plan; without items where no destination is set.</param>
/// <param name="Lock">What would become of the project's lock; null where none is kept.</param>
internal sealed record PublishPlan(PlanDocument Document, LockChange? Lock)
{
    /// <summary>Why images are refused, all of them; then the document has no items.</summary>
    public ImmutableArray<Diagnostic> Refusals { get; init; } = [];
}
