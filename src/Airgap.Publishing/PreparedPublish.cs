using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;

namespace Airgap.Publishing;

/// <summary>Items that were read and whose tags are pinned, so that the next stage asks and reads nothing again.</summary>
/// <param name="Items">The items.</param>
/// <param name="Settings">The project's settings.</param>
/// <param name="Lock">The declarations with their pins; null where there is nothing to do, or something is wrong.</param>
/// <param name="Problems">Every problem.</param>
internal sealed record PreparedPublish(
    IReadOnlyList<PublishItem> Items, PublishSettings Settings, ResolvedLock? Lock, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>The same for each registry, where there are several; empty for one.</summary>
    public ImmutableArray<PreparedPublish> Sides { get; init; } = [];

    /// <summary>False where the items themselves are wrong, so that nothing was asked.</summary>
    public bool IsRead { get; init; } = true;
}
