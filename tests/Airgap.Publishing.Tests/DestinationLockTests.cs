using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

[TestClass]
public sealed class DestinationLockTests
{
    private static readonly RelocationDestination s_archive = new RelocationDestination.Archive(Path.GetFullPath("a.tar"));
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task AWaitingRun_ReportsTheOther()
    {
        DestinationLock locks = new(_folder["locks"], TimeSpan.FromMinutes(10));
        IDisposable? first = await locks.AcquireAsync(s_archive, new Told(), CancellationToken.None);
        Assert.IsNotNull(first);
        Told told = new();
        Task<IDisposable?> second = locks.AcquireAsync(s_archive, told, CancellationToken.None);
        string notice = await told.First.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains(s_archive.ToString()!, notice);
        Assert.Contains(string.Create(
            CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} since 20"), notice);
        Assert.Contains($"({HolderText.Command(Environment.GetCommandLineArgs())})", notice);
        Assert.IsFalse(second.IsCompleted);
        first.Dispose();
        using IDisposable? held = await second.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.IsNotNull(held);
        Assert.AreEqual(1, told.Count, "told once");
    }

    [TestMethod]
    public async Task AHolderThatHasNotSignedYet_IsToldOnce_UnderItsOwnName()
    {
        DestinationLock locks = new(_folder["locks"], TimeSpan.FromMinutes(10));
        (await locks.AcquireAsync(s_archive, new Told(), CancellationToken.None))!.Dispose();
        string path = Directory.GetFiles(_folder["locks"]).Single();
        Assert.AreEqual(0, new FileInfo(path).Length, "who is done is no holder");
        // As after a process that was killed.
        await File.WriteAllTextAsync(path, "process 1 on elsewhere since 2001-01-01 00:00:00Z (dotnet publish)\n");
        using FileLock held = FileLock.TryTake(path)!;
        Told told = new();
        Task<IDisposable?> waiting = locks.AcquireAsync(s_archive, told, CancellationToken.None);
        RandomAccess.SetLength(held.Handle, 0);
        RandomAccess.Write(held.Handle, "process 2 on here since 2026-01-01 00:00:00Z (dotnet publish)\n"u8, 0);
        Assert.Contains("process 2 on here", await told.First.Task.WaitAsync(TimeSpan.FromMinutes(1)));
        held.Dispose();
        (await waiting.WaitAsync(TimeSpan.FromMinutes(1)))!.Dispose();
        Assert.AreEqual(1, told.Count);
    }

    [TestMethod]
    public async Task AWaitThatIsOverHasItsOwnCode()
    {
        using IDisposable? first = await new DestinationLock(_folder["locks"], Timeout.InfiniteTimeSpan).AcquireAsync(
            s_archive, new Told(), CancellationToken.None);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new DestinationLock(_folder["locks"], TimeSpan.FromMilliseconds(250))
            .AcquireAsync(s_archive, new Told(), CancellationToken.None));
        Assert.AreEqual(ErrorCode.DestinationInUse, e.Code);
        Assert.Contains($"process {Environment.ProcessId}", e.Message);
        Assert.Contains("0.25 s", e.Message);
        Assert.Contains(AdviceTerms.LockWait, e.Advice!);
    }

    [TestMethod]
    public async Task RelocationsGoOnSideBySide_AndOnlyWithoutThemIsARepositoryTakenAlone()
    {
        RelocationDestination repository = new RelocationDestination.Repository(Oci.Naming.RepositoryName.Parse("a.corp/apps/app"));
        DestinationLock locks = new(_folder["locks"], TimeSpan.FromMinutes(1));
        DestinationLock atOnce = new(_folder["locks"], TimeSpan.Zero);
        IDisposable? one = await locks.EnterAsync(repository, new Told(), CancellationToken.None);
        using (IDisposable? two = await atOnce.EnterAsync(repository, new Told(), CancellationToken.None))
        using (IDisposable? publish = await atOnce.AcquireAsync(repository, new Told(), CancellationToken.None))
        {
            Assert.IsNotNull(one);
            Assert.IsNotNull(two);
            Assert.IsNotNull(publish);
            Assert.AreEqual(ErrorCode.DestinationInUse,
                (await Assert.ThrowsExactlyAsync<AirgapException>(
                    () => atOnce.AcquireExclusiveAsync(repository, new Told(), CancellationToken.None))).Code);
        }

        AirgapException refused =
            await Assert.ThrowsExactlyAsync<AirgapException>(
                () => atOnce.AcquireExclusiveAsync(repository, new Told(), CancellationToken.None));
        Assert.AreEqual(ErrorCode.DestinationInUse, refused.Code);
        Assert.Contains("another relocation of this user", refused.Message);
        one.Dispose();
        IDisposable? alone = await atOnce.AcquireExclusiveAsync(repository, new Told(), CancellationToken.None);
        Assert.IsNotNull(alone);
        Told told = new();
        Task<IDisposable?> waiting = locks.EnterAsync(repository, told, CancellationToken.None);
        Assert.Contains($"being cleaned up by process {Environment.ProcessId}", await told.First.Task.WaitAsync(TimeSpan.FromMinutes(1)));
        alone.Dispose();
        (await waiting.WaitAsync(TimeSpan.FromMinutes(1)))!.Dispose();
        Assert.IsNull(await locks.EnterAsync(s_archive, new Told(), CancellationToken.None), "nothing is removed from archives");
    }

