using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Planning.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Transfer;

/// <summary>
/// An archive that several projects write one after the other: each renews its own items and keeps those of the others.
/// Only the archive records which project requested what.
/// </summary>
internal sealed class SharedArchive
{
    private readonly RelocationDestination.Archive _destination;
    private readonly string _owner;
    private readonly ITransferObserver _observer;
    private readonly HashedArchives? _hashed;
    private IArchive? _existing;
    private ImmutableArray<TransferPlan> _kept = [];
    private string[] _others = [];

    private SharedArchive(
        RelocationDestination.Archive destination, string owner, ITransferObserver observer, HashedArchives? hashed)
    {
        _hashed = hashed;
        _destination = destination;
        _owner = owner;
        _observer = observer;
    }

    /// <summary>Reads the existing archive.</summary>
    /// <param name="destination">The archive, an OCI layout in a tar.</param>
    /// <param name="owner">The project that writes it, without spaces.</param>
    /// <param name="observer">Receives messages about kept content, and warnings about content that cannot be
    /// kept.</param>
    /// <param name="hashed">The archives that this run has hashed; null to hash this one whenever its state matters.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException">3xxx: it cannot be read; 213x: one of its parts is missing or does not fit.</exception>
    public static async Task<SharedArchive> OpenAsync(
        RelocationDestination.Archive destination, string owner, ITransferObserver observer, HashedArchives? hashed,
        CancellationToken cancellationToken)
    {
        SharedArchive shared = new(destination, owner, observer, hashed);
        string path = destination.Path;
        if (!File.Exists(path) && !FoundList.Lies(path))
            return shared;
        bool isLayout = false;
        try
        {
            ArchiveFile file = await PartFinder.FindAsync(path, [], cancellationToken);
            isLayout = await LayoutFiles.IsLayoutAsync(file, cancellationToken);
            if (isLayout)
                await shared.ReadAsync(await AnyArchive.OpenAsync(file, cancellationToken), cancellationToken);
        }
        catch (AirgapException e) when (!MayBeWhole(e.Code))
        {
            shared._kept = [];
            shared._existing = null;
            if (!isLayout)
                observer.Detail($"'{path}' is rewritten: {e.Message}");
            else
            {
                observer.Warning(new Diagnostic(
                    ErrorCode.SharedArchiveRenewed,
                    $"'{path}' could not be read and is rewritten, without possible content of other projects: {e.Message}",
                    "Publish the other projects again, if they share this archive.")
                { Location = new SourceLocation(path) });
            }
        }

        return shared;
    }

    // Content that a disk failure or a missing part hides still exists, and also belongs to others: only proven damage
    // allows replacing it.
    private static bool MayBeWhole(ErrorCode code) => (int)code is >= 3000 and < 4000 || code is ErrorCode.InvalidPartList
        or ErrorCode.PartListMissing or ErrorCode.PartMissing or ErrorCode.PartUnfit or ErrorCode.PartInTheWay or ErrorCode.PartDamaged;

    /// <summary>Says whose content the archive keeps.</summary>
    public void TellOfKept()
    {
        if (_others.Length > 0)
            _observer.Notice($"'{_destination.Path}' keeps the content of other projects: {string.Join(", ", _others)}.");
    }

    /// <summary>True if the archive has content of other projects.</summary>
    public bool HoldsOthers => !_kept.IsEmpty;

    /// <summary>The plan of the archive: the requested items and the kept ones.</summary>
    /// <param name="plans">The project's own plans.</param>
    /// <exception cref="AirgapException">As <see cref="CombinedPlan.RequestedBy"/> and <see cref="CombinedPlan.Of"/>.</exception>
    public TransferPlan With(IReadOnlyList<TransferPlan> plans) => CombinedPlan.Of(
        new RelocationSource.Several([.. plans.Select(plan => plan.Source)]),
        [.. plans.Select(plan => CombinedPlan.RequestedBy(plan, _owner)), .. _kept]);

