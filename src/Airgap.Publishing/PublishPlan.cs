using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Locking;

namespace Airgap.Publishing;

/// <summary>What a publish would do.</summary>
/// <param name="Document">The plan; without items where no destination is set.</param>
/// <param name="Lock">What would become of the project's lock; null where none is kept.</param>
internal sealed record PublishPlan(PlanDocument Document, LockChange? Lock);
