using Airgap.Oci.Files;
using Airgap.TestKit;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Oci.Tests.Files;

/// <summary>Our files in folders where other users may write: nothing that another user put there is opened.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class OwnFileTests
{
    private readonly TempFolder _folder = new();

    [TestInitialize]
    public void MakeVictim() => File.WriteAllText(_folder["victim"], "untouched");

    [TestCleanup]
    public void Clean()
    {
        Assert.AreEqual("untouched", File.ReadAllText(_folder["victim"]));
        _folder.Dispose();
    }

    [TestMethod]
    public void ALinkIsNeitherOpenedNorMadeThrough()
    {
        File.CreateSymbolicLink(_folder["link"], "victim");
        File.CreateSymbolicLink(_folder["dangling"], "elsewhere");
        foreach (string name in (string[])["link", "dangling"])
        {
            Assert.ThrowsExactly<UnsafeFileException>(() => OwnFile.Open(_folder[name], FileAccess.ReadWrite));
            Assert.ThrowsExactly<UnsafeFileException>(() => OwnFile.OpenOrCreate(_folder[name]));
            Assert.ThrowsExactly<IOException>(() => OwnFile.CreateNew(_folder[name]));
            Assert.ThrowsExactly<UnsafeFileException>(() => FileLock.TryTake(_folder[name]));
        }

        Assert.IsFalse(File.Exists(_folder["elsewhere"]));
    }

    [TestMethod]
    public void APipeIsNotOpenedAndNotWaitedFor()
    {
        SpecialFiles.MakePipe(_folder["pipe"]);
        Assert.ThrowsExactly<UnsafeFileException>(() => OwnFile.OpenOrCreate(_folder["pipe"]));
    }

    [TestMethod]
    public void AFileWithASecondNameMayBeAnothers()
    {
        SpecialFiles.MakeSecondName(_folder["victim"], _folder["second"]);
        Assert.ThrowsExactly<UnsafeFileException>(() => OwnFile.Open(_folder["second"], FileAccess.ReadWrite));
    }

    [TestMethod]
    public void AnotherUsersFileIsRefusedByNumber()
    {
        if (!SpecialFiles.IsRoot)
            Assert.Inconclusive("Only root gives files away.");
        File.WriteAllText(_folder["theirs"], "x");
        SpecialFiles.GiveAway(_folder["theirs"]);
        UnsafeFileException e = Assert.ThrowsExactly<UnsafeFileException>(() => OwnFile.Open(_folder["theirs"], FileAccess.ReadWrite));
        Assert.Contains("uid 12345", e.Message);
        Assert.HasCount(2, Directory.GetFiles(_folder.Path), "nothing is left of looking");
    }

    [TestMethod]
    public void OurOwnFile_CanBeOpened()
    {
        Assert.IsNull(OwnFile.Open(_folder["mine"], FileAccess.Read));
        using (FileStream made = OwnFile.OpenOrCreate(_folder["mine"], OwnFile.Private))
            made.Write("abc"u8);
        Assert.StartsWith("regular file 600", SpecialFiles.Describe(_folder["mine"]));
        using FileStream again = OwnFile.OpenOrCreate(_folder["mine"]);
        again.Seek(0, SeekOrigin.End);
        again.Write("d"u8);
        Assert.AreEqual("abcd", File.ReadAllText(_folder["mine"]));
    }

    [TestMethod]
    public void ALockIsHeldByOne()
    {
        using (FileLock? first = FileLock.TryTake(_folder["lock"]))
        {
            Assert.IsNotNull(first);
            Assert.IsNull(FileLock.TryTake(_folder["lock"]));

            // If the file is removed while it is held, another file can take its name.
            File.Delete(_folder["lock"]);
            using FileLock? second = FileLock.TryTake(_folder["lock"]);
            Assert.IsNotNull(second);
            Assert.IsFalse(FileLock.IsAt(first.File.SafeFileHandle, _folder["lock"]));
            Assert.IsTrue(FileLock.IsAt(second.File.SafeFileHandle, _folder["lock"]));
        }

        using FileLock? third = FileLock.TryTake(_folder["lock"]);
        Assert.IsNotNull(third);
    }

    [TestMethod]
    public void ALockIsReleasedThoughAStartingProcessStillHasTheHandle()
    {
        File.WriteAllText(_folder["lock"], "");
        FileLock taken = FileLock.TryTake(_folder["lock"])!;
        SafeFileHandle handle = taken.Handle;
        bool isKept = false;
        // Like a process that was forked and has not yet started another program.
        handle.DangerousAddRef(ref isKept);
        try
        {
            taken.Dispose();
            using FileLock? next = FileLock.TryTake(_folder["lock"]);
            Assert.IsNotNull(next);
        }
        finally
        {
            handle.DangerousRelease();
        }
    }

    [TestMethod]
    public void AFailureOfAnotherKindIsNoLock()
    {
        Assert.ThrowsExactly<DirectoryNotFoundException>(() => FileLock.TryTake(_folder["none/lock"]));
        Assert.Throws<IOException>(() => FileLock.TryTake(_folder[new string('x', 300)]));
    }

    [TestMethod]
    public void APrivateFolderIsOnesOwn()
    {
        PrivateFolder.Make(_folder["cache/airgap"]);
        Assert.AreEqual("directory 700", SpecialFiles.Describe(_folder["cache/airgap"])[..13]);
        SpecialFiles.SetMode(_folder["cache/airgap"], "777");
        PrivateFolder.Make(_folder["cache/airgap"]);
        Assert.AreEqual("directory 700", SpecialFiles.Describe(_folder["cache/airgap"])[..13]);

        Directory.CreateSymbolicLink(_folder["link"], "cache");
        Assert.ThrowsExactly<UnsafeFileException>(() => PrivateFolder.Make(_folder["link"]));
        Assert.ThrowsExactly<UnsafeFileException>(() => PrivateFolder.Make(_folder["victim"]));
        Assert.ThrowsExactly<IOException>(() => PrivateFolder.MakeNew(_folder["cache"]));
        Assert.ThrowsExactly<IOException>(() => PrivateFolder.MakeNew(_folder["link"]));
        if (!SpecialFiles.IsRoot)
            return;
        Directory.CreateDirectory(_folder["theirs"]);
        SpecialFiles.GiveAway(_folder["theirs"]);
        Assert.ThrowsExactly<UnsafeFileException>(() => PrivateFolder.Make(_folder["theirs"]));
    }

    [TestMethod]
    [DataRow(1, 'x', "y", ".partial")]
    [DataRow(247, 'x', "", ".partial")]
    [DataRow(254, 'x', "", ".partial.holder")]
    [DataRow(255, 'x', ".", ".0123456789abcdef.pull")]
    [DataRow(127, 'é', "", ".partial.earlier")]
    [DataRow(85, '…', "", ".partial")]
    public void NamesBesideAFileFitTheSystemAndDiffer(int length, char sign, string prefix, string suffix)
    {
        string path = _folder[new string(sign, length)];
        string beside = CompanionName.Of(path, suffix, prefix);
        File.WriteAllText(beside, "fits");
        Assert.AreEqual(beside, CompanionName.Of(path, suffix, prefix));
        Assert.EndsWith(suffix, beside);
        Assert.StartsWith(_folder[prefix + sign], beside);
        if (length > 1)
            Assert.AreNotEqual(beside, CompanionName.Of(_folder[new string(sign, length - 1) + "e"], suffix, prefix));
    }

    [TestMethod]
    public void AFileThatCannotBeFlushed_IsNoFailure()
    {
        // The system returns EINVAL for a pipe, which is no failure of the disk.
        SpecialFiles.MakePipe(_folder["pipe"]);
        using FileStream pipe = new(_folder["pipe"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        DiskSync.System.Flush(pipe.SafeFileHandle, "pipe");
        DiskSync.System.BeginFlush(pipe.SafeFileHandle, "pipe");
        DiskSync.System.FlushFolder(_folder.Path);
        Assert.Throws<IOException>(() => DiskSync.System.FlushFolder(_folder["none"]));
    }
}
