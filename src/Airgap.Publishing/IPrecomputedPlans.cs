using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>
/// The plans of a publish that an earlier stage made and whose blobs shards have transferred: the publish neither plans nor transfers, and
/// does everything else as usual.
/// </summary>
internal interface IPrecomputedPlans
{
    /// <summary>Finds each item's plan.</summary>
    /// <param name="sides">The items, for each destination, with its settings.</param>
    /// <returns>The digests of the items' tags.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanOfOtherProject"/>.</exception>
    KnownDigests Match(IEnumerable<(PublishSettings Settings, IReadOnlyList<Declaration> Declarations)> sides);

    /// <summary>The plan of an item, with its pin.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanOfOtherProject"/>: its digest is not the one that the project's lock
    /// pins.</exception>
    TransferPlan PlanOf(Declaration declaration);

    /// <summary>The failure of a plan that does not match the item.</summary>
    AirgapException NotOf(Declaration declaration, string why);

    /// <summary>Makes an item visible in its repository.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ShardsMissing"/>, <see cref="ErrorCode.InvalidRunPlan"/>; 1xxx: a registry.
    /// </exception>
    Task<TransferResult> FinishAsync(
        Declaration declaration, ITransferObserver observer, TransferOptions options, CancellationToken cancellationToken);
}
