using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Deltas;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Archives.Deltas;

/// <summary>A chain of deltas merges to the full archive, byte for byte; a broken chain is refused.</summary>
[TestClass]
public sealed class MergeTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Token => TestContext.CancellationToken;

    /// <summary>Versions that share layers at random, each a delta of some of the earlier ones.</summary>
    [TestMethod]
    public async Task AnyChainIsTheFullArchive()
    {
        for (int seed = 1; seed <= 12; seed++)
        {
            DeltaBench bench = new(Token);
            using TestKit.TempFolder folder = bench.Folder;
            Random random = new(seed);
            ArchiveFormat format = seed % 3 == 0 ? ArchiveFormat.LayoutTar : ArchiveFormat.Imgpkg;
            int versions = random.Next(2, 6);
            List<string> chain = [];
            ImageReference last = null!;
            for (int version = 1; version <= versions; version++)
            {
                last = Version(bench, random, version);
                DeltaSource[] bases = version == 1 ? [] : random.Next(2) == 0
                    ? [bench.Base($"{version - 1}.tar")]
                    : [.. Enumerable.Range(1, version - 1).Where(number => number == version - 1 || random.Next(2) == 0)
                        .Select(number => bench.Base($"{number}.tar"))];
                await bench.ArchiveAsync(last, $"{version}.tar", format, bases);
                chain.Add(folder[$"{version}.tar"]);
            }

            await bench.ArchiveAsync(last, "full.tar", format);
            await MergeAsync(chain, folder["merged.tar"], format);
            Assert.AreSequenceEqual(await bench.BytesAsync("full.tar"), await bench.BytesAsync("merged.tar"), $"seed {seed}");

            // Read as one archive, in any order, they have the same content.
            if (versions == 1)
                continue;
            string[] shuffled = [.. chain];
            random.Shuffle(shuffled);
            Relocator relocator = new(bench.Registry);
            try
            {
                TransferPlan plan = await relocator.PlanAsync(
                    new RelocationSource.Archive(shuffled[0])
                    {
                        Chain = [.. shuffled[1..]]
                    }, new PlanOptions { EmbedConfigs = true }, Token);
                await relocator.RunAsync(
                    plan, new RelocationDestination.Archive(folder["read.tar"]) { Format = format }, new TransferOptions(), Token);
                Assert.AreSequenceEqual(await bench.BytesAsync("full.tar"), await bench.BytesAsync("read.tar"), $"seed {seed}");
            }
            catch (AirgapException e) when (e.Code == ErrorCode.NotOneChain)
            {
                Assert.Fail($"seed {seed}: {e.Message}");
            }
        }
    }

    [TestMethod]
    public async Task AMissingMemberIsNamed()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        AirgapException failure = await RefusedAsync(bench, "2.tar", "3.tar");
        Assert.Contains("'1.tar' (set sha256:", failure.Message);
        Assert.Contains("is missing, which has", failure.Message);
        Assert.Contains(DeltaBench.Layer(1).ToString(), failure.Message);
        failure = await RefusedAsync(bench, "1.tar", "3.tar");
        Assert.Contains("'2.tar' (set sha256:", failure.Message);
    }

    [TestMethod]
    [DataRow("1.tar", "is a full archive without bases")]
    [DataRow("1.tar 2.tar 2.tar", "are the same archive")]
    [DataRow("2.tar 1.tar 3.tar", "which is given after it")]
    [DataRow("3.tar 1.tar 2.tar", "which is given after it")]
    [DataRow("3.tar 3.tar", "are the same archive")]
    [DataRow("1.tar 2.tar other.tar 3.tar", "is not part of it")]
    [DataRow("other.tar 2.tar 3.tar", "is not part of it")]
    public async Task ABrokenChain_IsRefused(string names, string why)
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ArchiveAsync(
            bench.Bundle("source.example/other", "v1", bench.Image("source.example/other/image", 90, 91)), "other.tar");
        Assert.Contains(why, (await RefusedAsync(bench, names.Split(' '))).Message);
    }

    [TestMethod]
    public async Task AMergedArchive_ReplacesItsChain()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        await MergeAsync([folder["1.tar"], folder["2.tar"]], folder["12.tar"], ArchiveFormat.Imgpkg);
        await MergeAsync([folder["1.tar"], folder["12.tar"], folder["3.tar"]], folder["merged.tar"], ArchiveFormat.Imgpkg);
        await MergeAsync([folder["1.tar"], folder["2.tar"], folder["3.tar"]], folder["again.tar"], ArchiveFormat.Imgpkg);
        Assert.AreSequenceEqual(await bench.BytesAsync("again.tar"), await bench.BytesAsync("merged.tar"));
    }

    [TestMethod]
    public async Task AMember_IsNeverReplaced()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => MergeAsync([folder["1.tar"], folder["2.tar"]], folder["1.tar"], ArchiveFormat.Imgpkg));
        Assert.AreEqual(ErrorCode.BaseIsOutput, failure.Code);
    }

    [TestMethod]
    public async Task ADamagedMemberLeavesNoArchive()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        byte[] tar = await bench.BytesAsync("1.tar");
        int at = tar.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"sha256-{DeltaBench.Layer(1).Hex}.tar.gz")) + 512 + 10;
        tar[at] ^= 1;
        await File.WriteAllBytesAsync(folder["1.tar"], tar, Token);
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => MergeAsync([folder["1.tar"], folder["2.tar"], folder["3.tar"]], folder["merged.tar"], ArchiveFormat.Imgpkg));
        Assert.AreEqual(ErrorCode.ArchiveDigestMismatch, failure.Code);
        Assert.Contains("1.tar", failure.Message);
        Assert.IsFalse(File.Exists(folder["merged.tar"]));
    }

    [TestMethod]
    public async Task ADeltaWithAWrongLength_IsNamed()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        await bench.ForgeAsync("2.tar",
            content => System.Text.RegularExpressions.Regex.Replace(content, "\"size\":(\\d)(\\d+)", "\"size\":9$2"));
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => MergeAsync([folder["1.tar"], folder["2.tar"]], folder["merged.tar"], ArchiveFormat.Imgpkg));
        Assert.AreEqual(ErrorCode.InvalidArchive, failure.Code);
        Assert.StartsWith($"'{folder["2.tar"]}'", failure.Message);
        Assert.Contains($"'{folder["1.tar"]}' has it with another length", failure.Message);
        Assert.AreEqual(folder["2.tar"], failure.Location!.File);
        Assert.IsFalse(File.Exists(folder["merged.tar"]));
    }

    [TestMethod]
    public async Task ArchivesThatEachBuildOnAnotherAreRefused()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        ArchiveIdentity first = await ArchiveIdentity.OfAsync(await AnyArchive.OpenAsync(folder["1.tar"], Token), Token);
        ArchiveIdentity third = await ArchiveIdentity.OfAsync(await AnyArchive.OpenAsync(folder["3.tar"], Token), Token);
        // Sets are hashes, so a cycle is only possible in the lists of images.
        await bench.ForgeAsync("2.tar",
            content => content.Replace(first.Set.ToString(), third.Set.ToString(), StringComparison.Ordinal)
            .Replace(first.Manifest.ToString(), third.Manifest.ToString(), StringComparison.Ordinal));
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new Relocator(bench.Registry).PlanAsync(
                new RelocationSource.Archive(folder["2.tar"]) { Chain = [folder["3.tar"]] }, new PlanOptions(), Token));
        Assert.AreEqual(ErrorCode.NotOneChain, failure.Code);
        Assert.Contains("each of them is the base of another", failure.Message);
    }

    [TestMethod]
    public async Task AFaultAtAnyWriteLeavesNoArchiveAndIsResumed()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        string[] chain = [folder["1.tar"], folder["2.tar"], folder["3.tar"]];
        await MergeAsync(chain, folder["right.tar"], ArchiveFormat.Imgpkg);
        int writes = 0;
        for (bool failed = true; failed; writes++)
        {
            failed = false;
            try
            {
                await ArchiveMerger.MergeAsync(
                    chain, new RelocationDestination.Archive(folder["merged.tar"]), new TransferOptions
                    {
                        Disk = new FaultyDisk(writes)
                    }, null, Token);
            }
            catch (AirgapException)
            {
                failed = true;
                Assert.IsFalse(File.Exists(folder["merged.tar"]));
                await ArchiveMerger.MergeAsync(
                    chain, new RelocationDestination.Archive(folder["merged.tar"]), new TransferOptions { Resume = true }, null, Token);
                Assert.AreSequenceEqual(await bench.BytesAsync("right.tar"), await bench.BytesAsync("merged.tar"));
                File.Delete(folder["merged.tar"]);
            }
        }

        Assert.IsGreaterThan(5, writes);
    }

    [TestMethod]
    public async Task ADiff_ListsAdditions()
    {
        DeltaBench bench = await ChainAsync();
        using TestKit.TempFolder folder = bench.Folder;
        ArchiveDiff diff = await ArchiveDiff.OfAsync(folder["1.tar"], folder["2.tar"], Token);
        Assert.AreSequenceEqual(
            ["source.example/team/app", "source.example/team/web"], diff.Added.Select(image => image.Image.Repository.ToString()).Order());
        Assert.HasCount(2, diff.Gone);
        // A config, a bundle's layer and layer 3; the bundles have the same config.
        Assert.AreEqual(3, diff.Blobs.Count);
        Assert.AreEqual(diff.Blobs, BlobCount.Sum(diff.Added.Select(image => image.Blobs)));
        Assert.IsNotNull(diff.SecondDelta);
        Assert.IsNull(diff.FirstDelta);
        ArchiveDiff none = await ArchiveDiff.OfAsync(folder["2.tar"], folder["2.tar"], Token);
        Assert.IsEmpty(none.Added);
        Assert.AreEqual(0, none.Blobs.Count);
    }

    private async Task<DeltaBench> ChainAsync()
    {
        DeltaBench bench = new(Token);
        ImageReference nested = bench.Bundle("source.example/team/nested", "v1", bench.Image("source.example/team/db", 1, 5));
        for (int version = 1; version <= 3; version++)
        {
            ImageReference bundle = bench.Bundle(
                DeltaBench.Source, $"v{version}",
                bench.Image("source.example/team/web", [1, .. Enumerable.Range(2, version).Skip(version == 2 ? 1 : 0)]), nested);
            await bench.ArchiveAsync(bundle, $"{version}.tar", version == 1 ? [] : [bench.Base($"{version - 1}.tar")]);
        }

        return bench;
    }

    private static ImageReference Version(DeltaBench bench, Random random, int version)
    {
        ImageReference nested = bench.Bundle(
            "source.example/team/nested", "v1", bench.Image("source.example/team/db", random.Next(6), random.Next(6)));
        ImageReference[] images = [
            .. Enumerable.Range(0, random.Next(1, 4))
            .Select(number => bench.Image(
                $"source.example/team/i{number}", [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(12)).Distinct()]))];
        return bench.Bundle(DeltaBench.Source, $"v{version}", random.Next(2) == 0 ? images : [.. images, nested]);
    }

    private async Task<AirgapException> RefusedAsync(DeltaBench bench, params string[] names)
    {
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => MergeAsync([.. names.Select(name => bench.Folder[name])], bench.Folder["merged.tar"], ArchiveFormat.Imgpkg));
        Assert.AreEqual(ErrorCode.BrokenChain, failure.Code, failure.Message);
        Assert.IsEmpty(Directory.GetFiles(bench.Folder.Path, "merged*"));
        return failure;
    }

    private async Task MergeAsync(IReadOnlyList<string> chain, string to, ArchiveFormat format)
    {
        TransferResult result = await ArchiveMerger.MergeAsync(
            chain, new RelocationDestination.Archive(to) { Format = format }, new TransferOptions(), null, Token);
        Assert.IsTrue(result.IsComplete);
    }

    // Fails at one write, like a removed disk.
    private sealed class FaultyDisk(int failing) : ArchiveDisk
    {
        private int _writes;

        public override ValueTask WriteAsync(
            SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) =>
            Interlocked.Increment(ref _writes) == failing + 1
                ? throw new IOException("Input/output error", 5) : base.WriteAsync(file, bytes, offset, cancellationToken);
    }
}
