using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>Makes the document of a plan.</summary>
internal static class RunPlanWriter
{
    /// <summary>The maximum size of the blobs inside a plan, in bytes: bundles are small, and the file is read whole.</summary>
    public const long MostContent = 64 * 1024 * 1024;

    /// <summary>Makes a relocation's part of the document.</summary>
    /// <param name="plan">The content.</param>
    /// <param name="destination">The destination.</param>
    /// <param name="choices">The options.</param>
    /// <param name="derived">Manifests that no registry has; the plan contains their blobs.</param>
    /// <param name="cancellationToken">Ends the reading of these.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.PlanNotShared"/>: other machines could not carry it out.</exception>
    public static async Task<RunPlanEntry> CreateAsync(
        TransferPlan plan, RelocationDestination destination, RunPlanChoices choices, IReadOnlySet<Digest> derived,
        CancellationToken cancellationToken)
    {
        RunPlanSupport.Check(plan, destination);
        Numbering numbering = new();
        ImmutableArray<RunPlanItem> items =
            [.. plan.Items.Select(item => new RunPlanItem(item.Source.ToString(), numbering.Of(item.Content))
        {
            Original = item.OriginalReference.Length == 0 ? null : item.OriginalReference,
            Tag = item.Tag,
            RootBundle = item.IsRootBundle,
            Bundle = item.IsBundle,
        })];
        HashSet<Digest> inside = [.. plan.Items.SelectMany(item => item.Content.SelfAndDescendants())
            .Where(node => derived.Contains(node.Manifest.Digest)).SelectMany(node => node.Blobs).Select(blob => blob.Digest)];
        return new RunPlanEntry
        {
            Kind = KindOf(plan.Source),
            Source = plan.Source.ToString()!,
            Repository = (destination as RelocationDestination.Repository)?.Name.ToString(),
            Archive = (destination as RelocationDestination.Archive)?.Path,
            Format = destination is RelocationDestination.Archive { Format: var format } ? RunPlanSupport.WordOf(format) : null,
            RepositoryBasedTags = choices.RepositoryBasedTags,
            NonDistributableLayers = choices.NonDistributableLayers,
            Totals = new RunPlanTotals(plan.Items.Length, numbering.Manifests.Count, plan.Blobs.Length, plan.TotalBytes),
            Items = items,
            Root = plan.Root is { } root ? plan.Items.IndexOf(root) : null,
            Manifests = [.. numbering.Manifests],
            Blobs = [.. await BlobsAsync(plan, inside, cancellationToken)],
            Bundles = [.. plan.Bundles.Select(BundleOf)],
            ImagesLock = plan.ImagesLock?.ToYaml(),
            Derived = plan.Derived.IsEmpty ? null : [.. plan.Derived.Select(DerivedOf)],
            Warnings = [.. plan.Warnings.Select(WarningOf)],
            Signatures = choices.Signatures,
        };
    }

    private static async Task<List<RunPlanBlob>> BlobsAsync(
        TransferPlan plan, HashSet<Digest> inside, CancellationToken cancellationToken)
    {
        long total = 0;
        List<RunPlanBlob> blobs = [];
        foreach (PlannedBlob blob in plan.Blobs)
        {
            ReadOnlyMemory<byte>? content = null;
            if (inside.Contains(blob.Descriptor.Digest))
            {
                if ((total += blob.Descriptor.Size) > MostContent)
                    throw RunPlanSupport.No(
                        plan.Source, $"the derived content has more than {MostContent} bytes, too many for a plan's file");
                content = await blob.Content.ReadWholeAsync(
                    async (stream, token) =>
                    {
                        using MemoryStream bytes = new();
                        await stream.CopyToAsync(bytes, token);
                        return bytes.ToArray();
                    },
                    cancellationToken);
            }

            blobs.Add(new RunPlanBlob(
                blob.Descriptor.Digest.ToString(), blob.Descriptor.Size, blob.Origin!.ToString())
            { Content = content });
        }

        return blobs;
    }

    private static RunPlanBundle BundleOf(PlannedBundle bundle) => new(
        bundle.Digest.ToString(), bundle.Lock.ToYaml(),
        [.. bundle.Locations.Images.Select(image => new RunPlanLocation(image.Image, image.IsBundle)
        {
            LeftOut = image.LeftOut.IsEmpty ? null : [.. image.LeftOut.Select(digest => digest.ToString())],
        })])
    {
        HasPackages = bundle.HasPackages,
        Packages = bundle.Packages,
        PackageWarnings = [.. bundle.PackageWarnings.Select(WarningOf)],
    };

    private static RunPlanDerived DerivedOf(DerivedManifest made) => new(made.Digest.ToString(), made.From.ToString())
    {
        Kept = made.Kept.IsEmpty ? null : [.. made.Kept.Select(kept => kept.ToString())],
    };

    private static RunPlanWarning WarningOf(Diagnostic warning) =>
        new((int)warning.Code, warning.Message, warning.Advice) { Reference = warning.Reference };

    private static string KindOf(RelocationSource source) => source switch
    {
        RelocationSource.Bundle => RunPlanKinds.Bundle,
        RelocationSource.Image => RunPlanKinds.Image,
        _ => RunPlanKinds.Lock,
    };

    // Numbers each manifest after its children.
    private sealed class Numbering
    {
        private readonly Dictionary<(RepositoryName, Digest), int> _places = [];

        public List<RunPlanManifest> Manifests { get; } = [];

        public int Of(PlannedManifest node)
        {
            if (_places.TryGetValue((node.Origin, node.Manifest.Digest), out int known))
                return known;
            ImmutableArray<int>? children = node.Manifest.IsIndex ? [.. node.Children.Select(Of)] : null;
            Manifests.Add(new RunPlanManifest(
                node.Manifest.Digest.ToString(), node.Manifest.MediaType, node.Origin.ToString(), node.Manifest.Bytes)
            {
                Children = children,
                Config = node.Config,
            });
            _places.Add((node.Origin, node.Manifest.Digest), Manifests.Count - 1);
            return Manifests.Count - 1;
        }
    }
}
