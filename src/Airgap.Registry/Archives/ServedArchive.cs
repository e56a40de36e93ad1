using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Registry.Http;
using Airgap.Registry.Storage;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;

namespace Airgap.Registry.Archives;

/// <summary>Reads the repository that an import of an archive would make, and the offsets of its bytes.</summary>
internal sealed class ServedArchive
{
    private readonly IArchive _reader;
    private readonly TransferPlan _plan;
    private readonly ServedBlobs _blobs;

    private ServedArchive(IArchive reader, TransferPlan plan, ServedBlobs blobs)
    {
        _reader = reader;
        _plan = plan;
        _blobs = blobs;
    }

    /// <summary>Reads an archive: its headers, its manifest.json, and the layers of its bundles.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="file">The same, opened; null for the folder of an OCI layout.</param>
    /// <param name="proofs">Remembers successful checks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AirgapException">The codes of an import of a bad archive; or a 3xxx code.</exception>
    public static async Task<ServedArchive> OpenAsync(
        ArchiveFile archive, ServedFile? file, BlobProofs proofs, CancellationToken cancellationToken)
    {
        IArchive reader = await AnyArchive.OpenAsync(archive, cancellationToken);
        PlanOptions options = new() { IncludeNonDistributableLayers = true };
        TransferPlan plan = await new ArchivePlanner(reader, options).PlanAsync(
            new RelocationSource.Archive(archive.Path), cancellationToken);
        if (file?.IsWhatThePathNames() == false)
            throw reader.Invalid("it was changed while it was read");
        ServedBlobs blobs = new(file, reader, proofs);
        foreach (PlannedBlob blob in plan.Blobs)
            await blobs.AddAsync(blob, cancellationToken);
        return new ServedArchive(reader, plan, blobs);
    }

    /// <summary>The last part of the root's repository; without a root, the file name.</summary>
    public string DefaultName
    {
        get
        {
            if (_plan.Root is { } root)
                return root.Source.Repository.LastSegment;
            string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(_reader.Path));
            StringBuilder clean = new();
            foreach (char c in (name.IndexOf('.') is > 0 and int dot ? name[..dot] : name).ToLowerInvariant())
                clean.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
            string result = clean.ToString().Trim('-');
            return Names.IsRepository(result) ? result : "images";
        }
    }

    /// <summary>
    /// The warnings about content that is not served as what it is. The plan's other warnings concern flags that do not exist here.
    /// </summary>
    public IEnumerable<Diagnostic> Warnings => _plan.Warnings.Where(
        warning => warning.Code is ErrorCode.LayoutEntryLeft or ErrorCode.LayoutBundleAlone);

    /// <summary>Supplies the layers that a delta requires from the other served archives.</summary>
    /// <param name="beside">All served archives.</param>
    /// <param name="changes">Told of an archive that has changed.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DeltaLayersMissing"/>: none of them has a
    /// layer.</exception>
    public void Complete(IEnumerable<ServedArchive> beside, ArchiveChanges changes) =>
        _blobs.Complete([.. beside.Where(other => other != this).Select(other => other._blobs)], changes);

    /// <summary>Adds everything to a repository.</summary>
    /// <returns>The tags that pointed at something else before.</returns>
    public IReadOnlyList<string> AddTo(ArchiveRepository repository)
    {
        List<string> moved = [];
        repository.Settle();
        foreach (PlannedItem item in _plan.Items)
        {
            AddContent(repository, item);
            SetTag(ContentTag.Of(item.Digest), item.Digest);
            if (item.Tag is not null)
                SetTag(item.Tag, item.Digest);
        }

        // Making the locations images takes a tenth of the start-up time, and clients seldom request them first.
        if (!_plan.Bundles.Any(bundle => repository.ResolveTag(LocationsImage.Tag(bundle.Digest)) is not null))
            repository.AddLater(later => AddLocations(later, (tag, digest) => later.SetTag(tag, digest)));
        else
            AddLocations(repository, SetTag);
        return moved;

        void SetTag(string tag, Digest digest)
        {
            if (repository.SetTag(tag, digest) is not null)
                moved.Add(tag);
        }
    }

    /// <summary>The tags that the images have in the mirrors of their source repositories.</summary>
    public IEnumerable<(RepositoryName Origin, string Tag, Digest Digest)> MirroredTags => _plan.Items.Where(item => item.Tag is not null)
        .SelectMany(item => OriginsOf(item).Select(origin => (origin, item.Tag!, item.Digest)));

    /// <summary>Adds each image to the mirror of its source repository, under its tag there.</summary>
    /// <param name="standIn">Returns the mirror of a repository.</param>
    public void AddToOrigins(Func<RepositoryName, ArchiveRepository> standIn)
    {
        foreach (PlannedItem item in _plan.Items)
        {
            foreach (RepositoryName origin in OriginsOf(item))
            {
                ArchiveRepository repository = standIn(origin);
                AddContent(repository, item);
                if (item.Tag is not null)
                    repository.SetTag(item.Tag, item.Digest);
            }
        }
    }

    private void AddContent(ArchiveRepository repository, PlannedItem item)
    {
        foreach (PlannedManifest node in item.Content.SelfAndDescendants())
        {
            repository.AddManifest(node.Manifest);
            foreach (Descriptor blob in node.Blobs)
            {
                if (_blobs.Find(blob.Digest) is { } open)
                    repository.AddBlob(blob.Digest, open);
            }
        }
    }

    private void AddLocations(ArchiveRepository repository, Action<string, Digest> setTag)
    {
        foreach (PlannedBundle bundle in _plan.Bundles)
        {
            LocationsImage locations = LocationsImage.Create(bundle.Locations);
            repository.AddBlob(locations.Manifest.Config!.Digest, () => new MemoryContent(locations.Config));
            repository.AddBlob(locations.Manifest.Layers[0].Digest, () => new MemoryContent(locations.Layer));
            repository.AddManifest(locations.Manifest);
            setTag(LocationsImage.Tag(bundle.Digest), locations.Manifest.Digest);
            setTag(ContentTag.Of(locations.Manifest.Digest), locations.Manifest.Digest);
        }
    }

    private static IEnumerable<RepositoryName> OriginsOf(PlannedItem item) =>
        ((RepositoryName?[])[item.Source.Repository, OriginOf(item)]).OfType<RepositoryName>().Distinct();

    // The reference that a bundle recorded for an image: its location before any relocation.
    private static RepositoryName? OriginOf(PlannedItem item) =>
        ImageReference.TryParse(item.OriginalReference, out ImageReference? original, out _) ? original.Repository : null;
}
