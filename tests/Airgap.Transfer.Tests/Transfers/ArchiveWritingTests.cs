using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

[TestClass]
public sealed class ArchiveWritingTests : RelocatorTestBase
{
    private static readonly Digest s_large = Digest.Parse("sha256:3ca7d6f29e38e489213d5ef50fd7361eb9851e362e46a9821f4a588fb3de9532");

    [TestMethod]
    public async Task AnInterruptedArchiveHasNoFinalNameAndGoesOnWhereItStopped()
    {
        using TempFolder folder = new();
        Registry.Hook = (operation, _, what) => operation == "get-blob" && what == s_large.ToString()
            ? throw new AirgapException(ErrorCode.RegistryFailed, "down", "")
            : Task.CompletedTask;
        // One at a time, the largest first: the layer 3ca7… fails last, so the others arrive before it.
        await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]));
        Assert.IsFalse(File.Exists(folder["a.tar"]));
        Assert.IsTrue(File.Exists(folder["a.tar.partial"]));

        Registry.Hook = (_, _, _) => Task.CompletedTask;
        TransferResult resumed =
            await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        Assert.AreEqual(BlobOutcome.Copied, resumed.Blobs.Single(blob => blob.Descriptor.Digest == s_large).Outcome);
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
        Assert.IsFalse(File.Exists(folder["a.tar.partial"]));
    }

    [TestMethod]
    public async Task AConfigThatIsNotText_FitsIntoALayoutOnly()
    {
        using TempFolder folder = new();
        FakeRepository repository = Registry.Get("registry.example/model");
        byte[] config = [0xff, 0xfe, 0xfd];
        Digest image = repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"application/vnd.example.model",
            "digest":"{{{repository.AddBlob(config)}}}","size":3},"layers":[]}
            """)), tag: null).Digest;
        RelocationSource source = new RelocationSource.Image(ImageReference.Parse($"registry.example/model@{image}"));

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToArchiveAsync(source, folder["a.tar"]));

        Assert.AreEqual(ErrorCode.InvalidManifest, e.Code);
        Assert.Contains(AdviceTerms.CarryLayout, e.Advice);
        Assert.IsFalse(File.Exists(folder["a.tar"]));
        await CopyAsync(source, new RelocationDestination.Archive(folder["o.tar"]) { Format = ArchiveFormat.LayoutTar });
        await CopyToRepositoryAsync(new RelocationSource.Archive(folder["o.tar"]), "dest.example/model");
        Assert.AreSequenceEqual(config, Registry.Get("dest.example/model").BytesOf(Digest.Compute(config)));
    }

    [TestMethod]
    public async Task ResumingFetchesOnlyWhatIsNotWhole()
    {
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), folder["a.tar"]);
        int offset = (await File.ReadAllBytesAsync(folder["a.tar"], Token)).AsSpan().IndexOf("sha256-3ca7d6f2"u8) + 512;
        using (FileStream file = File.OpenWrite(folder["a.tar"]))
        {
            file.Position = offset + 77;
            file.WriteByte(0xEE);
            file.WriteByte(0xEF);
        }

        Registry.Calls.Clear();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
        Assert.HasCount(1, Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.EndsWith(s_large.ToString(), StringComparison.Ordinal)));
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.Contains("4989df8f", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task EveryBlobOfANewArchiveCountsAsCopied()
    {
        using TempFolder folder = new();
        TransferResult result = await CopyToArchiveAsync(BundleSource("nested-bundle"), folder["a.tar"]);
        Assert.AreEqual(new BlobCount(result.Blobs.Length, result.Plan.TotalBytes), result.Total(BlobOutcome.Copied));
    }

    [TestMethod]
    public async Task AFinishedArchiveIsLeftAlone()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]);
        DateTime written = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(folder["a.tar"], written);
        TransferResult again = await CopyToArchiveAsync(
            BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        Assert.IsTrue(again.IsUpToDate);
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(folder["a.tar"]));
    }

    [TestMethod]
    public async Task LayersOfAnotherArchiveUnderTheNameAreReused()
    {
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), folder["a.tar"]);
        Registry.Calls.Clear();
        await CopyToArchiveAsync(BundleSource("nested-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        await Fixtures.AssertGoldenAsync("nested-bundle.tar", folder["a.tar"]);
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.EndsWith(s_large.ToString(), StringComparison.Ordinal)));
    }

    // As on a share or a disk that fails after the run has begun.
    [TestMethod]
    public async Task AnEarlierArchiveThatCannotBeRead_SavesNothing()
    {
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), folder["a.tar.partial.earlier"]);
        TransferPlan plan =
            await new Relocator(Registry).PlanAsync(BundleSource("simple-app-bundle"), new PlanOptions { EmbedConfigs = true }, Token);
        await using (ArchiveTarget target = new(
            folder["a.tar"], ArchiveFormat.Imgpkg, null, plan, new TransferOptions { Resume = true },
            new AdaptiveConcurrency(1, 1, () => 0, TimeProvider.System), SilentObserver.Instance))
        {
            PlannedBlob[] missing = [.. await target.PrepareAsync(Token)];
            using FileStream busy = new(folder["a.tar.partial.earlier"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            foreach (PlannedBlob blob in missing)
                Assert.AreEqual(BlobOutcome.Copied, await target.PutBlobAsync(blob, new Progress<long>(), Token));
            await target.CompleteAsync(new ImageFailures(keepGoing: false), Token);
        }

        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
    }

    [TestMethod]
    public async Task WhatAnEarlierRunLeft_CanStayBesideACompleteArchive()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["a.tar.partial.earlier"]);
        await CopyAsync(BundleSource("simple-app-bundle"), new RelocationDestination.Archive(folder["a.tar"]));
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
    }

    [TestMethod]
    public async Task ALayerOfAPartialArchiveThatCannotBeRead_IsNotThere()
    {
        TransferPlan plan =
            await new Relocator(Registry).PlanAsync(BundleSource("simple-app-bundle"), new PlanOptions { EmbedConfigs = true }, Token);
        ArchiveLayout layout = ArchiveFormats.LayOut(plan, ArchiveFormat.Imgpkg);
        byte[] whole = await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token);
        ArchiveLayer broken = layout.Layers.Single(layer => layer.Blob.Descriptor.Digest == s_large);
        Dictionary<Digest, PartialLayer> found = [];
        await PartialLayer.FindAllAsync(new BrokenDisk(whole, broken.DataOffset), layout, found, "it", SilentObserver.Instance, Token);
        Assert.AreSequenceEqual(
            [.. layout.Layers.Select(layer => layer.Blob.Descriptor.Digest).Where(digest => digest != s_large).Order()],
            found.Where(pair => pair.Value.IsWhole).Select(pair => pair.Key).Order().ToArray());
        foreach (PartialLayer layer in found.Values)
            layer.Dispose();
        Assert.IsTrue(await LayoutMatch.BeginsAsync(layout, new BrokenDisk(whole, broken.DataOffset), Token));
        Assert.IsFalse(await LayoutMatch.BeginsAsync(layout, new BrokenDisk(whole, 1000), Token));
    }

    [TestMethod]
    public async Task ContentOfALayoutThatCannotBeRead_IsWrittenAgain()
    {
        using TempFolder folder = new();
        RelocationDestination.Archive layout = new(folder["layout"]) { Format = ArchiveFormat.LayoutFolder };
        await CopyAsync(BundleSource("simple-app-bundle"), layout);
        using FileStream busy = new(folder[$"layout/blobs/sha256/{s_large.Hex}"], FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        TransferResult again = await CopyAsync(BundleSource("simple-app-bundle"), layout);
        foreach (RelocatedBlob blob in again.Blobs)
            Assert.AreEqual(blob.Descriptor.Digest == s_large ? BlobOutcome.Copied : BlobOutcome.Present, blob.Outcome);
    }

    private sealed class BrokenDisk(byte[] bytes, long from) : IRandomAccess
    {
        public long Length => bytes.Length;

        public int Read(Span<byte> buffer, long offset)
        {
            int count = (int)Math.Min(buffer.Length, bytes.Length - offset);
            if (offset <= from && offset + count > from)
                throw new IOException("Input/output error");
            bytes.AsSpan((int)offset, count).CopyTo(buffer);
            return count;
        }

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) =>
            new(Read(buffer.Span, offset));
    }

    [TestMethod]
    public async Task TwoRunsToOneArchiveAreToldApart()
    {
        using TempFolder folder = new();
        using FileStream other = new(folder["a.tar.partial"], FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]));
        Assert.AreEqual(ErrorCode.ArchiveInUse, e.Code);
        Assert.Contains("another process", e.Message);
    }

    [TestMethod]
    public async Task AFolderThatDoesNotExistIsNamed()
    {
        using TempFolder folder = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), Path.Combine(folder.Path, "no", "a.tar")));
        Assert.AreEqual(ErrorCode.FileNotFound, e.Code);
    }

    [TestMethod]
    public async Task TheAnnotationsOfALockSurviveATar()
    {
        using TempFolder folder = new();
        RelocationSource source = new RelocationSource.Lock(Fixtures.Golden("lock-quoting.in.yml"));
        string direct = LockOutput.Create(await CopyToRepositoryAsync(source, "dest.example/out/lock"));
        await CopyToArchiveAsync(source, folder["a.tar"]);
        string imported = LockOutput.Create(
            await CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/out/lock"));
        Assert.AreEqual(direct, imported);
        Assert.Contains("kbld.carvel.dev/id: nginx:1.0", imported);

        // The archive needs no file next to it, and another file there has no effect.
        Assert.AreSequenceEqual([folder["a.tar"]], Directory.GetFileSystemEntries(folder.Path));
        await File.WriteAllTextAsync(folder["a.tar.images.yml"], "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\n", Token);
        Assert.AreEqual(direct, LockOutput.Create(
            await CopyToRepositoryAsync(new RelocationSource.Archive(folder["a.tar"]), "dest.example/out/lock")));
    }

    [TestMethod]
    public async Task AnArchiveThatDoesNotFitOnTheDiskIsRefusedBeforeAnythingIsFetched()
    {
        // Almost the largest size that a manifest may state.
        const long Terabytes = (1L << 42) - 1024;
        FakeRepository repository = Registry.Get($"{Fixtures.Registry}/apps/huge");
        Digest config = repository.AddBlob("{}"u8.ToArray());
        repository.AddManifest(
            Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(
                $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","size":2,"digest":"{{{config}}}"},"layers":[{"mediaType":"{{{MediaTypes.OciLayer}}}","size":{{{Terabytes}}},"digest":"{{{s_large}}}"}]}""")),
            "v1");
        using TempFolder folder = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(
                new RelocationSource.Image(ImageReference.Parse($"{Fixtures.Registry}/apps/huge:v1")), folder["a.tar"]));
        Assert.AreEqual(ErrorCode.DiskFull, e.Code, e.Message);
        Assert.IsFalse(File.Exists(folder["a.tar"]));
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.EndsWith(s_large.ToString(), StringComparison.Ordinal)));
    }

    [TestMethod]
    public void TheLockIsNotWrittenForAnArchive()
    {
        using TempFolder folder = new();
        TransferResult result = CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]).GetAwaiter().GetResult();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LockOutput.Create(result));
        Assert.Contains("Cannot output lock file with tar destination", e.Message);
    }
}
