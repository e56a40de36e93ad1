using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the manifests of a plan's file, and puts their trees together.</summary>
/// <param name="path">How errors name the file.</param>
/// <param name="embedsConfigs">True for an archive that has each image's config in its list.</param>
internal sealed class RunPlanManifests(string path, bool embedsConfigs)
{
    /// <summary>Indexes in indexes beyond this are an attack, as at a registry.</summary>
    private const int MaxDepth = 16;

    /// <summary>The number of manifests of all trees; a repeated one counts repeatedly.</summary>
    private const int MaxNodes = 1_000_000;

    // Sums over all relocations of a plan fit into a number.
    private const long MaxBytes = 1L << 52;

    /// <summary>Reads them, in their order.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>.</exception>
    public ImmutableArray<PlannedManifest> Read(RunPlanEntry entry)
    {
        List<PlannedManifest> read = [];
        List<(int Depth, long Nodes)> trees = [];
        HashSet<(RepositoryName, Digest)> known = [];
        UInt128 bytes = 0;
        foreach (RunPlanManifest each in entry.Manifests)
        {
            if (!RepositoryName.TryParse(each.Origin, out RepositoryName? origin, out _))
                throw Invalid($"'{Printable.Line(each.Origin)}' is not a repository");
            Manifest manifest = ManifestOf(each);
            if (!known.Add((origin, manifest.Digest)))
                throw Invalid($"it has the manifest {manifest.Digest} of {origin} twice");
            if (each.Children is null == manifest.IsIndex)
                throw Invalid($"the properties of {manifest.Digest} do not fit an {(manifest.IsIndex ? "index" : "image")}");
            PlannedManifest node = manifest.IsIndex
                ? new PlannedManifest { Manifest = manifest, Origin = origin, Children = ChildrenOf(each, manifest, read) }
                : PlannedManifest.FromImage(origin, manifest, ConfigOf(each, manifest), entry.NonDistributableLayers);
            (int Depth, long Nodes) tree = (1, 1);
            foreach (int child in each.Children ?? [])
                tree = (Math.Max(tree.Depth, trees[child].Depth + 1), tree.Nodes + trees[child].Nodes);
            if (tree.Depth > MaxDepth || tree.Nodes > MaxNodes)
                throw Invalid($"the index {manifest.Digest} holds more than {MaxNodes} manifests or goes deeper than {MaxDepth} levels");
            foreach (Descriptor blob in node.Blobs)
                bytes += (ulong)blob.Size;
            if (bytes > MaxBytes)
                throw Invalid("its blobs have invalid lengths");
            read.Add(node);
            trees.Add(tree);
        }

        if (entry.Items.Where(item => item.Manifest >= 0 && item.Manifest < trees.Count).Sum(item => trees[item.Manifest].Nodes) > MaxNodes)
            throw Invalid($"its images hold more than {MaxNodes} manifests");
        return [.. read];
    }

    private Manifest ManifestOf(RunPlanManifest each)
    {
        if (!Digest.TryParse(each.Digest, out Digest digest))
            throw Invalid($"'{Printable.Line(each.Digest)}' is not a digest");
        if (each.Content.Length > Manifest.MaxBytes || Digest.ComputeLike(digest, each.Content.Span) != digest)
            throw Invalid($"the bytes of the manifest {digest} in it are others");
        try
        {
            Manifest manifest = Manifest.Parse(each.Content, each.MediaType, digest);
            return manifest.MediaType == each.MediaType
                ? manifest : throw Invalid($"the manifest {digest} is not of the media type '{Printable.Line(each.MediaType)}'");
        }
        catch (AirgapException e) when (e.Code is ErrorCode.InvalidManifest or ErrorCode.UnsupportedManifest)
        {
            throw Invalid(e.Message.TrimEnd('.'), e);
        }
    }

    private ImmutableArray<PlannedManifest> ChildrenOf(RunPlanManifest each, Manifest index, List<PlannedManifest> read)
    {
        ImmutableArray<PlannedManifest>.Builder children = ImmutableArray.CreateBuilder<PlannedManifest>();
        foreach (int child in each.Children!.Value)
        {
            if (child < 0 || child >= read.Count)
                throw NotListed(index);
            children.Add(read[child]);
        }

        // In the order of the index, and as often as there: only the children show what is left out.
        HashSet<Digest> there = [.. children.Select(child => child.Manifest.Digest)];
        return index.Manifests.Select(child => child.Digest).Where(there.Contains)
            .SequenceEqual(children.Select(child => child.Manifest.Digest)) ? children.ToImmutable() : throw NotListed(index);
    }

    private AirgapException NotListed(Manifest index) =>
        Invalid($"the index {index.Digest} does not list what the plan says is in it");

    private StoredBytes? ConfigOf(RunPlanManifest each, Manifest image)
    {
        if (each.Config is not { } config)
        {
            // One that is too large was not read when the plan was made either.
            return embedsConfigs && image.Config!.Size <= PlannedManifest.SmallBlob
                ? throw Invalid($"an archive has the config of {image.Digest} in its list, and the plan lacks it") : null;
        }

        if (config.Length != image.Config!.Size || Digest.ComputeLike(image.Config.Digest, config.Span) != image.Config.Digest)
            throw Invalid($"the bytes of the config {image.Config.Digest} in it are others");
        return new StoredBytes(config);
    }

    private AirgapException Invalid(string why, Exception? inner = null) => RunPlanFile.Invalid(path, why, inner);
}
