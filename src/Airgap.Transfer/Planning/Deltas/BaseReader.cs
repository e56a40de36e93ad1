using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Planning.Deltas;

/// <summary>Determines which layers of a plan its bases contain or name, and makes the plan of a delta. Fetches no layers.</summary>
internal sealed class BaseReader(IRegistry registry, PlanOptions options, ITransferObserver observer)
{
    private readonly BaseLayers _held = new();

    /// <summary>The plan of an archive with <see cref="PlanOptions.Bases"/>; reports bases that have none of its layers.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidBase"/>, InvalidReceipt, or a code of the source.</exception>
    public async Task<TransferPlan> LeaveOutAsync(TransferPlan plan, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<Digest, RequiredLayer> candidates = DeltaPlan.Candidates(plan);
        foreach (DeltaSource source in options.Bases)
        {
            switch (source)
            {
                case DeltaSource.Archive archive:
                    await AddArchiveAsync(archive.Path, cancellationToken);
                    break;
                case DeltaSource.Named named:
                    await AddNamedAsync(named, plan, cancellationToken);
                    break;
                case DeltaSource.Receipt receipt:
                    await AddReceiptAsync(receipt.Path, plan, candidates, cancellationToken);
                    break;
                case DeltaSource.Repository repository:
                    await AddRepositoryAsync(repository.Name, candidates, cancellationToken);
                    break;
                default:
                    throw new InvalidOperationException("Unknown base.");
            }
        }

        foreach (DeltaBase idle in _held.Idle(candidates.Keys))
            observer.Notice($"{idle} has none of the layers to copy.");
        return DeltaPlan.LeaveOut(plan, _held, candidates);
    }

    private async Task AddArchiveAsync(string path, CancellationToken cancellationToken)
    {
        IArchive archive = await AnyArchive.OpenAsync(new RelocationSource.Archive(path), cancellationToken);
        List<ArchivedItem> items = [];
        await foreach (ArchivedItem item in archive.ReadItemsAsync(includeNonDistributable: true, failures: null, cancellationToken))
            items.Add(item);
        ArchiveIdentity identity = await ArchiveIdentity.OfAsync(archive, cancellationToken);
        archive.Required.Check(archive, items);
        int number = _held.Add(
            new DeltaBase(DeltaBaseKinds.Archive, Path.GetFileName(Path.TrimEndingDirectorySeparator(path)))
            {
                Set = identity.Set,
                Manifest = identity.Manifest,
                Roots = RootsOf(items)
            },
            isGiven: true);
        foreach (Descriptor layer in items.SelectMany(item => item.Content.SelfAndDescendants()).SelectMany(node => node.Blobs)
            .DistinctBy(blob => blob.Digest))
        {
            if (archive.GetBlob(layer) is RequiredLayerContent required)
                _held.Hold(layer.Digest, _held.Add(required.Holder, isGiven: false));
            else if (archive.GetBlob(layer) is ArchiveBlobContent)
                _held.Hold(layer.Digest, number);
        }
    }

    private static ImmutableArray<string> RootsOf(List<ArchivedItem> items)
    {
        ArchivedItem[] roots = [.. items.Where(item => item.IsRoot)];
        IEnumerable<ArchivedItem> named = roots.Length > 0
            ? roots : items.Where(item => !CosignTags.IsOne(item.Tag) && item.Content.Manifest.Subject is null);
        return [.. named.Select(item => item.Source.ToString()).Distinct(StringComparer.Ordinal)];
    }

