using System.Globalization;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>Space on the disk, and archives of other plans.</summary>
[TestClass]
public sealed class ArchiveSpaceTests : ArchiveDurabilityTestBase
{
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
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
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
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
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
        await Fixtures.AssertGoldenAsync("simple-app-bundle.tar", folder["a.tar"]);
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
        await Fixtures.AssertGoldenAsync("nested-bundle.tar", folder["a.tar"]);
        Assert.IsEmpty(Registry.Calls.Where(
            call => call.StartsWith("get-blob", StringComparison.Ordinal) && call.Contains("3ca7d6f2", StringComparison.Ordinal)),
            "taken from the archive with a hole");
        Assert.AreSequenceEqual(new[] { folder["a.tar"] }, Directory.GetFiles(folder.Path));
    }
}
