using System.Globalization;
using System.Net.Sockets;
using Airgap.Oci.Files;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Files;

/// <summary>The rule for outputs: which files are replaced, written through, or refused.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class OutputTargetTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public void NothingAndFilesAreReplacedWhereLinksLead()
    {
        File.WriteAllText(_folder["file"], "x");
        Directory.CreateDirectory(_folder["real/deep"]);
        Directory.CreateSymbolicLink(_folder["near"], _folder["real/deep"]);
        File.CreateSymbolicLink(_folder["one"], "two");
        File.CreateSymbolicLink(_folder["two"], "file");
        File.CreateSymbolicLink(_folder["dangling"], "none/yet");
        File.CreateSymbolicLink(_folder["real/deep/up"], "../beside");

        AssertTarget("new", OutputKind.New, _folder["new"]);
        AssertTarget("file", OutputKind.File, _folder["file"]);
        AssertTarget("one", OutputKind.File, _folder["file"]);
        AssertTarget("dangling", OutputKind.New, _folder["none/yet"]);
        // As the system resolves it: relative to the link's real folder, not to the path that named the folder.
        AssertTarget("near/up", OutputKind.New, _folder["real/beside"]);
    }

    [TestMethod]
    public void LinksInACircleAreAFailure()
    {
        File.CreateSymbolicLink(_folder["a"], "b");
        File.CreateSymbolicLink(_folder["b"], "a");
        Assert.ThrowsExactly<IOException>(() => OutputTarget.OfFile(_folder["a"]));
    }

    [TestMethod]
    public void APipeAndALinkToItAreStreams()
    {
        SpecialFiles.MakePipe(_folder["pipe"]);
        File.CreateSymbolicLink(_folder["link"], "pipe");
        AssertTarget("pipe", OutputKind.Stream, _folder["pipe"]);
        AssertTarget("link", OutputKind.Stream, _folder["pipe"]);
        AirgapException e = AssertRefused(() => OutputTarget.OfWholeFile(_folder["link"]));
        Assert.Contains(_folder["pipe"], e.Message);
        Assert.Contains("is a pipe", e.Message);
    }

    [TestMethod]
    public void ADeviceIsAStreamAndADiskIsRefused()
    {
        if (!SpecialFiles.IsRoot)
            Assert.Inconclusive("Only root makes devices.");
        SpecialFiles.MakeNullDevice(_folder["null"]);
        SpecialFiles.MakeDisk(_folder["disk"]);
        AssertTarget("null", OutputKind.Stream, _folder["null"]);
        AssertRefused(() => OutputTarget.OfWholeFile(_folder["null"]));
        AssertRefused(() => OutputTarget.OfFile(_folder["disk"]));
    }

    [TestMethod]
    public void AnOpenFileOfThisProcessIsAStreamByWhateverName()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("The names are Linux's.");
        using FileStream open = File.Create(_folder["open"]);
        int descriptor = (int)open.SafeFileHandle.DangerousGetHandle();
        File.CreateSymbolicLink(_folder["link"], string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{descriptor}"));
        foreach (string path in (string[])[_folder["link"], $"/dev/fd/{descriptor}", $"/proc/{Environment.ProcessId}/fd/{descriptor}"])
        {
            OutputTarget target = OutputTarget.OfFile(path);
            Assert.AreEqual(OutputKind.Stream, target.Kind, path);
            Assert.AreEqual(descriptor, target.Descriptor, path);
            AssertRefused(() => OutputTarget.OfWholeFile(path));
        }

        Assert.AreEqual(1, OutputTarget.OfFile("/dev/stdout").Descriptor);
    }

    [TestMethod]
    public void FoldersAndSocketsAreRefused()
    {
        Directory.CreateDirectory(_folder["folder"]);
        Directory.CreateSymbolicLink(_folder["link"], "folder");
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        foreach (string name in (string[])["folder", "link", "socket", "new/", "socket/below", "socket/far/below"])
            AssertRefused(() => OutputTarget.OfFile(_folder[name]));
    }

    [TestMethod]
    public void AFolderIsWantedWhereOneIsWanted()
    {
        Directory.CreateDirectory(_folder["folder"]);
        Directory.CreateSymbolicLink(_folder["link"], "folder");
        File.WriteAllText(_folder["file"], "x");
        SpecialFiles.MakePipe(_folder["pipe"]);
        Assert.AreEqual(_folder["folder"], OutputTarget.OfFolder(_folder["link"] + "/").Path);
        Assert.AreEqual(OutputKind.New, OutputTarget.OfFolder(_folder["new"]).Kind);
        AssertRefused(() => OutputTarget.OfFolder(_folder["file"]));
        AssertRefused(() => OutputTarget.OfFolder(_folder["pipe"]));
    }

    [TestMethod]
    public void AnothersLinkInAFolderOfAllIsNotFollowed()
    {
        if (!SpecialFiles.IsRoot)
            Assert.Inconclusive("Only root gives links away.");
        File.WriteAllText(_folder["file"], "x");
        File.CreateSymbolicLink(_folder["link"], "file");
        SpecialFiles.GiveAway(_folder["link"]);
        AssertTarget("link", OutputKind.File, _folder["file"]);
        SpecialFiles.SetMode(_folder.Path, "1777");
        Assert.ThrowsExactly<UnsafeFileException>(() => OutputTarget.OfFile(_folder["link"]));
    }

    private void AssertTarget(string name, OutputKind kind, string path)
    {
        OutputTarget target = OutputTarget.OfFile(_folder[name]);
        Assert.AreEqual(kind, target.Kind, name);
        Assert.AreEqual(path, target.Path);
    }

    private static AirgapException AssertRefused(Action look)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(look);
        Assert.AreEqual(ErrorCode.OutputUnsuited, e.Code);
        return e;
    }
}
