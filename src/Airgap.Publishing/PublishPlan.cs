using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;

namespace Airgap.Publishing;

/// <summary>The plan of a publish.</summary>
/// <param name="Document">The plan, without items if no destination is set.</param>
/// <param name="Lock">The changes that the project's lock would get; null if there is none.</param>
internal sealed record PublishPlan(PlanDocument Document, LockChange? Lock)
{
    /// <summary>All refusals of images; if there are any, the document has no items.</summary>
    public ImmutableArray<Diagnostic> Refusals { get; init; } = [];
}
