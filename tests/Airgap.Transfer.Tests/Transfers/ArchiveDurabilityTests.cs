using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>An archive gets its name only after its bytes are on the disk.</summary>
[TestClass]
public sealed class ArchiveDurabilityTests : ArchiveDurabilityTestBase
{
    [TestMethod]
    public async Task TheNameComesAfterAllBytesAreOnTheDisk()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new();
        await CopyToArchiveAsync(
            new RelocationSource.Lock(Fixtures.Golden("lock-quoting.in.yml")), folder["a.tar"], transfer: new TransferOptions
            {
                Disk = disk
            });

        string[] events = [.. disk.Events];
        Assert.AreEqual("open a.tar.partial", events[0]);
        Assert.AreSequenceEqual(
            new[] { "flush", "rename a.tar.partial a.tar", $"flush folder {folder.Path}" }, events[^3..], string.Join(", ", events));
        Assert.AreEqual(events.Length - 4, Array.FindLastIndex(events, e => e.StartsWith("write", StringComparison.Ordinal)),
            "every write before the flush");
        Assert.IsFalse(File.Exists(folder["a.tar.partial.holder"]));
    }

    [TestMethod]
    public async Task TheDiskBeginsBeforeTheLastByteCameAndTheFlushAtTheEndStays()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new() { EarlyFlushEach = 4096, WaitsForEarlyFlushAfter = 20_000 };
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk });
        Assert.IsTrue(disk.BegunFlush.IsCompleted);
        Assert.Contains("flush", disk.Events);
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);

        // Small archives are flushed only at their end.
        RecordingDisk usual = new();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["b.tar"], transfer: new TransferOptions { Disk = usual });
        Assert.IsFalse(usual.BegunFlush.IsCompleted);
    }

    [TestMethod]
    public async Task AFlushThatFailsGivesNoName()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new() { FailFlush = true };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk }));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
        Assert.IsEmpty(disk.Events.Where(what => what.StartsWith("rename", StringComparison.Ordinal)));
        Assert.IsTrue(File.Exists(folder["a.tar.partial"]));
    }

    [TestMethod]
    public async Task AFlushThatFailsEarlyGivesNoNameThoughTheLastOneIsGood()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new() { FailEarlyFlush = true, EarlyFlushEach = 4096, WaitsForEarlyFlushAfter = 20_000 };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk }));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code, e.Message);
        Assert.IsFalse(File.Exists(folder["a.tar"]));
        Assert.IsTrue(File.Exists(folder["a.tar.partial"]));
    }

    [TestMethod]
    public async Task ANameThatDoesNotReachTheDiskFailsTheRun()
    {
        using TempFolder folder = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(
                BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions
                {
                    Disk = new RecordingDisk { FailFolder = true }
                }));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code, e.Message);
    }

    [TestMethod]
    public async Task AResumedRunReadsFromTheDiskAndNotFromMemory()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new() { FailFlush = true };
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk }));
        RecordingDisk again = new();
        await CopyToArchiveAsync(
            BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = again, Resume = true });
        Assert.AreSequenceEqual(new[] { "open a.tar.partial", "flush", "forget" }, again.Events.Take(3));
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
    }
}
