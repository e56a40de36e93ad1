using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Registry.Storage;
using Airgap.TestKit;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Tests;

/// <summary>With a disk whose flushes fail, nothing is reported as stored.</summary>
[TestClass]
public sealed class StorageDiskTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void ASmallFileThatDoesNotReachTheDiskIsAFailure(bool file)
    {
        RegistryStorage storage = new(_folder.Path);
        Digest digest = Digest.Compute("x"u8);
        DiskSync.Replace(new FailingDisk { FailsFiles = file, FailsFolders = !file });
        Assert.ThrowsExactly<IOException>(() => storage.Blobs.Write(digest, "x"u8));
        if (file)
            Assert.IsFalse(storage.Blobs.Exists(digest));
        DiskSync.Replace(null);
        storage.Blobs.Write(digest, "x"u8);
        Assert.IsTrue(storage.Blobs.Exists(digest));
    }

    [TestMethod]
    public async Task AnUploadThatDoesNotReachTheDiskIsReadFromItAgain()
    {
        RegistryStorage storage = new(_folder.Path);
        Digest digest = Digest.Compute("hello"u8);
        UploadSession? session = storage.Uploads.Start("a/b");
        await session!.AppendAsync(new MemoryStream("hello"u8.ToArray()), HashAlgorithmName.SHA256, CancellationToken.None);
        FailingDisk disk = new() { FailsFiles = true };
        DiskSync.Replace(disk);
        await Assert.ThrowsExactlyAsync<IOException>(() => storage.Uploads.TryFinishAsync(session, digest, CancellationToken.None));
        Assert.IsFalse(storage.Blobs.Exists(digest));
        Assert.AreEqual(1, disk.Forgotten);

        // Content that the disk lost is detected, although the bytes were hashed while they were written.
        string data = Directory.GetFiles(_folder.Path, "data", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(data, "he\0\0\0");
        DiskSync.Replace(null);
        Assert.IsFalse(await storage.Uploads.TryFinishAsync(session, digest, CancellationToken.None));
        Assert.IsFalse(storage.Blobs.Exists(digest));
    }

    [TestMethod]
    public void AFileIsNoFolderToServe()
    {
        File.WriteAllText(_folder["file"], "mine");
        foreach (bool readOnly in (bool[])[false, true])
        {
            AirgapException e = Assert.ThrowsExactly<AirgapException>(() => StorageFolder.Prepare(_folder["file"], readOnly));
            Assert.AreEqual(ErrorCode.OutputUnsuited, e.Code);
        }

        Assert.AreEqual("mine", File.ReadAllText(_folder["file"]));
    }

    [TestMethod]
    [DataRow(0x80070013, 30, ErrorCode.AccessDenied, "read only")]
    [DataRow(0x80070002, 2, ErrorCode.FileFailure, "exists")]
    public void AFolderOnAWriteProtectedDisk_CanBeServedReadOnly(uint windows, int unix, ErrorCode code, string advice)
    {
        IOException cause = new("x", OperatingSystem.IsWindows() ? unchecked((int)windows) : unix);
        AirgapException e = StorageFolder.FailureOf(cause, "registry");
        Assert.AreEqual(code, e.Code);
        StringAssert.Contains(e.Advice, advice);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void ALinkToAFolderIsServed()
    {
        Directory.CreateDirectory(_folder["real"]);
        Directory.CreateSymbolicLink(_folder["link"], "real");
        StorageFolder.Prepare(_folder["link"], readOnly: false);
        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder["real"]));
    }

    private sealed class FailingDisk : DiskSync
    {
        public bool FailsFiles { get; init; }

        public bool FailsFolders { get; init; }

        public int Forgotten { get; private set; }

        public override void Flush(SafeFileHandle file, string name)
        {
            if (FailsFiles)
                throw new IOException("Input/output error", 5);
        }

        public override void FlushFolder(string folder)
        {
            if (FailsFolders)
                throw new IOException("Input/output error", 5);
        }

        public override void Forget(SafeFileHandle file) => Forgotten++;
    }
}