    [TestMethod]
    public async Task AnotherFailureIsNoLock()
    {
        await File.WriteAllTextAsync(_folder["file"], "x");
        Told told = new();
        Assert.IsNull(await new DestinationLock(_folder["file"], Timeout.InfiniteTimeSpan).AcquireAsync(
            s_archive, told, CancellationToken.None));
        Assert.IsNull(await new DestinationLock(_folder["file/locks"], Timeout.InfiniteTimeSpan).AcquireAsync(
            s_archive, told, CancellationToken.None));
        Assert.IsNull(await new DestinationLock(null, Timeout.InfiniteTimeSpan).AcquireAsync(s_archive, told, CancellationToken.None));
        Assert.AreEqual(0, told.Count);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task NoLinkIsFollowedAndTheFolderIsPrivate()
    {
        DestinationLock locks = new(_folder["locks"], Timeout.InfiniteTimeSpan);
        (await locks.AcquireAsync(s_archive, new Told(), CancellationToken.None))!.Dispose();
        Assert.StartsWith("directory 700", SpecialFiles.Describe(_folder["locks"]));
        string file = Directory.GetFiles(_folder["locks"]).Single();
        Assert.StartsWith("regular empty file 600", SpecialFiles.Describe(file));

        File.Delete(file);
        await File.WriteAllTextAsync(_folder["victim"], "untouched");
        File.CreateSymbolicLink(file, _folder["victim"]);
        Assert.IsNull(await locks.AcquireAsync(s_archive, new Told(), CancellationToken.None));
        Directory.CreateDirectory(_folder["elsewhere"]);
        Directory.CreateSymbolicLink(_folder["linked"], "elsewhere");
        Assert.IsNull(await new DestinationLock(_folder["linked"], Timeout.InfiniteTimeSpan).AcquireAsync(
            s_archive, new Told(), CancellationToken.None));
        Assert.IsEmpty(Directory.GetFiles(_folder["elsewhere"]));
        Assert.AreEqual("untouched", await File.ReadAllTextAsync(_folder["victim"]));
    }

    [TestMethod]
    public void TheUsersLocksLieInTheUsersCache()
    {
        string folder = Sessions.UserCacheFolder();
        Assert.IsFalse(folder.StartsWith(Path.GetTempPath(), StringComparison.Ordinal)
            && Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is null, folder);
        Assert.EndsWith(Path.Combine("airgap", "locks"), folder);
    }

    [TestMethod]
    [DataRow("dotnet publish", "/usr/share/dotnet/dotnet.dll", "publish", "-p:Secret=hunter2")]
    [DataRow("MSBuild", "/usr/share/dotnet/sdk/10.0.100/MSBuild.dll", "/nodemode:1")]
    [DataRow("dotnet-airgap copy", "dotnet-airgap", "copy", "--registry-password", "hunter2")]
    [DataRow("unknown")]
    public void OfACommandLineTheProgramAndItsVerbAreTold(string expected, params string[] arguments) =>
        Assert.AreEqual(expected, HolderText.Command(arguments));

    [TestMethod]
    public void AForeignLockFile_IsIgnored()
    {
        Assert.IsNull(HolderText.Read(new MemoryStream("##vso[task.setvariable]x"u8.ToArray())));
        Assert.AreEqual("process 1\\x1b[2J", HolderText.Read(new MemoryStream("process 1\u001b[2J"u8.ToArray())));
    }

    private static class Sessions
    {
        public static string UserCacheFolder() => Airgap.Transfer.Sessions.UserCache.Find("locks")!;
    }

    private sealed class Told : ITransferObserver
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; private set; }

        public void Notice(string message)
        {
            Count++;
            First.TrySetResult(message);
        }
    }
}
