using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

[TestClass]
public sealed class RemovalOrderTests
{
    [TestMethod]
    public void AManifest_IsRemovedBeforeItsReferences()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            Digest[] digests = [.. Enumerable.Range(0, 20).Select(i => Digest.Compute([(byte)seed, (byte)i]))];
            Dictionary<Digest, ContentNode> nodes = digests.Select((digest, i) => (digest, i)).ToDictionary(
                pair => pair.digest,
                pair => new ContentNode(new Descriptor("", pair.digest, 1))
                {
                    Links = [.. Enumerable.Range(pair.i + 1, 19 - pair.i).Where(_ => random.Next(4) == 0)
                        .Select(j => new ContentLink(digests[j], LinkKind.Child))]
                });
            List<Digest> order = [.. RemovalOrder.Of(nodes, digest => digest.Hex[0] < '8')];
            Assert.HasCount(20, order);
            Assert.IsTrue(nodes.All(
                node => node.Value.Links.All(link => order.IndexOf(node.Key) < order.IndexOf(link.Target))), $"seed {seed}");
        }

        // A cycle, which tags can make, is removed in any order.
        Dictionary<Digest, ContentNode> circle = new() { [Digest.Compute([1])] = Node(1, 2), [Digest.Compute([2])] = Node(2, 1) };
        Assert.HasCount(2, RemovalOrder.Of(circle, _ => false));

        static ContentNode Node(byte own, byte other) => new(new Descriptor("", Digest.Compute([own]), 1))
        {
            Links = [new ContentLink(Digest.Compute([other]), LinkKind.Artifact)]
        };
    }
}
