using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Files;

[TestClass]
public sealed class AtomicFileTests
{
    [TestMethod]
    public async Task TheFileHasItsContentAndModeAndNothingElseIsLeft()
    {
        using TempFolder folder = new();
        await AtomicFile.WriteAsync(folder["lock.yml"], "new"u8.ToArray(), AtomicFile.OwnerOnly, CancellationToken.None);
        Assert.AreEqual("new", await File.ReadAllTextAsync(folder["lock.yml"]));
        Assert.AreEqual(1, Directory.GetFileSystemEntries(folder.Path).Length);
        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["lock.yml"]));
    }

    [TestMethod]
    public void LeftoversOfKilledWrites_AreRemoved_AndNothingElse()
    {
        using TempFolder folder = new();
        string longName = new('x', 250);
        string cut = Path.GetFileName(CompanionName.Random(folder[longName], ".tmp"));
        string[] left = [$".a.parts.json.{new string('0', 15)}f.tmp", cut];
        string[] others =
        [
            "a.parts.json", ".a.parts.json.0123456789abcdeg.tmp", ".a.parts.json.0123456789abcde.tmp", ".b.parts.json.0123456789abcdef.tmp",
            ".a.parts.json.0123456789abcdef.tmq", "a.parts.json.0123456789abcdef.tmp",
        ];
        foreach (string name in left.Concat(others))
            File.WriteAllText(folder[name], "x");
        if (!OperatingSystem.IsWindows())
            File.CreateSymbolicLink(folder[".a.parts.json.fedcba9876543210.tmp"], folder["a.parts.json"]);
        AtomicFile.RemoveLeft(folder["a.parts.json"]);
        AtomicFile.RemoveLeft(folder[longName]);
        CollectionAssert.AreEquivalent(
            others.Concat(OperatingSystem.IsWindows() ? [] : [".a.parts.json.fedcba9876543210.tmp"]).ToArray(),
            Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).ToArray());
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
            () => AtomicFile.WriteAsync(
                Path.Combine(folder.Path, "none", "lock.yml"), Encoding.UTF8.GetBytes("x"), null, CancellationToken.None));
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
        Assert.AreEqual(ErrorCode.OutputUnsuited, e.Code);
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
        if (!SpecialFiles.IsRoot)
            Assert.Inconclusive("Only root makes devices.");
        using TempFolder folder = new();
        SpecialFiles.MakeNullDevice(folder["null"]);
        File.CreateSymbolicLink(folder["link"], "null");
        string before = SpecialFiles.Describe(folder["null"]);
        Assert.StartsWith("character special file", before);
        foreach (string name in (string[])["null", "link"])
            await AtomicFile.WriteAsync(folder[name], "x"u8.ToArray(), AtomicFile.OwnerOnly, CancellationToken.None);
        Assert.AreEqual(before, SpecialFiles.Describe(folder["null"]));
        Assert.StartsWith("symbolic link", SpecialFiles.Describe(folder["link"]));
        Assert.HasCount(2, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APipeHasTheBytesAndStays()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["pipe"]);
        Task<string> reading = Task.Run(() => File.ReadAllText(folder["pipe"]));
        await AtomicFile.WriteAsync(folder["pipe"], "all of it"u8.ToArray(), AtomicFile.OwnerOnly, CancellationToken.None);
        Assert.AreEqual("all of it", await reading);
        Assert.StartsWith("fifo", SpecialFiles.Describe(folder["pipe"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APipeThatNobodyReadsIsWaitedForUntilTheRunIsCancelled()
    {
        using TempFolder folder = new();
        SpecialFiles.MakePipe(folder["pipe"]);
        using CancellationTokenSource cancellation = new();
        Task writing = AtomicFile.WriteAsync(folder["pipe"], "x"u8.ToArray(), null, cancellation.Token);
        Assert.IsFalse(writing.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => writing);
        // The file is opened in the background; a reader lets the opening end.
        using FileStream reader = new(folder["pipe"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task AnOpenFileIsWrittenWhereItsOwnerStands()
    {
        using TempFolder folder = new();
        await using FileStream open = new(folder["out.txt"], FileMode.Create, FileAccess.Write, FileShare.ReadWrite, 0);
        // The system keeps the position, as for standard output.
        string path = $"/proc/self/fd/{open.SafeFileHandle.DangerousGetHandle()}";
        await AtomicFile.WriteAsync(path, "first\n"u8.ToArray(), null, CancellationToken.None);
        await AtomicFile.WriteAsync(path, "second\n"u8.ToArray(), null, CancellationToken.None);
        Assert.AreEqual("first\nsecond\n", await File.ReadAllTextAsync(folder["out.txt"]));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AFileThatIsReplacedKeepsItsModeAndOwner()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["lock.yml"], "old and longer");
        SpecialFiles.SetMode(folder["lock.yml"], "644");
        if (SpecialFiles.IsRoot)
            SpecialFiles.GiveAway(folder["lock.yml"]);
        string before = SpecialFiles.Describe(folder["lock.yml"]);
        await AtomicFile.WriteAsync(folder["lock.yml"], "new"u8.ToArray(), AtomicFile.OwnerOnly, CancellationToken.None);
        Assert.AreEqual("new", await File.ReadAllTextAsync(folder["lock.yml"]));
        Assert.AreEqual(before, SpecialFiles.Describe(folder["lock.yml"]));
    }

    [TestMethod]
    public async Task ANameAsLongAsTheSystemAllowsIsWritten()
    {
        using TempFolder folder = new();
        string name = new('n', 255);
        await AtomicFile.WriteAsync(folder[name], "x"u8.ToArray(), null, CancellationToken.None);
        Assert.AreSequenceEqual(new[] { folder[name] }, Directory.GetFiles(folder.Path));
    }

    [TestMethod]
    public async Task ADiskThatFailsLeavesWhatWasThere()
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["lock.yml"], "old");
        DiskSync.Replace(new FailingDisk { FailsFiles = true });
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => AtomicFile.WriteAsync(folder["lock.yml"], "new"u8.ToArray(), null, CancellationToken.None));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
        Assert.AreEqual("old", await File.ReadAllTextAsync(folder["lock.yml"]));
        Assert.HasCount(1, Directory.GetFiles(folder.Path));

        // Whether the name is on the disk is not known, so it is not said.
        DiskSync.Replace(new FailingDisk { FailsFolders = true });
        e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => AtomicFile.WriteAsync(folder["lock.yml"], "new"u8.ToArray(), null, CancellationToken.None));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
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
    public void AMessageNamesThePathOnce()
    {
        Assert.AreEqual(
            "The path '/a/b', or a name in it, is too long for this system.",
            IoFailures.Translate(new PathTooLongException("The path '/a/b' is too long."), "/a/b").Message);

        // As the runtime writes them.
        Assert.AreEqual(
            "Reading or writing '/a/b' failed: Input/output error.",
            IoFailures.Translate(new IOException("Input/output error : '/a/b'", 5), "/a/b").Message);
        Assert.AreEqual("Reading or writing 'f' failed: it's odd.", IoFailures.Translate(new IOException("it's odd.", 5), "f").Message);
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
