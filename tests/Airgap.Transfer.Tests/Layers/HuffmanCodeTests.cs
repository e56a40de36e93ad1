using Airgap.Transfer.Layers.Deflate;
using CsCheck;

namespace Airgap.Transfer.Tests.Layers;

[TestClass]
public sealed class HuffmanCodeTests
{
    [TestMethod]
    [DataRow(15, "1 1 2 3 5 8 13 21 34 55 89 144 233 377 610 987 1597 2584 4181 6765",
        "15 15 15 15 14 14 13 13 12 12 10 9 8 7 6 5 4 3 2 1")]
    [DataRow(7, "1 1 2 3 5 8 13 21 34 55 89 144", "7 7 7 7 6 6 5 5 4 4 2 1")]
    [DataRow(7, "1 1 1 1 1", "3 3 2 2 2")]
    [DataRow(7, "2 1 1 2 3", "2 3 3 2 2")]
    [DataRow(7, "3 1 1 1 1 1 1 1 1 1 2 2 2 4 8 16 0 40 100", "6 7 7 7 7 7 7 7 7 7 7 7 7 6 4 4 0 2 1")]
    [DataRow(15, "5 0 0 5", "1 0 0 1")]
    [DataRow(15, "0 9 0 0", "0 1 0 0")]
    [DataRow(15, "0 0", "0 0")]
    public void Lengths_AreGos(int limit, string counts, string lengths)
    {
        HuffmanCode code = Build(limit, [.. counts.Split(' ').Select(int.Parse)]);
        Assert.AreEqual(lengths, string.Join(' ', code.Lengths));
    }

    [TestMethod]
    public void AnyCodeIsCompleteWithinItsLimitAndFreeOfPrefixes() =>
        Gen.Select(Gen.Int[0, 2000].Array[3, 286], Gen.OneOf(Gen.Const(9), Gen.Const(15))).Where(t => t.Item1.Count(n => n > 0) >= 2)
            .Sample((counts, limit) =>
        {
            HuffmanCode code = Build(limit, counts);
            HashSet<string> words = [];
            double kraft = 0;
            for (int symbol = 0; symbol < counts.Length; symbol++)
            {
                int length = code.Lengths[symbol];
                Assert.AreEqual(counts[symbol] > 0, length > 0);
                Assert.IsTrue(length <= limit);
                if (length == 0)
                    continue;
                kraft += Math.Pow(2, -length);
                words.Add(new string([.. Enumerable.Range(0, length).Select(bit => (code.Codes[symbol] >> bit & 1) == 1 ? '1' : '0')]));
            }

            Assert.AreEqual(1.0, kraft, 1e-9);
            Assert.AreEqual(counts.Count(n => n > 0), words.Count);
            foreach (string word in words)
            {
                for (int length = 1; length < word.Length; length++)
                    Assert.IsFalse(words.Contains(word[..length]));
            }
        });

    private static HuffmanCode Build(int limit, int[] counts)
    {
        HuffmanCode code = new(counts.Length, limit);
        counts.CopyTo(code.Counts, 0);
        code.Build();
        return code;
    }
}
