using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>What is on the disk when the power goes, the disk fills up, or two runs meet.</summary>
[TestClass]
public sealed class ArchiveDurabilityTests : RelocatorTestBase
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
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token),
            await File.ReadAllBytesAsync(folder["a.tar"], Token));

        // Small archives are left to the flush at their end.
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
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token),
            await File.ReadAllBytesAsync(folder["a.tar"], Token));
    }

    [TestMethod]
    public async Task ADiskThatFillsUpKeepsThePartialFileAndSaysHowMuchIsMissing()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new() { Room = 30_000, Free = 1_000_000 };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(
                BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk, Concurrency = 1 }));
        Assert.AreEqual(ErrorCode.DiskFull, e.Code, e.Message);
        Assert.Contains("(1000000 bytes) are free", e.Message);
        Assert.IsGreaterThan(0, Needed(e), "what is still missing");
        Assert.IsLessThan(new FileInfo(Fixtures.Golden("simple-app-bundle.tar")).Length, Needed(e));
        Assert.IsFalse(File.Exists(folder["a.tar"]));

        Registry.Calls.Clear();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token),
            await File.ReadAllBytesAsync(folder["a.tar"], Token));
    }

    [TestMethod]
    public async Task SpaceIsAskedForBeforeALayerIsFetched()
    {
        using TempFolder folder = new();
        long length = new FileInfo(Fixtures.Golden("nested-bundle.tar")).Length;
        RecordingDisk disk = new() { Free = length - 1 };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("nested-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk }));
        Assert.AreEqual(ErrorCode.DiskFull, e.Code, e.Message);
        Assert.AreEqual(length, Needed(e), e.Message);
        Assert.Contains($"({length - 1} bytes) are free", e.Message);
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.Contains("3ca7d6f2", StringComparison.Ordinal)));
        Assert.IsEmpty(Directory.GetFiles(folder.Path), "nothing is left of a run that could not begin");

        disk.Free = length;
        await CopyToArchiveAsync(BundleSource("nested-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk });
    }

    [TestMethod]
    public async Task AResumedArchiveNeedsNoRoomForWhatItHas()
    {
        using TempFolder folder = new();
        RecordingDisk disk = new() { Room = 55_000 };
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(
                BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = disk, Concurrency = 1 }));
        RecordingDisk small = new() { Free = 40_000 };
        await CopyToArchiveAsync(
            BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Disk = small, Resume = true });
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token),
            await File.ReadAllBytesAsync(folder["a.tar"], Token));
    }

    [TestMethod]
    public async Task TheSecondRunIsToldWhoTheFirstIs()
    {
        using TempFolder folder = new();
        TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Registry.Hook = async (operation, _, what) =>
        {
            if (operation != "get-blob" || !what.Contains("3ca7d6f2", StringComparison.Ordinal))
                return;
            reached.TrySetResult();
            await held.Task;
        };
        Task<TransferResult> first = CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]);
        await reached.Task;
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true }));
        Assert.AreEqual(ErrorCode.ArchiveInUse, e.Code, e.Message);
        Assert.Contains(string.Create(
            CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since 20"), e.Message);
        held.SetResult();
        await first;
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar"), Token),
            await File.ReadAllBytesAsync(folder["a.tar"], Token));
        Assert.AreSequenceEqual(new[] { folder["a.tar"] }, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public async Task AnArchiveOfAnotherPlanGivesItsLayers()
    {
        using TempFolder folder = new();
        FakeRepository backend = Registry.Get($"{Fixtures.Registry}/apps/backend");
        Oci.Content.Manifest gone =
            (await backend.FindManifestAsync("sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090", Token))!;
        backend.Remove(gone.Digest);
        await CopyToArchiveAsync(
            BundleSource("nested-bundle"), folder["a.tar"], new PlanOptions { KeepGoing = true }, new TransferOptions { KeepGoing = true });
        Assert.IsFalse(File.Exists(folder["a.tar"]));

        backend.AddManifest(gone, null);
        Registry.Calls.Clear();
        await CopyToArchiveAsync(BundleSource("nested-bundle"), folder["a.tar"], transfer: new TransferOptions { Resume = true });
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar"), Token),
            await File.ReadAllBytesAsync(folder["a.tar"], Token));
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.Contains("3ca7d6f2", StringComparison.Ordinal)),
            "taken from the archive with a hole");
        Assert.AreSequenceEqual(new[] { folder["a.tar"] }, Directory.GetFiles(folder.Path));
    }

    private static long Needed(AirgapException failure)
    {
        string message = failure.Message;
        int start = message.IndexOf(" more (", StringComparison.Ordinal) + " more (".Length;
        return long.Parse(message[start..message.IndexOf(" bytes)", start, StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }

    /// <summary>The real file system, with a list of what was done in it and room for so much.</summary>
    private sealed class RecordingDisk : ArchiveDisk
    {
        private readonly TaskCompletionSource _begunFlush = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _written;

        public List<string> Events { get; } = [];

        public long? Free { get; set; }

        public long Room { get; init; } = long.MaxValue;

        public bool FailFlush { get; init; }

        public bool FailEarlyFlush { get; init; }

        public bool FailFolder { get; init; }

        public long? EarlyFlushEach { get; init; }

        /// <summary>The bytes after which no write ends before an early flush has begun.</summary>
        public long WaitsForEarlyFlushAfter { get; init; } = long.MaxValue;

        public Task BegunFlush => _begunFlush.Task;

        public override long EarlyFlushInterval => EarlyFlushEach ?? base.EarlyFlushInterval;

        public override FileLock? TryTake(string path)
        {
            Add($"open {Path.GetFileName(path)}");
            return base.TryTake(path);
        }

        public override async ValueTask WriteAsync(
            SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            Add($"write {bytes.Length} at {offset}");
            // ENOSPC, and what Windows says in its place.
            long written = Interlocked.Add(ref _written, bytes.Length);
            if (written > Room)
                throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
            if (written > WaitsForEarlyFlushAfter)
                await _begunFlush.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            await base.WriteAsync(file, bytes, offset, cancellationToken);
        }

        public override void BeginFlush(SafeFileHandle file, string name)
        {
            _begunFlush.TrySetResult();
            if (FailEarlyFlush)
                throw new IOException("Input/output error", 5);
            base.BeginFlush(file, name);
        }

        public override void Flush(SafeFileHandle file, string name)
        {
            Add("flush");
            if (FailFlush)
                throw new IOException("Input/output error", 5);
            base.Flush(file, name);
        }

        public override void Forget(SafeFileHandle file)
        {
            Add("forget");
            base.Forget(file);
        }

        public override void Rename(string from, string to)
        {
            Add($"rename {Path.GetFileName(from)} {Path.GetFileName(to)}");
            base.Rename(from, to);
        }

        public override void FlushFolder(string folder)
        {
            Add($"flush folder {folder}");
            if (FailFolder)
                throw new IOException("Input/output error", 5);
            base.FlushFolder(folder);
        }

        public override long? FreeSpace(string folder) => Free ?? base.FreeSpace(folder);

        private void Add(string what)
        {
            lock (Events)
                Events.Add(what);
        }
    }
}
