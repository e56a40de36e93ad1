using Airgap.Oci;

namespace Airgap.Transfer.Keeping;

/// <summary>The outcome for a manifest or stale tag of a prune plan.</summary>
/// <param name="Item">The manifest; for a tag its digest, with the kind <see cref="TagKind"/>.</param>
/// <param name="Outcome">Its outcome.</param>
internal sealed record PrunedItem(PruneItem Item, PruneOutcome Outcome)
{
    /// <summary>The kind of a tag that is removed without its manifest.</summary>
    public const string TagKind = "tag";

    /// <summary>True if it was left although the plan removes it.</summary>
    public bool IsLeft => Outcome is PruneOutcome.Needed or PruneOutcome.Renewed or PruneOutcome.Refused;

    /// <summary>Why the registry keeps it; null if it does not.</summary>
    public AirgapException? Refusal { get; init; }
}

/// <summary>The possible outcomes for a manifest of a prune plan.</summary>
internal enum PruneOutcome
{
    /// <summary>Removed.</summary>
    Removed,

    /// <summary>Already absent.</summary>
    Gone,

    /// <summary>Kept: it is now referenced by kept content, or by a tag that differs from the plan.</summary>
    Needed,

    /// <summary>Left: it was pushed again after the plan was made.</summary>
    Renewed,

    /// <summary>A tag is left: the registry does not delete a tag without its manifest.</summary>
    Refused,
}
