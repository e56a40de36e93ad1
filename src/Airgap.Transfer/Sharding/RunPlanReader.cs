using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Restores the plan from a relocation's document. It checks that each manifest has its digest and that everything else
/// follows from the manifests. Sends no request.
/// </summary>
/// <param name="registry">The registries of the blobs.</param>
/// <param name="path">The file's name in errors.</param>
internal sealed class RunPlanReader(IRegistry registry, string path)
{
    /// <summary>Reads the plans of all relocations of a file.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>, or 3xxx: the file.</exception>
    public static ImmutableArray<TransferPlan> ReadAll(string path, IRegistry registry) =>
        [.. RunPlanFile.Read(path).Relocations.Select(new RunPlanReader(registry, path).Read).Select(run => run.Plan)];

    /// <summary>Reads a relocation.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>.</exception>
    public RunPlan Read(RunPlanEntry entry)
    {
        CheckParts(entry);
        RelocationDestination destination = DestinationOf(entry);
        RelocationSource source = SourceOf(entry);
        ImmutableArray<PlannedManifest> manifests = new RunPlanManifests(
            path, destination is RelocationDestination.Archive { EmbedsConfigs: true }).Read(entry);
        if (entry.Items.IsEmpty)
            throw Invalid("it moves nothing");
        ImmutableArray<PlannedItem> items = [.. entry.Items.Select(item => ItemOf(item, manifests))];
        if (entry.Root is { } root && (root < 0 || root >= items.Length))
            throw Invalid("its root is not among its images");
        ImmutableArray<PlannedBlob> blobs = BlobsOf(entry, items, out ImmutableArray<SkippedLayer> skipped);
        CheckSignatures(entry);
        TransferPlan plan = new()
        {
            Source = source,
            Items = items,
            Root = entry.Root is { } place ? items[place] : null,
            Bundles = new RunPlanBundles(path).Read(entry, items),
            Blobs = blobs,
            SkippedLayers = skipped,
            ImagesLock = entry.ImagesLock is null ? null : RunPlanBundles.LockOf(entry.ImagesLock, path),
            Derived = [.. (entry.Derived ?? []).Select(made => DerivedOf(made, manifests))],
            Warnings = [.. entry.Warnings.Select(new RunPlanWarnings(path).Read)],
        };
        new RunPlanCompleteness(path).Check(plan, manifests);
        return new RunPlan(plan, destination, entry) { Path = path };
    }

    private RelocationDestination DestinationOf(RunPlanEntry entry)
    {
        if (entry is { Archive: { Length: > 0 } archive, Repository: null } && RunPlanSupport.FormatOf(entry.Format) is { } format)
            return new RelocationDestination.Archive(archive) { Format = format };
        return entry is { Archive: null, Format: null } && RepositoryName.TryParse(entry.Repository, out RepositoryName? repository, out _)
            ? new RelocationDestination.Repository(repository) : throw Invalid("it has no destination");
    }

    private RelocationSource SourceOf(RunPlanEntry entry)
    {
        if (entry.Kind == RunPlanKinds.Lock && entry.Source.Length > 0)
            return new RelocationSource.Lock(entry.Source);
        if (entry.Kind is not (RunPlanKinds.Bundle or RunPlanKinds.Image)
            || !ImageReference.TryParse(entry.Source, out ImageReference? reference, out _))
            throw Invalid($"'{Printable.Line(entry.Source)}' is not a source");
        return entry.Kind == RunPlanKinds.Bundle ? new RelocationSource.Bundle(reference) : new RelocationSource.Image(reference);
    }

    private PlannedItem ItemOf(RunPlanItem item, ImmutableArray<PlannedManifest> manifests)
    {
        if (item.Manifest < 0 || item.Manifest >= manifests.Length
            || !ImageReference.TryParse(item.Source, out ImageReference? source, out _)
            || source.Digest != manifests[item.Manifest].Manifest.Digest)
            throw Invalid($"'{Printable.Line(item.Source)}' does not name its manifest's image");
        if (item.Tag is { } tag && !ImageReference.IsTag(tag))
            throw Invalid($"'{Printable.Line(tag)}' is not a tag");
        return new PlannedItem
        {
            Source = source,
            Content = manifests[item.Manifest],
            OriginalReference = item.Original ?? "",
            Tag = item.Tag,
            IsRootBundle = item.RootBundle,
            IsBundle = item.Bundle,
        };
    }

