using System.Text;
using Airgap.Oci;
using Airgap.TestKit.Sharding;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Transfer.Tests.Sharding;

[TestClass]
public sealed class ShardAssignmentTests
{
    private const string Golden = "sha256:b7b3157ac7cd60fb77fc7edc750ac08057e021d1947400d9af00fee6c424d1c0";

    [TestMethod]
    public void EveryBlob_HasOneShard_TheSameInEveryProcess()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            TransferPlan plan = GeneratedPlan.Create(new Random(seed), images: 60);
            TransferPlan turned = plan with { Items = [.. plan.Items.Reverse()] };
            int count = 1 + (seed % 9);
            ShardAssignment one = ShardAssignment.Of([plan], count);
            ShardAssignment other = ShardAssignment.Of([turned], count);
            foreach (PlannedBlob blob in plan.Blobs)
            {
                int shard = one.ShardOf(blob.Descriptor.Digest);
                Assert.IsTrue(shard >= 1 && shard <= count);
                Assert.AreEqual(shard, other.ShardOf(blob.Descriptor.Digest), $"seed {seed}: the order of images does not matter");
            }
        }
    }

    /// <summary>No unit except a single blob is more than a quarter of a share, so shards differ by no more than that.</summary>
    [TestMethod]
    public void Shards_AreEven()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            TransferPlan plan = GeneratedPlan.Create(new Random(seed), images: 300);
            int count = 2 + (seed % 7);
            ShardAssignment assignment = ShardAssignment.Of([plan], count);
            double share = assignment.Weights.Sum(weight => (double)weight) / count;
            double longest = plan.Blobs.Max(blob => blob.Descriptor.Size) + (4 * ShardAssignment.RequestWeight);
            double most = Math.Max(longest, share * 1.25);
            Assert.IsLessThanOrEqualTo(most, assignment.Weights.Max(), $"seed {seed}");
            Assert.IsLessThan(share * 0.25 + longest, assignment.Weights.Max() - assignment.Weights.Min(), $"seed {seed}");
        }
    }

    [TestMethod]
    public void TheBlobsOfAnImage_StayTogether()
    {
        TransferPlan plan = GeneratedPlan.Create(new Random(1), images: 200);
        ShardAssignment assignment = ShardAssignment.Of([plan], 4);
        Dictionary<Digest, int> uses = plan.Items.SelectMany(item => item.Content.Blobs).CountBy(blob => blob.Digest).ToDictionary();
        int whole = plan.Items.Count(item => item.Content.Blobs.Where(blob => uses[blob.Digest] == 1)
            .Select(blob => assignment.ShardOf(blob.Digest)).Distinct().Count() <= 1);
        Assert.IsGreaterThan(190, whole);
    }

    [TestMethod]
    public void SeveralRelocationsAreBalancedTogether()
    {
        TransferPlan[] plans = [.. Enumerable.Range(0, 8).Select(seed => GeneratedPlan.Create(new Random(seed), images: 1))];
        ShardAssignment assignment = ShardAssignment.Of(plans, 4);
        Assert.IsTrue(assignment.Weights.All(weight => weight > 0), "one image each, and no shard is idle");
        for (int i = 0; i < plans.Length; i++)
            Assert.IsTrue(plans[i].Blobs.All(blob => assignment.ShardOf(blob.Descriptor.Digest) is >= 1 and <= 4));
    }

    /// <summary>
    /// The definition of rule 1: shards of two releases carry out one plan, so a changed rule needs another number.
    /// </summary>
    [TestMethod]
    public void TheDivision_IsStable()
    {
        TransferPlan plan = GeneratedPlan.Create(new Random(7), images: 100);
        ShardAssignment assignment = ShardAssignment.Of([plan], 8);
        StringBuilder text = new();
        foreach (PlannedBlob blob in plan.Blobs)
            text.Append(blob.Descriptor.Digest).Append(' ').Append(assignment.ShardOf(blob.Descriptor.Digest)).Append('\n');
        Assert.AreEqual(1, ShardAssignment.Rule);
        Assert.AreEqual(Golden, Digest.Compute(Encoding.UTF8.GetBytes(text.ToString())).ToString());
    }
}
