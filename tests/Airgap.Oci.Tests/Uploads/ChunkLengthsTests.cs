using Airgap.Oci.Requests;
using Airgap.Oci.Uploads;

namespace Airgap.Oci.Tests.Uploads;

/// <summary>The size of a request limits the cost of a broken connection.</summary>
[TestClass]
public sealed class ChunkLengthsTests
{
    private const long MiB = 1024 * 1024;
    private const long Usual = 16 * MiB;
    private const long Longest = 256 * MiB;

    /// <summary>The longest blob that is sent whole is what the line moves in 8 s; a chunk is half of that.</summary>
    [TestMethod]
    [DataRow(0.01, 2, 1)]
    [DataRow(0.5, 4, 2)]
    [DataRow(1, 8, 4)]
    [DataRow(8, 64, 32)]
    [DataRow(20, 160, 80)]
    [DataRow(1000, 256, 256)]
    public void AKnownLine_DecidesBoth(double mebibytesPerSecond, int whole, int chunk)
    {
        ChunkLengths lengths = At(mebibytesPerSecond);
        Assert.IsFalse(lengths.AreDue(whole * MiB, isBroken: false));
        Assert.IsTrue(lengths.AreDue((whole * MiB) + 100, isBroken: false));
        Assert.AreEqual(chunk * MiB, lengths.Next(10_000 * MiB));
    }

    [TestMethod]
    public void AnUnknownLine_IsTriedWithAChunkOfTheUsualLength()
    {
        ChunkLengths lengths = new(Usual, Longest, new UploadRate(limit: null));
        Assert.IsFalse(lengths.AreDue(64 * MiB, isBroken: false));
        Assert.IsTrue(lengths.AreDue(65 * MiB, isBroken: false));
        Assert.AreEqual(Usual, lengths.Next(1000 * MiB));
    }

    [TestMethod]
    public void ALimitOfOurOwn_IsTheMostThatTheLineCanDo()
    {
        ChunkLengths slow = new(Usual, Longest, new UploadRate(limit: MiB));
        Assert.IsTrue(slow.AreDue(9 * MiB, isBroken: false));
        Assert.AreEqual(4 * MiB, slow.Next(1000 * MiB));
        ChunkLengths fast = new(Usual, Longest, new UploadRate(limit: 1000 * MiB));
        Assert.IsTrue(fast.AreDue(65 * MiB, isBroken: false), "no request has shown it");
        Assert.AreEqual(Usual, fast.Next(1000 * MiB));
    }

    [TestMethod]
    public void ARestOfLittleMore_GoesWithTheLastChunk()
    {
        ChunkLengths lengths = At(1);
        Assert.AreEqual(6 * MiB, lengths.Next(6 * MiB));
        Assert.AreEqual(4 * MiB, lengths.Next((6 * MiB) + 1));
    }

    [TestMethod]
    public void ABreakMakesThemShort_AndEachOneThatIsTakenLongerAgain()
    {
        ChunkLengths lengths = At(1000);
        Assert.IsFalse(lengths.AreDue(200 * MiB, isBroken: false));
        lengths.Break(200 * MiB);
        Assert.IsTrue(lengths.AreDue(17 * MiB, isBroken: true));
        Assert.AreEqual(16 * MiB, lengths.Next(200 * MiB));
        lengths.Break(16 * MiB);
        lengths.Break(8 * MiB);
        Assert.AreEqual(4 * MiB, lengths.Next(200 * MiB));
        foreach (long longer in new[] { 4, 8, 16, 32, 64, 128, 256, 256 })
        {
            Assert.AreEqual(longer * MiB, lengths.Next(10_000 * MiB));
            lengths.Take(longer * MiB);
        }
    }

    [TestMethod]
    public void HoweverOftenItBreaks_AChunkHasAMebibyte()
    {
        ChunkLengths lengths = At(1);
        for (int i = 0; i < 50; i++)
            lengths.Break(lengths.Next(100 * MiB));
        Assert.AreEqual(MiB, lengths.Next(100 * MiB));
    }

    [TestMethod]
    public void ARefusedLength_IsNotTriedAgain()
    {
        ChunkLengths lengths = At(1000);
        lengths.Refuse(256 * MiB);
        for (int i = 0; i < 5; i++)
        {
            Assert.AreEqual(128 * MiB, lengths.Next(10_000 * MiB));
            lengths.Take(128 * MiB);
        }
    }

    /// <summary>For any line, breaks and refusals: every next request has bytes, at most those that remain and are allowed.</summary>
    [TestMethod]
    public void AnyCourse_Ends()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            Random random = new(seed);
            UploadRate rate = new(random.Next(3) == 0 ? random.NextInt64(1, 100 * MiB) : null);
            ChunkLengths lengths = new(Usual, Longest, rate);
            long allowed = Longest;
            long rest = random.NextInt64(1, 2000 * MiB);
            for (int requests = 0; rest > 0; requests++)
            {
                Assert.IsLessThan(5000, requests, $"seed {seed}");
                long next = lengths.Next(rest);
                Assert.IsTrue(next > 0 && next <= rest && next <= Math.Max(allowed, MiB), $"seed {seed}: {next} of {rest}");
                switch (random.Next(8))
                {
                    case 0:
                        lengths.Break(next);
                        break;
                    case 1 when next > MiB:
                        allowed = next / 2;
                        lengths.Refuse(next);
                        break;
                    default:
                        rate.Note(next, TimeSpan.FromSeconds(random.NextDouble() * random.Next(1, 60)));
                        lengths.Take(next);
                        rest -= next;
                        break;
                }
            }
        }
    }

    private static ChunkLengths At(double mebibytesPerSecond)
    {
        UploadRate rate = new(limit: null);
        rate.Note(Usual, TimeSpan.FromSeconds(Usual / MiB / mebibytesPerSecond));
        return new ChunkLengths(Usual, Longest, rate);
    }
}