    private async Task AddNamedAsync(DeltaSource.Named named, TransferPlan delta, CancellationToken cancellationToken)
    {
        // Non-distributable layers were left out unless requested, and the file that names them does not say whether they were.
        using RegistryPlanner planner = new(
            registry, options with
            {
                Bases = [],
                Destination = null,
                EmbedConfigs = false,
                IncludeNonDistributableLayers = false,
                KeepGoing = false,
                Pin = null
            }, observer);
        planner.LearnFrom(delta);
        List<string> roots = [];
        List<Descriptor> layers = [];
        foreach (NamedRoot root in named.Roots)
        {
            TransferPlan plan = await PlanAsync(planner, named, root, cancellationToken);
            roots.Add(plan.Root!.Source.ToString());
            layers.AddRange(plan.Blobs.Select(blob => blob.Descriptor));
        }

        int number = _held.Add(
            new DeltaBase(named.Kind, named.Kind == DeltaBaseKinds.Repository ? named.Path : Path.GetFileName(named.Path))
            {
                Roots = [.. roots.Distinct(StringComparer.Ordinal)],
                Repositories = [.. named.Roots.SelectMany(root => root.Places).Select(place => place.Repository).Distinct()],
            },
            isGiven: true);
        foreach (Descriptor layer in layers)
            _held.Hold(layer.Digest, number);
    }

    private async Task<TransferPlan> PlanAsync(
        RegistryPlanner planner, DeltaSource.Named named, NamedRoot root, CancellationToken cancellationToken)
    {
        AirgapException? last = null;
        foreach (ImageReference place in root.Places)
        {
            try
            {
                return await planner.PlanAnyAsync(new RelocationSource.Lock(named.Path), place, cancellationToken);
            }
            catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
            {
                observer.Detail($"{place}, which '{named.Path}' names, is not read there: {e.Message}");
                last = last is null || SourceReader.IsAbsence(last) ? e : last;
            }
        }

        throw new AirgapException(
            ErrorCode.InvalidBase,
            $"'{named.Path}' cannot be used as a base, because {root.Places[0]} cannot be read: {last?.Message.TrimEnd('.')}.",
            "Use the carried archive as the base, or the receipt of its import.",
            last)
        { Reference = root.Places[0].ToString(), Location = new SourceLocation(named.Path) };
    }

    private async Task AddReceiptAsync(
        string path, TransferPlan delta, IReadOnlyDictionary<Digest, RequiredLayer> candidates, CancellationToken cancellationToken)
    {
        foreach (ReceiptRepository place in ReceiptJson.Read(path).Places)
        {
            int number = _held.Add(
                new DeltaBase(DeltaBaseKinds.Receipt, $"{Path.GetFileName(path)}: {place.Repository}")
                {
                    Set = place.Sets is [var set, ..] ? set : null,
                    Roots = [.. place.Roots.Select(root => root.ToString())],
                    Repositories = [place.Repository],
                },
                isGiven: true);
            IEnumerable<Digest> digests = place.Digests
                ?? await new ReceiptClosure(registry, options, observer).FindAsync(path, place, delta, cancellationToken);
            foreach (Digest digest in digests.Where(candidates.ContainsKey))
                _held.Hold(digest, number);
        }
    }

    private async Task AddRepositoryAsync(
        RepositoryName name, IReadOnlyDictionary<Digest, RequiredLayer> candidates, CancellationToken cancellationToken)
    {
        IImageRepository repository = registry.GetRepository(name);
        int number = _held.Add(new DeltaBase(DeltaBaseKinds.Repository, name.ToString()) { Repositories = [name] }, isGiven: true);
        Lock held = new();
        bool any = false;
        await Parallel.ForEachAsync(
            candidates.Values,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Concurrency), CancellationToken = cancellationToken },
            async (layer, token) =>
            {
                if (!await repository.HasBlobAsync(new Descriptor("", layer.Digest, layer.Size), token))
                    return;
                lock (held)
                {
                    any = true;
                    _held.Hold(layer.Digest, number);
                }
            });
        if (any)
            return;
        try
        {
            // A wrong name also has no images.
            await foreach (string _ in repository.ListExistingTagsAsync(cancellationToken))
                break;
        }
        catch (AirgapException e) when (e.Code == ErrorCode.RepositoryUnknown)
        {
            throw new AirgapException(
                ErrorCode.InvalidBase, $"The base {name} does not exist: there is no such repository.", "Check its name.", e)
            {
                Reference = name.ToString()
            };
        }
    }
}
