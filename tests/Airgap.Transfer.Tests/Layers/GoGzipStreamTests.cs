using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Layers;
using CsCheck;

namespace Airgap.Transfer.Tests.Layers;

[TestClass]
public sealed class GoGzipStreamTests
{
    public static IEnumerable<object[]> Vectors() =>
        Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "gzip"), "*.bin").Select(path => new object[] { Path.GetFileName(path) });

    [TestMethod]
    [DynamicData(nameof(Vectors))]
    public void EveryVectorIsCompressedToGosBytesHoweverItIsWritten(string name)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(Fixtures.Root, "gzip", name));
        byte[] expected = File.ReadAllBytes(Path.Combine(Fixtures.Root, "gzip", name + ".gz"));
        foreach (int chunk in (int[])[1, 7, 4096, 1_000_000])
            Assert.IsTrue(expected.AsSpan().SequenceEqual(Compress(content, chunk)), $"{name} in writes of {chunk} bytes");
    }

    [TestMethod]
    public async Task WritingAsynchronouslyMakesTheSameBytes()
    {
        byte[] content = await File.ReadAllBytesAsync(Path.Combine(Fixtures.Root, "gzip", "mixed-290k.bin"));
        MemoryStream output = new();
        await using GoGzipStream gzip = new(output);
        for (int at = 0; at < content.Length; at += 10_000)
            await gzip.WriteAsync(content.AsMemory(at, Math.Min(10_000, content.Length - at)));
        await gzip.CompleteAsync(CancellationToken.None);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(Path.Combine(Fixtures.Root, "gzip", "mixed-290k.bin.gz")), output.ToArray());
    }

    [TestMethod]
    [GoldenBundles(Inner = true)]
    public void TheLayersOfPushedBundlesComeOutAgain(string bundle) => ComesOutAgain(GoldenStorage.Manifest($"user1/{bundle}", "v1.0.0"));

    [TestMethod]
    public void TheLayersOfLocationsImagesComeOutAgain()
    {
        int count = 0;
        foreach ((_, _, Manifest manifest) in GoldenStorage.LocationsImages())
        {
            ComesOutAgain(manifest);
            count++;
        }

        Assert.AreEqual(8, count);
    }

    [TestMethod]
    public void AnyContentComesBack()
    {
        Gen<byte[]> runs = Gen.Select(
            Gen.Byte.Array[1, 300], Gen.Int[1, 400], (bytes, times) => Enumerable.Repeat(bytes, times).SelectMany(b => b).ToArray());
        Gen<byte[]> skewed = Gen.Double[0, 1].Select(x => (byte)(256 * x * x * x)).Array[0, 2000];
        Gen.OneOf(Gen.Byte.Array[0, 3000], runs, skewed).Array[0, 4].Select(parts => parts.SelectMany(p => p).ToArray()).Sample(
            content => CollectionAssert.AreEqual(content, GoldenStorage.Gunzip(Compress(content, 50_000))),
            iter: 300);
    }

    [TestMethod]
    public void WithoutCompletingTheStreamIsCutOff()
    {
        MemoryStream output = new();
        using (GoGzipStream gzip = new(output))
            gzip.Write("content"u8);
        CollectionAssert.AreEqual((byte[])[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255], output.ToArray());
    }

    [TestMethod]
    public void NothingIsWrittenBehindTheEnd()
    {
        using GoGzipStream gzip = new(new MemoryStream());
        gzip.Complete();
        Assert.ThrowsExactly<InvalidOperationException>(() => gzip.Write("x"u8));
        gzip.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => gzip.Complete());
    }

    [TestMethod]
    public void ABlockCostsNoAllocation()
    {
        byte[] content = File.ReadAllBytes(Path.Combine(Fixtures.Root, "gzip", "text-299k.bin"));
        using GoGzipStream gzip = new(Stream.Null);
        gzip.Write(content);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
            gzip.Write(content);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void ComesOutAgain(Manifest manifest)
    {
        byte[] layer = GoldenStorage.Blob(manifest.Layers.Single().Digest);
        CollectionAssert.AreEqual(layer, Compress(GoldenStorage.Gunzip(layer), 4096));
    }

    private static byte[] Compress(byte[] content, int chunk)
    {
        MemoryStream output = new();
        using GoGzipStream gzip = new(output);
        for (int at = 0; at < content.Length; at += chunk)
            gzip.Write(content.AsSpan(at, Math.Min(chunk, content.Length - at)));
        gzip.Complete();
        return output.ToArray();
    }
}