    private DerivedManifest DerivedOf(RunPlanDerived made, ImmutableArray<PlannedManifest> manifests)
    {
        Digest digest = Read(made.Digest);
        return manifests.Any(node => node.Manifest.Digest == digest)
            ? new DerivedManifest(digest, Read(made.From)) { Kept = [.. (made.Kept ?? []).Select(Read)] }
            : throw Invalid($"it lists {digest} as derived, but does not have it");

        Digest Read(string text) => Digest.TryParse(text, out Digest parsed)
            ? parsed : throw Invalid($"'{Printable.Line(text)}' is not the digest of a derived manifest");
    }

    // The blobs follow from the manifests; the list of blobs adds their origins and must agree.
    private ImmutableArray<PlannedBlob> BlobsOf(
        RunPlanEntry entry, ImmutableArray<PlannedItem> items, out ImmutableArray<SkippedLayer> skipped)
    {
        SortedDictionary<Digest, Descriptor> needed = [];
        HashSet<PlannedManifest> seen = new(ReferenceEqualityComparer.Instance);
        foreach (PlannedManifest node in items.SelectMany(item => item.Content.SelfAndDescendants()).Where(seen.Add))
        {
            foreach (Descriptor blob in node.Blobs)
            {
                if (!needed.TryAdd(blob.Digest, blob) && needed[blob.Digest].Size != blob.Size)
                    throw Invalid($"its manifests give {blob.Digest} different lengths");
            }
        }

        skipped = entry.NonDistributableLayers ? [] : SkippedLayer.In(seen, needed.ContainsKey);

        Dictionary<Digest, PlannedBlob> given = [];
        foreach (RunPlanBlob blob in entry.Blobs)
        {
            if (!Digest.TryParse(blob.Digest, out Digest digest) || !needed.TryGetValue(digest, out Descriptor? descriptor)
                || blob.Size != descriptor.Size)
                throw Invalid($"no manifest refers to the blob '{Printable.Line(blob.Digest)}' of {blob.Size} bytes");
            if (!given.TryAdd(digest, BlobOf(blob, descriptor)))
                throw Invalid($"it lists the blob {digest} twice");
        }

        if (needed.Keys.FirstOrDefault(digest => !given.ContainsKey(digest)) is { HasValue: true } missing)
            throw Invalid($"it lacks the origin of the blob {missing}");
        return [.. needed.Keys.Select(digest => given[digest])];
    }

    private PlannedBlob BlobOf(RunPlanBlob blob, Descriptor descriptor)
    {
        if (!RepositoryName.TryParse(blob.Origin, out RepositoryName? origin, out _))
            throw Invalid($"'{Printable.Line(blob.Origin)}' is not a repository");
        if (blob.Content is not { } content)
            return new PlannedBlob(registry.GetSource(origin).GetBlob(descriptor), origin);
        if (content.Length != descriptor.Size || Digest.ComputeLike(descriptor.Digest, content.Span) != descriptor.Digest)
            throw Invalid($"its bytes of {descriptor.Digest} have another digest");
        return new PlannedBlob(new MemoryBlobContent(descriptor, content), origin);
    }

    // The JSON may have null for a list or an entry.
    private void CheckParts(RunPlanEntry entry)
    {
        if (!IsWhole(entry.Items) || !IsWhole(entry.Manifests) || !IsWhole(entry.Blobs) || !IsWhole(entry.Bundles)
            || !IsWhole(entry.Warnings)
            || entry.Manifests.Any(manifest => manifest.Children is { IsDefault: true })
            || entry.Bundles.Any(bundle => !IsWhole(bundle.Locations)
                || bundle.Locations.Any(image => image.LeftOut is { } left && !IsWhole(left))
                || !IsWhole(bundle.Packages) || !IsWhole(bundle.PackageWarnings))
            || (entry.Signatures is { } signatures && !(IsWhole(signatures) && signatures.All(image => IsWhole(image.SignedBy)))))
            throw Invalid("a part of it is missing");
    }

    private static bool IsWhole<T>(ImmutableArray<T> list) where T : class => !list.IsDefault && list.All(part => part is not null);

    // Information for users: the finish verifies no signatures.
    private void CheckSignatures(RunPlanEntry entry)
    {
        foreach (RunPlanSignature signed in entry.Signatures ?? [])
        {
            if (!Digest.TryParse(signed.Digest, out _))
                throw Invalid($"'{Printable.Line(signed.Digest)}' is not the digest of an image whose signatures were verified");
        }
    }

    private AirgapException Invalid(string why) => RunPlanFile.Invalid(path, why);
}

/// <summary>A relocation read from a plan's file.</summary>
/// <param name="Plan">The content.</param>
/// <param name="Destination">The destination.</param>
/// <param name="Entry">The relocation's document.</param>
internal sealed record RunPlan(TransferPlan Plan, RelocationDestination Destination, RunPlanEntry Entry)
{
    /// <summary>The file's name in errors.</summary>
    public required string Path { get; init; }
}
