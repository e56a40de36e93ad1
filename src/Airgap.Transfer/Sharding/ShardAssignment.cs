using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Which shard sends which blob: a function of the plans and of the number of shards alone, so that all find the same.
/// </summary>
internal sealed class ShardAssignment
{
    /// <summary>The number of the rule. Another rule has another number, for shards of two releases carry out one plan.</summary>
    public const int Rule = 1;

    /// <summary>The weight of a request, in bytes.</summary>
    public const long RequestWeight = 128 * 1024;

    // A HEAD, the source's GET, the upload's POST and its PUT.
    private const int BlobRequests = 4;

    private readonly Dictionary<Digest, int>[] _shards;

    private ShardAssignment(Dictionary<Digest, int>[] shards, ImmutableArray<long> weights)
    {
        _shards = shards;
        Weights = weights;
    }

    /// <summary>The weights of the shards, in order.</summary>
    public ImmutableArray<long> Weights { get; }

    /// <summary>Divides plans that are carried out together.</summary>
    /// <param name="plans">The plans.</param>
    /// <param name="count">How many shards there are.</param>
    public static ShardAssignment Of(IReadOnlyList<TransferPlan> plans, int count)
    {
        long[] loads = new long[count];
        PriorityQueue<int, (long Load, int Shard)> lightest = new(Enumerable.Range(0, count).Select(shard => (shard, (0L, shard))));
        Dictionary<Digest, int>[] shards = [.. plans.Select(_ => new Dictionary<Digest, int>())];
        long most = Math.Max(1, plans.SelectMany(plan => plan.Blobs).Sum(Weigh) / count / 4);
        IEnumerable<Unit> units = plans.SelectMany((plan, place) => UnitsOf(plan, place, most));
        foreach (Unit unit in units.OrderByDescending(unit => unit.Weight).ThenBy(unit => unit.First).ThenBy(unit => unit.Plan))
        {
            int shard = lightest.Dequeue();
            foreach (Digest blob in unit.Blobs)
                shards[unit.Plan].Add(blob, shard + 1);
            loads[shard] += unit.Weight;
            lightest.Enqueue(shard, (loads[shard], shard));
        }

        return new ShardAssignment(shards, [.. loads]);
    }

    /// <summary>The shard of a blob, from 1.</summary>
    /// <param name="plan">The place of its plan.</param>
    /// <param name="blob">The blob.</param>
    public int ShardOf(int plan, Digest blob) => _shards[plan][blob];

    private static long Weigh(PlannedBlob blob) => blob.Descriptor.Size + (BlobRequests * RequestWeight);

    // The blobs of one image stay together, so that its shard can push the image; a heavy image is divided, so that the shards are even.
    private static IEnumerable<Unit> UnitsOf(TransferPlan plan, int place, long most)
    {
        Dictionary<Digest, Digest?> owners = [];
        HashSet<Digest> seen = [];
        foreach (PlannedManifest image in plan.Items.SelectMany(item => item.Content.SelfAndDescendants()))
        {
            if (!seen.Add(image.Manifest.Digest))
                continue;
            foreach (Descriptor blob in image.Blobs.DistinctBy(blob => blob.Digest))
            {
                if (!owners.TryAdd(blob.Digest, image.Manifest.Digest))
                    owners[blob.Digest] = null;
            }
        }

        // Each group in the plan's order of blobs, which is that of digests.
        foreach (IGrouping<Digest, PlannedBlob> group in plan.Blobs.GroupBy(
            blob => owners.GetValueOrDefault(blob.Descriptor.Digest) ?? blob.Descriptor.Digest))
        {
            if (group.Sum(Weigh) <= most)
            {
                yield return new Unit(place, [.. group.Select(blob => blob.Descriptor.Digest)], group.Sum(Weigh));
                continue;
            }

            foreach (PlannedBlob blob in group)
                yield return new Unit(place, [blob.Descriptor.Digest], Weigh(blob));
        }
    }

    private sealed record Unit(int Plan, ImmutableArray<Digest> Blobs, long Weight)
    {
        public Digest First => Blobs[0];
    }
}
