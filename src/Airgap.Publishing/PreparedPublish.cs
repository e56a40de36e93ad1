using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Locking;

namespace Airgap.Publishing;

/// <summary>Items that were read and whose tags are pinned, so that the next stage repeats no request.</summary>
/// <param name="Items">The items.</param>
/// <param name="Settings">The project's settings.</param>
/// <param name="Lock">The declarations with their pins; null if there is nothing to do, or there are problems.</param>
/// <param name="Problems">All problems.</param>
internal sealed record PreparedPublish(
    IReadOnlyList<PublishItem> Items, PublishSettings Settings, ResolvedLock? Lock, ImmutableArray<Diagnostic> Problems)
{
    /// <summary>The same for each of several registries; empty for one registry.</summary>
    public ImmutableArray<PreparedPublish> PerRegistry { get; init; } = [];

    /// <summary>False if the items themselves have problems, so that no request was sent.</summary>
    public bool IsRead { get; init; } = true;

    /// <summary>Called after the checks and the gate, before anything moves.</summary>
    public Func<CancellationToken, Task> ApprovedAsync { get; init; } = static _ => Task.CompletedTask;
}
