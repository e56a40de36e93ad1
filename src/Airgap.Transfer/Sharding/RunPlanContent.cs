using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Compares a plan's statements about its bundles with their content before anything becomes visible: a plan that lists a bundle as an
/// image, or with another lock, would leave an incomplete mirror. The content is verified by its digests.
/// </summary>
/// <param name="run">The relocation.</param>
/// <param name="contentOf">Opens one of its blobs.</param>
/// <param name="concurrency">The number of concurrent reads.</param>
internal sealed class RunPlanContent(RunPlan run, Func<Descriptor, IBlobContent> contentOf, int concurrency)
{
    /// <summary>Reads the layer of each bundle, and the config of each image that could be one.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidRunPlan"/>; 1xxx or 3xxx: a blob cannot be read.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = Math.Max(1, concurrency), CancellationToken = cancellationToken };
        Dictionary<Digest, PlannedItem> bundles = [];
        foreach (PlannedItem item in run.Plan.Items.Where(item => item.IsBundle))
            bundles.TryAdd(item.Digest, item);
        await Parallel.ForEachAsync(
            run.Plan.Bundles, options, async (bundle, token) => await CheckBundleAsync(bundle, bundles[bundle.Digest], token));
        await Parallel.ForEachAsync(
            run.Plan.Items.Where(item => !item.IsBundle && MayBeBundle(item.Content)).DistinctBy(item => item.Digest), options,
            async (item, token) => await CheckImageAsync(item, token));
    }

    // A bundle needs the layer that imgpkg and kapp-controller accept, not only the label (BundleContent.LayerOf).
    private static bool MayBeBundle(PlannedManifest node) => node.Manifest is
    {
        IsIndex: false, Config.Size: <= PlannedManifest.SmallBlob,
        Layers: [{ MediaType: MediaTypes.DockerLayerGzip }]
    };

    private async Task CheckBundleAsync(PlannedBundle bundle, PlannedItem item, CancellationToken cancellationToken)
    {
        BundleContent content = await ReadAsync(bundle, item, cancellationToken);
        if (content.Lock.ToYaml() != bundle.Lock.ToYaml())
            throw Invalid($"its lock differs from the one in the bundle {bundle.Digest}");
        if (content.HasPackages != bundle.HasPackages
            || (item.IsRootBundle && !content.Packages.SequenceEqual(bundle.Packages, StringComparer.Ordinal)))
            throw Invalid($"its packages differ from those in the bundle {bundle.Digest}");
    }

    private async Task<BundleContent> ReadAsync(PlannedBundle bundle, PlannedItem item, CancellationToken cancellationToken)
    {
        try
        {
            return await contentOf(BundleContent.LayerOf(item.Content.Manifest, item.Source)).ReadWholeAsync(
                (stream, token) => BundleContent.ReadAsync(stream, item.Source, withPackages: item.IsRootBundle, token),
                cancellationToken);
        }
        catch (AirgapException e) when (e.Code == ErrorCode.InvalidBundle)
        {
            throw Invalid($"{bundle.Digest} is not a bundle: {e.Message.TrimEnd('.')}");
        }
    }

    private async Task CheckImageAsync(PlannedItem item, CancellationToken cancellationToken)
    {
        Descriptor config = item.Content.Manifest.Config!;
        ReadOnlyMemory<byte> bytes = item.Content.StoredConfig?.Bytes ?? await contentOf(config).ReadWholeAsync(
            async (stream, token) =>
            {
                using MemoryStream read = new((int)config.Size);
                await stream.CopyToAsync(read, token);
                return read.ToArray();
            },
            cancellationToken);
        if (BundleLabel.IsPresent(bytes.Span))
            throw Invalid($"it lists {item.Source} as an image, but that is a bundle, whose images would be omitted");
    }

    private AirgapException Invalid(string why) => RunPlanFile.Invalid(run.Path, why);
}
