using System.Formats.Tar;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Layers;

namespace Airgap.Transfer.Tests.Layers;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BundleLayerTests
{
    private static readonly Dictionary<string, string> s_bundleLabels = new() { ["dev.carvel.imgpkg.bundle"] = "true" };

    [TestMethod]
    [GoldenBundles(Inner = true)]
    public async Task APushedFolderHasTheDigestThatImgpkgGaveIt(string bundle)
    {
        MemoryStream output = new();
        WrittenLayer layer = await WriteAsync([Fixtures.Input(bundle)], new LayerOptions(), output);
        Assert.AreEqual(Digest.Compute(output.ToArray()), layer.Descriptor.Digest);
        Assert.AreEqual(output.Length, layer.Descriptor.Size);
        byte[] config = ImageConfigWriter.Write(layer.DiffId, s_bundleLabels);
        Manifest manifest = ImageManifestWriter.Write(config, layer.Descriptor);
        CollectionAssert.Contains(
            await File.ReadAllLinesAsync(Fixtures.Golden("references.txt")),
            $"registry.local:5055/user1/{bundle}@{manifest.Digest}");
        if (bundle == "simple-app-bundle")
        {
            Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.config.json")), Encoding.UTF8.GetString(config));
            Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden($"{bundle}.manifest.json")),
                Encoding.UTF8.GetString(manifest.Bytes.Span));
        }
    }

    [TestMethod]
    public void AConfigAndManifestWithALabelAreAsImgpkgWritesThem()
    {
        byte[] config = ImageConfigWriter.Write(
            Digest.Parse("sha256:658d9c4234e91dce0cc5ec702dcf2e526f8405fd2ac09d015b5ee4dbc3911cf8"),
            new Dictionary<string, string> { ["team"] = "fixtures" });
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden("push-image.config.json")), Encoding.UTF8.GetString(config));
        Descriptor layer = new(MediaTypes.DockerLayerGzip,
            Digest.Parse("sha256:0b7f7c4080345932dfc53267e44c3d506dc6752789dcaf6c75abd3515ec491cb"), 439);
        Assert.AreEqual(File.ReadAllText(Fixtures.Golden("push-image.manifest.json")),
            Encoding.UTF8.GetString(ImageManifestWriter.Write(config, layer).Bytes.Span));
    }

    [TestMethod]
    public void LabelsAreSortedAndEscapedAsGoDoes()
    {
        string config = Encoding.UTF8.GetString(ImageConfigWriter.Write(
            Digest.Compute([]),
            new Dictionary<string, string> { ["😀"] = "1", ["\uFFFD"] = "2", ["b"] = "<&>\"\\\n\u0001\u007f\u2028/é", ["B"] = "" }));
        StringAssert.EndsWith(
            config,
            "\"config\":{\"Labels\":{\"B\":\"\",\"b\":\"\\u003c\\u0026\\u003e\\\"\\\\\\n\\u0001\u007f\\u2028/é\",\"\uFFFD\":\"2\",\"😀\":\"1\"}}}");
    }

    [TestMethod]
    public async Task FoldersComeBeforeTheirContentAndNamesInByteOrder()
    {
        using TempFolder folder = new();
        foreach (string file in (string[])["b/x", "b-", "B", "a/z/q", "b.c", ".hidden", "é", "z", "a/.git/kept", ".git/config"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
            await File.WriteAllTextAsync(folder[file], file);
        }

        Directory.CreateDirectory(folder["empty"]);
        List<TarEntry> entries = await ReadAsync([folder.Path], new LayerOptions());
        CollectionAssert.AreEqual(
            (string[])[".", ".hidden", "B", "a", "a/.git", "a/.git/kept", "a/z", "a/z/q", "b", "b/x", "b-", "b.c", "empty", "z", "é"],
            entries.Select(e => e.Name).ToArray());
        Assert.AreEqual("a/z/q", await new StreamReader(entries[7].DataStream!).ReadToEndAsync());
        Assert.IsTrue(entries.All(e => e.ModificationTime == DateTimeOffset.UnixEpoch && e.Uid == 0 && e.Gid == 0));
    }

    [TestMethod]
    public async Task OnlyTheOwnersBitsAreKept()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["run"], "");
        await File.WriteAllTextAsync(folder["read"], "");
        File.SetUnixFileMode(folder["run"], (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(folder["read"], (UnixFileMode)0b100_100_100);
        List<TarEntry> entries = await ReadAsync([folder.Path], new LayerOptions());
        CollectionAssert.AreEqual(
            (int[])[0b111_000_000, 0b100_000_000, 0b111_000_000],
            entries.Select(e => (int)e.Mode).ToArray());
    }

    [TestMethod]
    public async Task KeptPermissionsAreGosModes()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        string root = folder["root"];
        Directory.CreateDirectory(Path.Combine(root, "sub"));
        string file = Path.Combine(root, "sub", "file");
        await File.WriteAllTextAsync(file, "");
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Path.Combine(root, "sub"), (UnixFileMode)0b111_000_000);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_000 | UnixFileMode.StickyBit);
        LayerOptions options = new() { PreservePermissions = true };
        byte[] tar = await TarAsync([root], options);
        byte[] folderMode = [0x80, 0, 0, 0, 0x80, 0, 1, 0xed];
        for (int at = 0; at < 1024; at += 512)
        {
            CollectionAssert.AreEqual(folderMode, tar[(at + 100)..(at + 108)]);
            Assert.AreEqual("ustar  \0", Encoding.ASCII.GetString(tar, at + 257, 8));
        }

        Assert.AreEqual("4000640\0", Encoding.ASCII.GetString(tar, 1024 + 100, 8));
        Assert.AreEqual("ustar\000", Encoding.ASCII.GetString(tar, 1024 + 257, 8));
    }

    [TestMethod]
    public async Task AFileIsTakenUnderItsOwnNameAndSeveralFoldersRepeatTheRoot()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["one"]);
        Directory.CreateDirectory(folder["two"]);
        await File.WriteAllTextAsync(folder["one/a"], "");
        await File.WriteAllTextAsync(folder["two/b"], "");
        await File.WriteAllTextAsync(folder["c"], "");
        List<TarEntry> entries = await ReadAsync([folder["two"], folder["c"], folder["one"]], new LayerOptions());
        CollectionAssert.AreEqual((string[])[".", "b", "c", ".", "a"], entries.Select(e => e.Name).ToArray());
    }

    [TestMethod]
    public void OnlyTheVeryPathIsExcluded()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["a/b"]);
        Directory.CreateDirectory(folder["b"]);
        File.WriteAllText(folder["a/b/c"], "");
        File.WriteAllText(folder["b/c"], "");
        Assert.AreEqual(". a b b/c", Paths("a/b"));
        Assert.AreEqual(". a a/b a/b/c", Paths("b"));
        Assert.AreEqual(". a a/b a/b/c b b/c", Paths("b/"), "As imgpkg: no path ends in a slash.");
        Assert.AreEqual(". a a/b a/b/c b b/c", Paths("c"));

        string Paths(string excluded) =>
            string.Join(' ', LayerFiles.List([folder.Path], new LayerOptions { Exclusions = [excluded] }).Select(e => e.Path));
    }

    [TestMethod]
    public void TheSamePathFromTwoInputsIsAnErrorThatNamesBoth()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["one"]);
        File.WriteAllText(folder["one/a"], "");
        File.WriteAllText(folder["a"], "");
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List([folder["one"], folder["a"]], new LayerOptions()));
        Assert.AreEqual(ErrorCode.ConflictingDestination, e.Code);
        StringAssert.Contains(e.Message, $"Found duplicate paths: {folder["one/a"]}, {folder["a"]}");
    }

    [TestMethod]
    [DataRow("file")]
    [DataRow("folder")]
    [DataRow("nothing")]
    public void ALinkInsideAFolderIsAnError(string target)
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["in"]);
        Directory.CreateDirectory(folder["folder"]);
        File.WriteAllText(folder["file"], "");
        File.CreateSymbolicLink(folder["in/link"], folder[target]);
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List([folder["in"]], new LayerOptions()));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
        StringAssert.Contains(e.Message, $"Expected file '{folder["in/link"]}' to be a regular file");
        Assert.AreEqual(1, LayerFiles.List([folder["in"]], new LayerOptions { Exclusions = ["link"] }).Count);
    }

    [TestMethod]
    public void ALinkGivenItselfIsFollowed()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["real"]);
        File.WriteAllText(folder["real/a"], "12");
        File.CreateSymbolicLink(folder["link"], folder["real"]);
        File.CreateSymbolicLink(folder["b"], folder["real/a"]);
        IReadOnlyList<LayerEntry> entries = LayerFiles.List([folder["link"], folder["b"]], new LayerOptions());
        Assert.AreEqual(". a b", string.Join(' ', entries.Select(e => e.Path)));
        Assert.AreEqual(2, entries[2].Size);
    }

    [TestMethod]
    public void ASocketIsNoFile()
    {
        if (OperatingSystem.IsWindows())
            return;
        using TempFolder folder = new();
        using System.Net.Sockets.Socket socket = new(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(folder["s"]));
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List([folder.Path], new LayerOptions()));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
    }

    [TestMethod]
    [Timeout(60_000)]
    public void APipeIsNoFileAndBlocksNobody()
    {
        if (!File.Exists("/usr/bin/mkfifo"))
            return;
        using TempFolder folder = new();
        using (System.Diagnostics.Process mkfifo = System.Diagnostics.Process.Start("/usr/bin/mkfifo", [folder["pipe"]]))
            mkfifo.WaitForExit();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List([folder.Path], new LayerOptions()));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task AFileNameThatIsNotUtf8_IsNamedAsItIs()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["sub"]);
        // A name that contains the replacement character itself is an ordinary name.
        await File.WriteAllTextAsync(folder["sub/\uFFFD.txt"], "");
        LayerFiles.List([folder.Path], new LayerOptions());
        (await Cli.RunAsync("sh", ["-c", "printf x > \"$(printf 'sub/a\\377b-\\303\\251.txt')\""], workingDirectory: folder.Path))
            .EnsureSuccess();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List([folder.Path], new LayerOptions()));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
        Assert.Contains($"'{folder["sub"]}/a\\xffb-é.txt' is not UTF-8", e.Message);
        // The runtime cannot remove what it cannot name.
        (await Cli.RunAsync("rm", ["-r", folder["sub"]])).EnsureSuccess();
    }

    [TestMethod]
    public void ADeviceIsNoFile()
    {
        if (!File.Exists("/dev/null"))
            return;
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List(["/dev/null"], new LayerOptions()));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
    }

    [TestMethod]
    public void AMissingInputIsTold()
    {
        using TempFolder folder = new();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LayerFiles.List([folder["none"]], new LayerOptions()));
        Assert.AreEqual(ErrorCode.FileNotFound, e.Code);
        StringAssert.Contains(e.Message, folder["none"]);
    }

    [TestMethod]
    [DataRow("12")]
    [DataRow("1234")]
    public async Task AFileThatChangesMeanwhileIsTold(string now)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["a"], "123");
        IReadOnlyList<LayerEntry> entries = LayerFiles.List([folder["a"]], new LayerOptions());
        await File.WriteAllTextAsync(folder["a"], now);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BundleLayer.WriteAsync(entries, new MemoryStream(), CancellationToken.None));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
    }

    private static async Task<WrittenLayer> WriteAsync(string[] inputs, LayerOptions options, Stream output) =>
        await BundleLayer.WriteAsync(LayerFiles.List(inputs, options), output, CancellationToken.None);

    private static async Task<byte[]> TarAsync(string[] inputs, LayerOptions options)
    {
        MemoryStream output = new();
        WrittenLayer layer = await WriteAsync(inputs, options, output);
        byte[] tar = GoldenStorage.Gunzip(output.ToArray());
        Assert.AreEqual(Digest.Compute(tar), layer.DiffId);
        return tar;
    }

    private static async Task<List<TarEntry>> ReadAsync(string[] inputs, LayerOptions options)
    {
        using TarReader reader = new(new MemoryStream(await TarAsync(inputs, options)));
        List<TarEntry> entries = [];
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
