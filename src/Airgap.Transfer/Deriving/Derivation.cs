using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;

namespace Airgap.Transfer.Deriving;

/// <summary>
/// A bundle that was derived of another and is in no registry yet, with what was left out. Its bytes are there until it is disposed.
/// </summary>
internal sealed class Derivation : IDisposable
{
    /// <summary>The bundle that it was derived of, by digest.</summary>
    public required ImageReference Original { get; init; }

    /// <summary>The tag that the bundle was asked for by; null for a digest.</summary>
    public string? Tag { get; init; }

    /// <summary>The derived bundle's digest: the original's where nothing is left out.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The selection in one line.</summary>
    public required string Selection { get; init; }

    /// <summary>Versions of packages that stay, as <c>NAME VERSION</c>.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>Versions of packages that are left out.</summary>
    public ImmutableArray<string> LeftPackages { get; init; } = [];

    /// <summary>Entries of the root's lock that stay.</summary>
    public int Images { get; init; }

    /// <summary>Entries of the root's lock that are left out, as the lock has them.</summary>
    public ImmutableArray<string> LeftImages { get; init; } = [];

    /// <summary>Images of one platform that are left out of indexes, each once.</summary>
    public int LeftPlatforms { get; init; }

    /// <summary>
    /// By the digest of an index that stays as it is, the images that are left out of it; empty where indexes are written anew.
    /// </summary>
    public IReadOnlyDictionary<Digest, ImmutableHashSet<Digest>> Sparse { get; init; } = PlanOptions.NothingLeft;

    /// <summary>Images that stay though no chosen package names them.</summary>
    public ImmutableArray<KeptImage> Unproven { get; init; } = [];

    /// <summary>What a user should know.</summary>
    public ImmutableArray<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The same, with what to know where it goes into an archive.</summary>
    public IEnumerable<Diagnostic> WarningsOf(RelocationDestination? destination) =>
        destination is not RelocationDestination.Archive || Sparse.Count == 0 ? Warnings : Warnings.Add(new Diagnostic(
            ErrorCode.SparseArchive,
            $"{Sparse.Count} {(Sparse.Count == 1 ? "index lists" : "indexes list")} images that stay behind: imgpkg copies whole " +
            "indexes only, and registries such as docker-registry 2.8 refuse others.",
            $"Where the registry behind the air gap refuses them, {AdviceTerms.RewrittenPlatforms}."));

    /// <summary>True where all of the original is wanted, so that it is what is relocated.</summary>
    public bool IsUnchanged => Original.Digest == Digest && Sparse.Count == 0;

    /// <summary>By the digest of what was derived, what it was derived of: that is what somebody may have signed.</summary>
    internal IReadOnlyDictionary<Digest, Manifest> Originals { get; init; } = ImmutableDictionary<Digest, Manifest>.Empty;

    /// <summary>What was packed: the bytes of derived bundles.</summary>
    internal ImmutableArray<PackedImage> Packed { get; init; } = [];

    /// <summary>What stands in repositories beside what is there.</summary>
    internal IReadOnlyDictionary<RepositoryName, LocalContent> Local { get; init; } =
        ImmutableDictionary<RepositoryName, LocalContent>.Empty;

    /// <summary>What is relocated: under the tag it was asked for by.</summary>
    public RelocationSource Source =>
        new RelocationSource.Bundle(Tag is { } tag ? ImageReference.ByTag(Original.Repository, tag) : Original.WithDigest(Digest));

    /// <summary>The options of a plan of it.</summary>
    /// <param name="options">Those of a plan of the original.</param>
    /// <remarks>A repository that is destination and source in one is not asked while the plan is made: nothing of what was derived is in
    /// it before it is sent.</remarks>
    public PlanOptions Planning(PlanOptions options) => options with
    {
        Pin = Digest,
        LeftOut = Sparse,
        Destination = options.Destination is { } destination && Local.ContainsKey(destination) ? null : options.Destination
    };

    /// <summary>
    /// The plan with the originals in the place of what was derived of them, to judge who signed them: nobody has signed what is new.
    /// </summary>
    /// <param name="plan">The plan of the derived bundle.</param>
    /// <param name="whole">The plan of all of the archive that it was derived of; null where registries have the signatures.</param>
    public TransferPlan Judged(TransferPlan plan, TransferPlan? whole)
    {
        if (whole is not null)
        {
            HashSet<Digest> judged = [.. plan.Items.Select(item => Originals.GetValueOrDefault(item.Digest)?.Digest ?? item.Digest)];
            ILookup<bool, PlannedItem> kept = whole.Items.ToLookup(item => judged.Contains(item.Digest));
            HashSet<PlannedItem> attached = AttachedItems.To(kept[true], kept[false]);
            return whole with { Items = [.. whole.Items.Where(item => judged.Contains(item.Digest) || attached.Contains(item))] };
        }

        return plan with { Items = [.. plan.Items.Select(Original)], Root = plan.Root is { } root ? Original(root) : null };

        PlannedItem Original(PlannedItem item) => Originals.TryGetValue(item.Digest, out Manifest? original)
            ? item with
            {
                Source = item.Source.WithDigest(original.Digest),
                Content = new PlannedManifest { Manifest = original, Origin = item.Content.Origin }
            }
            : item;
    }

    /// <summary>
    /// The registries as they would be, had the bundle been pushed where the original is: to make a plan of it. What carries the plan out
    /// is given the registries as they are.
    /// </summary>
    public IRegistry Over(IRegistry registry) => new ProducedRegistry(registry, Local);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PackedImage packed in Packed)
            packed.Dispose();
    }
}