    /// <summary>
    /// Checks whether the archive is up to date: it contains everything requested, by digest, and every byte is hashed.
    /// Sends no requests.
    /// </summary>
    /// <param name="items">The requested items, with their plan options.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The plans of the items; null if a source must be asked.</returns>
    public async Task<ImmutableArray<TransferPlan>?> FindUpToDateAsync(
        IReadOnlyList<(RelocationSource Source, PlanOptions Options)> items, CancellationToken cancellationToken)
    {
        if (_existing is null)
            return null;
        try
        {
            ImmutableArray<TransferPlan>.Builder plans = ImmutableArray.CreateBuilder<TransferPlan>();
            foreach ((RelocationSource source, PlanOptions options) in items)
            {
                if (ExpectedRoot.Of(source, options) is not { } wanted)
                    return null;
                bool isThere = false;
                ArchivePlanner planner = new(_existing, options)
                {
                    Choose = all => all.FirstOrDefault(item => item.IsAskedFor && wanted.Is(item)) is { } found
                        && (isThere = true) ? found : null
                };
                TransferPlan plan = await planner.PlanAsync(source, cancellationToken);
                if (!isThere || !wanted.IsRootOfAtLeast(plan, options))
                    return null;
                plans.Add(plan);
            }

            ArchiveLayout layout = ArchiveFormats.LayOut(With(plans), _destination.Format);
            if (_destination.VolumeSize is { } most
                && !EarlierParts.Find(PartPlan.Create(_destination.Path, layout.Length, most), _observer).Any())
                return null;
            ArchiveFile file = _destination.VolumeSize is null
                ? _destination.Path : await PartFinder.FindAsync(_destination.Path, [], cancellationToken);
            EarlierArchive earlier = new(layout, _observer);
            bool isWhole = _hashed is null || file.IsSplit
                ? await earlier.IsWholeAsync(file, cancellationToken)
                : await _hashed.IsWholeAsync(file.Path, layout.Length, () => earlier.IsWholeAsync(file, cancellationToken));
            return isWhole ? plans.DrainToImmutable() : null;
        }
        catch (AirgapException e)
        {
            _observer.Detail($"'{_destination.Path}' is written again: {e.Message}");
            return null;
        }
    }

    private async Task ReadAsync(IArchive archive, CancellationToken cancellationToken)
    {
        _existing = archive;
        List<TransferPlan> kept = [];
        List<ArchivedItem> others = [];
        await foreach (ArchivedItem item in archive.ReadItemsAsync(includeNonDistributable: true, failures: null, cancellationToken))
        {
            if (OthersOf(item).Length > 0)
                others.Add(item);
        }

        foreach (ArchivedItem item in others)
            kept.Add(CombinedPlan.RequestedBy(await PlanAsync(archive, item, cancellationToken), OthersOf(item)));
        _kept = [.. kept];
        _others = [.. others.SelectMany(item => OthersOf(item).Split(' ')).Select(name => name.Split('@')[0])
            .Distinct(StringComparer.Ordinal)];
    }

    private string OthersOf(ArchivedItem item) =>
        string.Join(' ', (item.Owners ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(name => name != _owner));

    private static async Task<TransferPlan> PlanAsync(IArchive archive, ArchivedItem wanted, CancellationToken cancellationToken)
    {
        ArchivePlanner planner = new(archive, new PlanOptions { IncludeNonDistributableLayers = true })
        {
            Choose = all => all.First(item => item.Source == wanted.Source && item.Tag == wanted.Tag),
        };
        TransferPlan plan = await planner.PlanAsync(new RelocationSource.Archive(archive.Path), cancellationToken);
        // Non-distributable layers were left out, unless requested.
        HashSet<Digest> left = [.. plan.Blobs.Where(blob => blob.Content is MissingLayerContent).Select(blob => blob.Descriptor.Digest)];
        return (left.Count == 0 ? plan : DeltaPlan.Without(plan, left)) with
        {
            Warnings = [],
            SkippedLayers = [],
            Derived = plan.SourceDerived
        };
    }
}
