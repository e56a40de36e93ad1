using Airgap.Oci;

namespace Airgap.Transfer.Keeping;

/// <summary>What became of a manifest or stale tag of a prune plan.</summary>
/// <param name="Item">The manifest; for a tag what it stands for, with the kind <see cref="TagKind"/>.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record PrunedItem(PruneItem Item, PruneOutcome Outcome)
{
    /// <summary>The kind of a tag that goes alone.</summary>
    public const string TagKind = "tag";

    /// <summary>True where it stays although the plan removes it.</summary>
    public bool IsLeft => Outcome is PruneOutcome.Needed or PruneOutcome.Renewed or PruneOutcome.Refused;

    /// <summary>Why the registry keeps it; null where it does not.</summary>
    public AirgapException? Refusal { get; init; }
}

/// <summary>What can become of a manifest of a prune plan.</summary>
internal enum PruneOutcome
{
    /// <summary>It is gone now.</summary>
    Removed,

    /// <summary>It was gone already.</summary>
    Gone,

    /// <summary>It stays: something that is kept, or a tag that is not as the plan has it, leads to it now.</summary>
    Needed,

    /// <summary>It stays: it was pushed again since the plan was made.</summary>
    Renewed,

    /// <summary>A tag stays: the registry does not delete tags alone.</summary>
    Refused,
}
