using System.Collections.Immutable;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Signing;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing;

/// <summary>The common context of all items of a publish to one destination.</summary>
/// <param name="Registry">The registries, with their credentials.</param>
/// <param name="Observer">Receives progress events; null for none.</param>
/// <param name="Warnings">Takes the warnings.</param>
/// <param name="Settings">The project's settings.</param>
/// <param name="Signing">The signing of outputs and the verification of archives.</param>
internal sealed record PublishScope(
    IRegistry Registry, ITransferObserver? Observer, PublishWarnings Warnings, PublishSettings Settings, ProjectSigning Signing)
{
    /// <summary>The plans that an earlier stage made; null to make them.</summary>
    public IPrecomputedPlans? Given { get; init; }

    /// <summary>The archives that this publish has hashed.</summary>
    public HashedArchives Hashed { get; } = new();

    /// <summary>The transfer options of items.</summary>
    public TransferOptions Options => new()
    {
        Concurrency = Settings.Concurrency,
        KeepGoing = Settings.KeepGoing,
        Resume = true,
        Repair = Settings.Repair,
        AsksInBulk = Settings.AskInBulk,
        MountFrom = Settings.MountFrom
    };

    // Read once, although items are planned concurrently.
    private readonly Lazy<ImmutableArray<TransferPlan>> _earlier =
        new(() => [.. Settings.EarlierPlan.Select(Settings.FullPath).SelectMany(path => RunPlanReader.ReadAll(path, Registry))]);

    /// <summary><c>AirgapEarlierPlan</c>: the plans, read at first use; empty without the property.</summary>
    /// <exception cref="Airgap.Oci.AirgapException"><see cref="Airgap.Oci.ErrorCode.InvalidRunPlan"/>, or 3xxx: a file.</exception>
    public ImmutableArray<TransferPlan> EarlierPlans => _earlier.Value;

    /// <summary>
    /// The transfer options of an item, including signing of its archive or waiting for its signature.
    /// </summary>
    public TransferOptions OptionsFor(Declaration declaration, CancellationToken cancellationToken) =>
        Signing.Over(Options, declaration.Source, cancellationToken);

    /// <summary>Makes the observer of an item, which adds the item's location to warnings.</summary>
    public ItemObserver ObserverOf(Declaration declaration) => new(Observer, Warnings, declaration.Item.Location);

    /// <summary>Makes the relocator of an item.</summary>
    public Relocator RelocatorOf(Declaration declaration) => new(Registry, ObserverOf(declaration));

    /// <summary>Reports information that is not a warning.</summary>
    public void Notice(string text) => Observer?.Notice(text);

    /// <summary>Locks a destination against other publishes of this user.</summary>
    /// <returns>Unlocks it; null if nothing is locked.</returns>
    public Task<IDisposable?> HoldAsync(RelocationDestination destination, ITransferObserver told, CancellationToken cancellationToken) =>
        DestinationLock.OfUser(Settings.LockTimeout).AcquireAsync(destination, told, cancellationToken);
}
