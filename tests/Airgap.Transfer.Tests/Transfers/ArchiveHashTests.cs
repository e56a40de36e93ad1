using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>The hash of a file that is written at many offsets at once equals the hash of the finished file.</summary>
[TestClass]
public sealed class ArchiveHashTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(4)]
    public async Task WhateverTheOrder_AndWhoeverWrites_ItIsTheFiles(int seed)
    {
        byte[] expected = new byte[200_000];
        new Random(seed).NextBytes(expected);
        byte[] file = new byte[expected.Length];
        using ArchiveHash hash = new(file.Length, (buffer, offset, _) =>
        {
            int count = Math.Min(buffer.Length, 10_000);
            lock (file)
                file.AsSpan((int)offset, count).CopyTo(buffer.Span);
            return ValueTask.FromResult(count);
        });
        List<(int Start, int Length)> pieces = [];
        for (int start = 0; start < file.Length;)
        {
            int length = Math.Min(new Random(seed + start).Next(1, 7_000), file.Length - start);
            pieces.Add((start, length));
            start += length;
        }

        (int Start, int Length)[] order = [.. pieces];
        new Random(seed).Shuffle(order.AsSpan(0, seed == 1 ? 1 : order.Length));
        await Parallel.ForEachAsync(order, new ParallelOptions { MaxDegreeOfParallelism = seed == 1 ? 1 : 4 }, (piece, _) =>
        {
            lock (file)
                expected.AsSpan(piece.Start, piece.Length).CopyTo(file.AsSpan(piece.Start));
            hash.Wrote(expected.AsSpan(piece.Start, piece.Length), piece.Start);
            return ValueTask.CompletedTask;
        });

        Digest found = await hash.FinishAsync(default);

        Assert.AreEqual(Digest.Compute(expected), found);
        if (seed == 1)
            Assert.AreEqual(file.Length, hash.HashedOnTheWay, "in order nothing is read back");
    }

    [TestMethod]
    public async Task BytesWrittenTwice_CountAsAtTheEnd()
    {
        byte[] file = new byte[1000];
        using ArchiveHash hash = new(file.Length, (buffer, offset, _) =>
        {
            file.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
            return ValueTask.FromResult(buffer.Length);
        });
        hash.Wrote(file.AsSpan(0, 600), 0);
        file.AsSpan(100, 50).Fill(7);
        hash.Wrote(file.AsSpan(100, 50), 100);
        hash.Wrote(file.AsSpan(600), 600);

        Assert.AreEqual(Digest.FromHash(HashAlgorithmName.SHA256, SHA256.HashData(file)), await hash.FinishAsync(default));
        Assert.AreEqual(0, hash.HashedOnTheWay);
    }

    [TestMethod]
    public void Ranges_AreJoined_WhereTheyTouch()
    {
        ByteRanges ranges = new();
        ranges.Add(10, 20);
        ranges.Add(30, 40);
        ranges.Add(20, 30);
        ranges.Add(5, 12);
        ranges.Add(50, 50);

        Assert.AreEqual((5L, 40L), ranges.First);
        ranges.DropBefore(7);
        Assert.AreEqual((7L, 40L), ranges.First);
        ranges.DropBefore(40);
        Assert.AreEqual((long.MaxValue, long.MaxValue), ranges.First);
    }
}
