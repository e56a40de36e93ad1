using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Sharding;

/// <summary>
/// Assigns each blob to a shard. The result depends only on the plans and the number of shards, so all processes compute the same.
/// </summary>
internal sealed class ShardAssignment
{
    /// <summary>The number of the rule. A changed rule needs a new number, since different releases may carry out one plan.</summary>
    public const int Rule = 1;

    /// <summary>The weight of a request, in bytes.</summary>
    public const long RequestWeight = 128 * 1024;

    // The requests for one blob: HEAD at the destination, GET at the source, POST and PUT of the upload.
    private const int BlobRequests = 4;

    private readonly Dictionary<Digest, int> _shards;

    private ShardAssignment(Dictionary<Digest, int> shards, ImmutableArray<long> weights)
    {
        _shards = shards;
        Weights = weights;
    }

    /// <summary>The weights of the shards, in order.</summary>
    public ImmutableArray<long> Weights { get; }

    /// <summary>Divides the blobs of plans that are carried out together.</summary>
    /// <param name="plans">The plans.</param>
    /// <param name="count">The number of shards.</param>
    public static ShardAssignment Of(IReadOnlyList<TransferPlan> plans, int count)
    {
        long[] loads = new long[count];
        PriorityQueue<int, (long Load, int Shard)> lightest = new(Enumerable.Range(0, count).Select(shard => (shard, (0L, shard))));
        SortedDictionary<Digest, long> weights = [];
        foreach (PlannedBlob blob in plans.SelectMany(plan => plan.Blobs))
        {
            // A further destination costs only requests: the bytes are assumed to be in its registry already.
            long requests = BlobRequests * RequestWeight;
            weights[blob.Descriptor.Digest] =
                weights.TryGetValue(blob.Descriptor.Digest, out long known) ? known + requests : blob.Descriptor.Size + requests;
        }

        Dictionary<Digest, int> shards = [];
        long most = Math.Max(1, weights.Values.Sum() / count / 4);
        foreach (Unit unit in UnitsOf(plans, weights, most).OrderByDescending(unit => unit.Weight).ThenBy(unit => unit.First))
        {
            int shard = lightest.Dequeue();
            foreach (Digest blob in unit.Blobs)
                shards.Add(blob, shard + 1);
            loads[shard] += unit.Weight;
            lightest.Enqueue(shard, (loads[shard], shard));
        }

        return new ShardAssignment(shards, [.. loads]);
    }

    /// <summary>The shard of a blob, from 1, the same in all plans.</summary>
    /// <param name="blob">The blob.</param>
    public int ShardOf(Digest blob) => _shards[blob];

    // The blobs of an image stay together, so that its shard can put the image; heavy groups are split, so that shards are even.
    private static IEnumerable<Unit> UnitsOf(IReadOnlyList<TransferPlan> plans, SortedDictionary<Digest, long> weights, long most)
    {
        Dictionary<Digest, Digest?> owners = [];
        HashSet<Digest> seen = [];
        foreach (PlannedManifest image in plans.SelectMany(plan => plan.Items).SelectMany(item => item.Content.SelfAndDescendants()))
        {
            if (!seen.Add(image.Manifest.Digest))
                continue;
            foreach (Descriptor blob in image.Blobs.DistinctBy(blob => blob.Digest))
            {
                if (!owners.TryAdd(blob.Digest, image.Manifest.Digest))
                    owners[blob.Digest] = null;
            }
        }

        // Each group is ordered by digest.
        foreach (IGrouping<Digest, Digest> group in weights.Keys.GroupBy(blob => owners.GetValueOrDefault(blob) ?? blob))
        {
            if (group.Sum(blob => weights[blob]) is var weight && weight <= most)
            {
                yield return new Unit([.. group], weight);
                continue;
            }

            foreach (Digest blob in group)
                yield return new Unit([blob], weights[blob]);
        }
    }

    private sealed record Unit(ImmutableArray<Digest> Blobs, long Weight)
    {
        public Digest First => Blobs[0];
    }
}
