using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public async Task TheFileHasItsContentAndModeAndNothingElseIsLeft()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["lock.yml"], "old and longer");
        await AtomicFile.WriteAsync(folder["lock.yml"], "new"u8.ToArray(), AtomicFile.OwnerOnly, CancellationToken.None);
        Assert.AreEqual("new", await File.ReadAllTextAsync(folder["lock.yml"]));
        Assert.AreEqual(1, Directory.GetFileSystemEntries(folder.Path).Length);
        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["lock.yml"]));
    }

    [TestMethod]
    public async Task AFullModeIsGivenWhateverTheUmask()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        const UnixFileMode all = (UnixFileMode)0b110_110_110;
        await AtomicFile.WriteAsync(folder["open.yml"], "x"u8.ToArray(), all, CancellationToken.None);
        Assert.AreEqual(all, File.GetUnixFileMode(folder["open.yml"]));
    }

    [TestMethod]
    public async Task AFolderThatDoesNotExistIsTold()
    {
        using TempFolder folder = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => AtomicFile.WriteAsync(Path.Combine(folder.Path, "none", "lock.yml"), Encoding.UTF8.GetBytes("x"), null, CancellationToken.None));
        Assert.AreEqual(ErrorCode.FileNotFound, e.Code);
        Assert.AreEqual(0, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [TestMethod]
    public async Task AFolderAtThePlaceIsLeftAlone()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["lock.yml"]);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => AtomicFile.WriteAsync(folder["lock.yml"], "x"u8.ToArray(), null, CancellationToken.None));
        Assert.AreEqual(ErrorCode.AccessDenied, e.Code);
        Assert.IsTrue(Directory.Exists(folder["lock.yml"]));
        Assert.AreEqual(1, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [TestMethod]
    public async Task ALinkStaysAndItsTargetIsWritten()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        File.CreateSymbolicLink(folder["link.yml"], folder["real.yml"]);
        await AtomicFile.WriteAsync(folder["link.yml"], "x"u8.ToArray(), null, CancellationToken.None);
        Assert.AreEqual("x", await File.ReadAllTextAsync(folder["real.yml"]));
        Assert.IsNotNull(new FileInfo(folder["link.yml"]).LinkTarget);
    }

    [TestMethod]
    public async Task ADeviceIsWrittenAndNotReplaced()
    {
        if (!File.Exists("/dev/null"))
            return;
        await AtomicFile.WriteAsync("/dev/null", "x"u8.ToArray(), AtomicFile.OwnerOnly, CancellationToken.None);
        Assert.AreEqual(0, new FileInfo("/dev/null").Length);
    }

    [TestMethod]
    public async Task ACancelledWriteLeavesWhatWasThere()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["lock.yml"], "old");
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => AtomicFile.WriteAsync(folder["lock.yml"], "new"u8.ToArray(), null, new CancellationToken(canceled: true)));
        Assert.AreEqual("old", await File.ReadAllTextAsync(folder["lock.yml"]));
        Assert.AreEqual(1, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    [TestMethod]
    public void AFullDiskIsToldApart()
    {
        IOException full = new("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
        Assert.AreEqual(ErrorCode.DiskFull, IoFailures.Translate(full, "f").Code);
        Assert.AreEqual(ErrorCode.FileFailure, IoFailures.Translate(new IOException("odd", 5), "f").Code);
        Assert.AreEqual(ErrorCode.AccessDenied, IoFailures.Translate(new UnauthorizedAccessException(), "f").Code);
    }

    [TestMethod]
    public void ARealFullDeviceIsADiskThatIsFull()
    {
        if (!File.Exists("/dev/full"))
            return;
        AirgapException? failure = null;
        try
        {
            using FileStream full = new("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
            full.Write("x"u8);
        }
        catch (IOException e)
        {
            failure = IoFailures.Translate(e, "/dev/full");
        }

        Assert.AreEqual(ErrorCode.DiskFull, failure?.Code);
    }
}
