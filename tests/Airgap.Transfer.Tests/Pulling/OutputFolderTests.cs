using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Pulling.Output;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>The folder of unpacked content: its ownership and its completeness.</summary>
[TestClass]
public sealed class OutputFolderTests : PullTestBase
{
    private static RelocationSource Simple => Bundle("simple-app-bundle");

    [TestMethod]
    public async Task AnEmptyFolderIsFilled()
    {
        Directory.CreateDirectory(Output);
        await PullAsync(Simple);
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("simple-app-bundle")), Texts(Output));
    }

    [TestMethod]
    public async Task AMissingFolderIsMadeWithThoseAbove()
    {
        await PullAsync(Request(Simple) with { Output = Folder["a/b/out"] });
        Assert.IsTrue(File.Exists(Folder["a/b/out/.imgpkg/images.yml"]));
    }

    [TestMethod]
    public async Task AnEarlierPullIsReplaced()
    {
        await PullAsync(Bundle("nested-bundle"));
        await PullAsync(Simple);
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("simple-app-bundle")), Texts(Output));
        await PullAsync(Image("apps/frontend:1.0.0"));
        Assert.IsFalse(Directory.Exists(Path.Combine(Output, ".imgpkg")));
        await PullAsync(Simple);
        AssertOnly("out", "state");
    }

    [TestMethod]
    public async Task AnEarlierPullThatLostOrChangedSomeFilesIsReplaced()
    {
        await PullAsync(Simple);
        File.Delete(Path.Combine(Output, ".imgpkg", "bundle.yml"));
        Write("out/config/config.yml", "edited");
        await PullAsync(Bundle("nested-bundle"));
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("nested-bundle")), Texts(Output));
    }

    [TestMethod]
    [DataRow("notes.txt")]
    [DataRow("config/notes.txt")]
    [DataRow(".imgpkg/notes.txt")]
    [DataRow("new/notes.txt")]
    public async Task AFileOfTheUsersStopsIt(string file)
    {
        await PullAsync(Simple);
        Write("out/" + file, "mine");
        Dictionary<string, string> before = Texts(Output);
        AirgapException e = await RefusedAsync(ErrorCode.OutputNotEmpty, Request(Simple));
        StringAssert.Contains(e.Message, file.Split('/')[0]);
        StringAssert.Contains(e.Advice, AdviceTerms.DeleteOutput);
        CollectionAssert.AreEquivalent(before, Texts(Output));
        AssertOnly("out", "state");

        await PullAsync(Request(Simple) with { Force = true });
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("simple-app-bundle")), Texts(Output));
    }

    [TestMethod]
    public async Task AnEmptyFolderOfTheUsersStopsItToo()
    {
        await PullAsync(Simple);
        Directory.CreateDirectory(Path.Combine(Output, "mine"));
        await RefusedAsync(ErrorCode.OutputNotEmpty, Request(Simple));
    }

    [TestMethod]
    public async Task AFolderThatNoPullFilledStopsIt()
    {
        Write("out/config/config.yml", "mine");
        await RefusedAsync(ErrorCode.OutputNotEmpty, Request(Simple));
        Assert.AreEqual("mine", await File.ReadAllTextAsync(Folder["out/config/config.yml"], Token));
    }

    [TestMethod]
    public async Task AnotherFolderAtTheSamePlaceStopsIt()
    {
        await PullAsync(Simple);
        Directory.Delete(Output, recursive: true);
        Write("out/config/config.yml", "mine");
        await RefusedAsync(ErrorCode.OutputNotEmpty, Request(Simple));
    }

    [TestMethod]
    public async Task FilesThatThePullWrites_MayBeReplaced()
    {
        // As imgpkg left it, or after a pull whose record is lost.
        TempFolder.Copy(Fixtures.Input("simple-app-bundle"), Output);
        await PullAsync(Simple);
        File.SetLastWriteTimeUtc(Path.Combine(Output, "config", "config.yml"), DateTime.UnixEpoch);
        await PullAsync(Request(Simple) with { StateFolder = Folder["other"] });
    }

    [TestMethod]
    public async Task AStateFolderThatCannotBeIsNoFailure()
    {
        Write("state");
        await PullAsync(Simple);
        await PullAsync(Simple);
        await RefusedAsync(ErrorCode.OutputNotEmpty, Request(Bundle("nested-bundle")));
    }

    [TestMethod]
    public async Task AFailedPullLeavesTheEarlierOne()
    {
        await PullAsync(Simple);
        Dictionary<string, string> before = Texts(Output);
        Registry.Hook = (operation, _, _) => operation == "get-blob"
            ? throw new AirgapException(ErrorCode.RegistryFailed, "No.", "Wait.") : Task.CompletedTask;
        await RefusedAsync(ErrorCode.RegistryFailed, Request(Bundle("nested-bundle")));
        CollectionAssert.AreEquivalent(before, Texts(Output));
        AssertOnly("out", "state");
    }

    [TestMethod]
    public async Task ACancelledPullLeavesTheEarlierOne()
    {
        await PullAsync(Simple);
        using CancellationTokenSource cancel = new();
        Registry.Hook = (operation, _, _) => operation == "resolve" ? cancel.CancelAsync() : Task.CompletedTask;
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => new Puller(Registry).PullAsync(Request(Bundle("nested-bundle")), cancel.Token));
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("simple-app-bundle")), Texts(Output));
        AssertOnly("out", "state");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" ")]
    [DataRow("/")]
    [DataRow("//")]
    [DataRow(".")]
    [DataRow("./")]
    [DataRow("..")]
    [DataRow("../..")]
    [DataRow("x/..")]
    public async Task AnUnsuitableFolder_IsNotReplaced(string output)
    {
        AirgapException e = await RefusedAsync(ErrorCode.InvalidArgument, Request(Simple) with { Output = output, Force = true });
        StringAssert.Contains(e.Message, output.Trim().Length == 0
            ? "Expected --output to be none empty" : "Disallowed output directory (trying to avoid accidental deletion)");
    }

    [TestMethod]
    public async Task AFileIsNoFolder()
    {
        Write("out", "mine");
        await RefusedAsync(ErrorCode.OutputUnsuited, Request(Simple) with { Force = true });
        Assert.AreEqual("mine", await File.ReadAllTextAsync(Output, Token));
        Assert.IsEmpty(Registry.Calls, "nobody is asked for what has no place");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APipeAndLinksInACircleAreNoFolders()
    {
        SpecialFiles.MakePipe(Output);
        await RefusedAsync(ErrorCode.OutputUnsuited, Request(Simple) with { Force = true });
        Assert.StartsWith("fifo", SpecialFiles.Describe(Output));
        File.Delete(Output);
        File.CreateSymbolicLink(Output, Output);
        await RefusedAsync(ErrorCode.FileFailure, Request(Simple) with { Force = true });
        Assert.IsEmpty(Registry.Calls);
    }

    [TestMethod]
    public async Task ADiskThatFailsLeavesTheEarlierPull()
    {
        await PullAsync(Simple);
        Dictionary<string, string> before = Texts(Output);
        DiskSync.Replace(new FailingDisk { FailsFiles = true });
        await RefusedAsync(ErrorCode.FileFailure, Request(Bundle("nested-bundle")));
        CollectionAssert.AreEquivalent(before, Texts(Output));
        AssertOnly("out", "state");
    }

    [TestMethod]
    public async Task ALinkToAFolderStaysOne()
    {
        if (OperatingSystem.IsWindows())
            return;
        Directory.CreateDirectory(Folder["real"]);
        Directory.CreateSymbolicLink(Output, Folder["real"]);
        await PullAsync(Simple);
        await PullAsync(Bundle("nested-bundle"));
        Assert.AreEqual(Folder["real"], new DirectoryInfo(Output).LinkTarget);
        CollectionAssert.AreEquivalent(Texts(Fixtures.Input("nested-bundle")), Texts(Folder["real"]));
        AssertOnly("out", "real", "state");
    }

    [TestMethod]
    public async Task ALinkInTheFolderIsForeignAndNotFollowed()
    {
        if (OperatingSystem.IsWindows())
            return;
        Write("elsewhere/a", "mine");
        await PullAsync(Simple);
        Directory.CreateSymbolicLink(Path.Combine(Output, "link"), Folder["elsewhere"]);
        await RefusedAsync(ErrorCode.OutputNotEmpty, Request(Simple));
        await PullAsync(Request(Simple) with { Force = true });
        Assert.AreEqual("mine", await File.ReadAllTextAsync(Folder["elsewhere/a"], Token));
    }

    [TestMethod]
    public void AFolderThatCannotBeMoved_HasItsContentMoved()
    {
        Write("out/old/a", "1");
        Write("out/b", "1");
        Write("out/.stage/new/old/c", "2");
        Write("out/.stage/new/d", "2");
        FolderSwap.Run(Folder["out/.stage/new"], Folder["out"], Folder["out/.stage/old"]);
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string>
            {
                ["old/c"] = "2",
                ["d"] = "2",
                [".stage/old/old/a"] = "1",
                [".stage/old/b"] = "1"
            }, Texts(Folder["out"]));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void AFolderThatCannotBePutBack_IsKeptAndNamed(bool isMounted)
    {
        Write("out/a", "1");
        string stage = isMounted ? "out/.stage" : ".stage";
        Write(stage + "/new/b", "2");
        int moves = 0;

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => FolderSwap.Run(
            Folder[stage + "/new"], Folder["out"], Folder[stage + "/old"], (from, to) =>
            {
                if (++moves > 1)
                    throw new IOException("The disk is gone.");
                Directory.Move(from, to);
            }));

        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
        Assert.AreEqual($"The folder '{Folder["out"]}' could be neither replaced nor put back: The disk is gone.", e.Message);
        Assert.AreEqual($"Its earlier content is kept in '{Folder[stage + "/old"]}': move it back.", e.Advice);
        Assert.AreEqual("1", File.ReadAllText(Folder[stage + "/old/a"]));
    }

    [TestMethod]
    public void AFolderThatCannotBeReplaced_IsPutBack()
    {
        Write("out/a", "1");
        Write(".stage/new/b", "2");
        int moves = 0;

        Assert.ThrowsExactly<IOException>(() => FolderSwap.Run(
            Folder[".stage/new"], Folder["out"], Folder[".stage/old"], (from, to) =>
            {
                if (++moves == 2)
                    throw new IOException("The disk is full.");
                Directory.Move(from, to);
            }));

        Assert.AreEqual("1", File.ReadAllText(Folder["out/a"]));
        Assert.IsFalse(Directory.Exists(Folder[".stage/old"]));
    }

    [TestMethod]
    public void OldContentThatIsStillStaged_IsNotDeleted()
    {
        OutputFolder output = OutputFolder.Open(Output, force: true, stateFolder: null);
        string stage = Path.GetDirectoryName(output.Staged)!;
        Directory.CreateDirectory(output.Staged);
        Directory.CreateDirectory(Path.Combine(stage, "old"));
        File.WriteAllText(Path.Combine(stage, "old", "a"), "1");

        output.Dispose();

        Assert.AreSequenceEqual([Path.Combine(stage, "old")], Directory.GetFileSystemEntries(stage));
    }
}
