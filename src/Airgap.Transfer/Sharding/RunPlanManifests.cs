using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>Reads the manifests of a plan's file and builds their trees.</summary>
/// <param name="path">The file's name in errors.</param>
/// <param name="embedsConfigs">True for an archive that embeds each image's config.</param>
internal sealed class RunPlanManifests(string path, bool embedsConfigs)
{
    /// <summary>The maximum nesting of indexes; a deeper nesting is an attack.</summary>
    private const int MaxDepth = 16;

    /// <summary>The maximum number of manifests in all trees, repetitions included.</summary>
    private const int MaxNodes = 1_000_000;

    // The totals over all relocations must not overflow.
    private const long MaxBytes = 1L << 52;

    /// <summary>Reads them in order.</summary>
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
                throw Invalid($"the properties of {manifest.Digest} are not those of an {(manifest.IsIndex ? "index" : "image")}");
            PlannedManifest node = manifest.IsIndex
                ? new PlannedManifest { Manifest = manifest, Origin = origin, Children = ChildrenOf(each, manifest, read) }
                : PlannedManifest.FromImage(origin, manifest, ConfigOf(each, manifest), entry.NonDistributableLayers);
            (int Depth, long Nodes) tree = (1, 1);
            foreach (int child in each.Children ?? [])
                tree = (Math.Max(tree.Depth, trees[child].Depth + 1), tree.Nodes + trees[child].Nodes);
            if (tree.Depth > MaxDepth || tree.Nodes > MaxNodes)
                throw Invalid($"the index {manifest.Digest} has more than {MaxNodes} manifests or is nested deeper than {MaxDepth} levels");
            foreach (Descriptor blob in node.Blobs)
                bytes += (ulong)blob.Size;
            if (bytes > MaxBytes)
                throw Invalid("its blobs have invalid lengths");
            read.Add(node);
            trees.Add(tree);
        }

        if (entry.Items.Where(item => item.Manifest >= 0 && item.Manifest < trees.Count).Sum(item => trees[item.Manifest].Nodes) > MaxNodes)
            throw Invalid($"its images have more than {MaxNodes} manifests");
        return [.. read];
    }

    private Manifest ManifestOf(RunPlanManifest each)
    {
        if (!Digest.TryParse(each.Digest, out Digest digest))
            throw Invalid($"'{Printable.Line(each.Digest)}' is not a digest");
        if (each.Content.Length > Manifest.MaxBytes || Digest.ComputeLike(digest, each.Content.Span) != digest)
            throw Invalid($"its bytes of the manifest {digest} have another digest");
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

        // The children must have the order of the index, each as often as in the index, because only their absence shows what is omitted.
        HashSet<Digest> there = [.. children.Select(child => child.Manifest.Digest)];
        return index.Manifests.Select(child => child.Digest).Where(there.Contains)
            .SequenceEqual(children.Select(child => child.Manifest.Digest)) ? children.ToImmutable() : throw NotListed(index);
    }

    private AirgapException NotListed(Manifest index) =>
        Invalid($"the index {index.Digest} does not list the manifests that the plan gives it");

    private StoredBytes? ConfigOf(RunPlanManifest each, Manifest image)
    {
        if (each.Config is not { } config)
        {
            // A config may be missing if it is too large, because planning does not read it then.
            return embedsConfigs && image.Config!.Size <= PlannedManifest.SmallBlob
                ? throw Invalid($"an archive embeds the config of {image.Digest}, but the plan lacks it") : null;
        }

        if (config.Length != image.Config!.Size || Digest.ComputeLike(image.Config.Digest, config.Span) != image.Config.Digest)
            throw Invalid($"its bytes of the config {image.Config.Digest} have another digest");
        return new StoredBytes(config);
    }

    private AirgapException Invalid(string why, Exception? inner = null) => RunPlanFile.Invalid(path, why, inner);
}
