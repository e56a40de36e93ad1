using System.Formats.Tar;
using Airgap.Oci;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Pulling.Unpacking;
using CsCheck;

namespace Airgap.Transfer.Tests.Pulling;

/// <summary>Layers that try to do more than fill the folder.</summary>
[TestClass]
public sealed class HostileLayerTests : PullTestBase
{
    [TestMethod]
    [DataRow("../evil")]
    [DataRow("a/../../evil")]
    [DataRow("a/b/../../../../evil")]
    [DataRow("/../evil")]
    [DataRow("..")]
    [DataRow("../.wh.keep")]
    [DataRow("a/.wh...")]
    [DataRow(".wh..")]
    [DataRow("../.wh..wh..opq")]
    public async Task NoEntry_LeadsOutOfTheFolder(string name)
    {
        Write("keep", "mine");
        Write("out/old", "old");
        AirgapException e = await RefusedAsync(ErrorCode.InvalidLayer, name == ".."
            ? Of(new LayerBuilder().Directory(name))
            : Of(new LayerBuilder().Directory("a").File(name, "evil")));
        StringAssert.Contains(e.Message, "r.local/hostile@sha256:");
        Assert.IsNotNull(e.Digest);
        Assert.AreEqual("mine", await File.ReadAllTextAsync(Folder["keep"], Token));
        Assert.AreEqual("old", await File.ReadAllTextAsync(Folder["out/old"], Token));
        AssertOnly("keep", "out");
    }

    [TestMethod]
    public async Task AnAbsolutePathIsTheImagesOwn()
    {
        string name = Folder["evil"];
        await PullAsync(Of(new LayerBuilder().File(name, "inside")));
        AssertOnly("out", "state");
        Assert.AreEqual("inside", await File.ReadAllTextAsync(Output + name, Token));
    }

    [TestMethod]
    public async Task LinksAndDevicesAreLeftOut()
    {
        Write("victim", "mine");
        PullResult result = await PullAsync(Of(new LayerBuilder()
            .Link(TarEntryType.SymbolicLink, "link", Folder["victim"])
            .Link(TarEntryType.SymbolicLink, "up", "..")
            .Link(TarEntryType.HardLink, "hard", Folder["victim"])
            .Special(TarEntryType.CharacterDevice, "device")
            .Special(TarEntryType.BlockDevice, "block")
            .Special(TarEntryType.Fifo, "pipe")
            .File("link/child", "1")
            .File("up/child", "2")
            .File("file", "3")));
        Assert.AreEqual(6, result.SkippedEntries);
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string> { ["link/child"] = "1", ["up/child"] = "2", ["file"] = "3" }, Texts(Output));
        Assert.AreEqual("mine", await File.ReadAllTextAsync(Folder["victim"], Token));
        AssertOnly("out", "state", "victim");
    }

    [TestMethod]
    public async Task ALinkOfOneLayerDoesNotLeadTheNextOneOut()
    {
        Directory.CreateDirectory(Folder["elsewhere"]);
        await PullAsync(Request(LayerBuilder.Image(
            Registry,
            new LayerBuilder().Link(TarEntryType.SymbolicLink, "d", Folder["elsewhere"]).Gzip(),
            new LayerBuilder().File("d/evil").Gzip())));
        Assert.AreEqual(0, Directory.GetFileSystemEntries(Folder["elsewhere"]).Length);
    }

    [TestMethod]
    public async Task UpperLayersReplaceAndRemove()
    {
        await PullAsync(Request(LayerBuilder.Image(
            Registry,
            new LayerBuilder().File("a", "1").File("b", "1").File("dir/c", "1").File("opaque/d", "1").File("opaque/sub/e", "1")
            .File("kind", "1").File("tree/f", "1").Gzip(),
            new LayerBuilder().File("a", "2").File(".wh.b").File("dir/.wh.c").File("opaque/new", "2").File("opaque/.wh..wh..opq")
            .File("kind/now", "2").File("tree", "2").File(".wh..wh.plnk").File(".wh.none").Gzip(),
            new LayerBuilder().File("b/x", "3").File(".wh.dir").Gzip())));
        CollectionAssert.AreEquivalent(
            new Dictionary<string, string>
            {
                ["a"] = "2",
                ["opaque/new"] = "2",
                ["kind/now"] = "2",
                ["tree"] = "2",
                ["b/x"] = "3"
            }, Texts(Output));
        Assert.IsFalse(Directory.Exists(Path.Combine(Output, "dir")));
        Assert.IsFalse(Directory.Exists(Path.Combine(Output, "opaque", "sub")));
    }

    [TestMethod]
    public async Task ALayerDoesNotRemoveItsOwn()
    {
        await PullAsync(
            Of(new LayerBuilder().File("a", "1").File(".wh.a").File("d/b", "1").File(".wh.d").File(".wh..wh..opq")
                .Directory("e/f").File(".wh.e")));
        CollectionAssert.AreEquivalent(new Dictionary<string, string> { ["a"] = "1", ["d/b"] = "1" }, Texts(Output));
        Assert.IsTrue(Directory.Exists(Path.Combine(Output, "e", "f")));
    }

    [TestMethod]
    public async Task FoldersCanAlwaysBeEnteredAndSpecialBitsAreDropped()
    {
        await PullAsync(
            Of(new LayerBuilder().Directory("locked", 0).File("locked/a", "1", Convert.ToInt32("4711", 8))
                .Directory("sticky", Convert.ToInt32("1777", 8)).File("w", "", Convert.ToInt32("666", 8))));
        if (OperatingSystem.IsWindows())
            return;
        Assert.AreEqual("700", ModeOf(Path.Combine(Output, "locked")));
        Assert.AreEqual("711", ModeOf(Path.Combine(Output, "locked", "a")));
        Assert.AreEqual("755", ModeOf(Path.Combine(Output, "sticky")));
        Assert.AreEqual("644", ModeOf(Path.Combine(Output, "w")));
    }

    [TestMethod]
    [DataRow("plain")]
    [DataRow("gzip")]
    [DataRow("zstd")]
    public async Task TheBytesSayHowTheyAreCompressed(string how)
    {
        byte[] tar = new LayerBuilder().File("a", new string('x', 100_000)).File(new string('n', 150) + "/b", "2").Tar();
        byte[] layer = how switch
        {
            "gzip" => LayerBuilder.Gzip(tar),
            "zstd" => new ZstdSharp.Compressor().Wrap(tar).ToArray(),
            _ => tar,
        };
        PullResult result = await PullAsync(Request(LayerBuilder.Image(Registry, layer)));
        Assert.AreEqual(2, result.Files);
        Assert.AreEqual(100_001, result.Bytes);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ABombIsNotUnpacked(bool zstd)
    {
        byte[] tar = new LayerBuilder().Zeros("zeros", 8 * 1024 * 1024).Tar();
        PullRequest request = Request(
            LayerBuilder.Image(Registry, zstd ? new ZstdSharp.Compressor().Wrap(tar).ToArray() : LayerBuilder.Gzip(tar)))
            with
        { Limits = new UnpackLimits { FreeBytes = 1024 * 1024 } };
        AirgapException e = await RefusedAsync(ErrorCode.InvalidLayer, request);
        StringAssert.Contains(e.Message, "more than 200 times its length");
        AssertOnly();
        await PullAsync(request with { Limits = new UnpackLimits() });
    }

    [TestMethod]
    public async Task TooManyEntriesAreNotUnpacked()
    {
        LayerBuilder layer = new();
        for (int i = 0; i < 20; i++)
            layer.File($"f{i}");
        AirgapException e = await RefusedAsync(ErrorCode.InvalidLayer, Of(layer) with { Limits = new UnpackLimits { MaxEntries = 19 } });
        StringAssert.Contains(e.Message, "more than 19 entries");
    }

    [TestMethod]
    public void AMillionAndOneAreTooMany()
    {
        UnpackBudget budget = new(new UnpackLimits());
        for (int i = 0; i < 1_000_000; i++)
            budget.Entry();
        StringAssert.Contains(Assert.ThrowsExactly<LayerException>(budget.Entry).Message, "more than 1000000 entries");
    }

    [TestMethod]
    public async Task FoldersWithoutEntriesCountAsEntries()
    {
        LayerBuilder layer = new();
        for (int i = 0; i < 20; i++)
            layer.File($"{i}/{string.Join('/', Enumerable.Range(0, 49))}/f");
        AirgapException e = await RefusedAsync(ErrorCode.InvalidLayer, Of(layer) with { Limits = new UnpackLimits { MaxEntries = 1019 } });
        StringAssert.Contains(e.Message, "more than 1019 entries");
        AssertOnly();
        await PullAsync(Of(Rebuilt()) with { Limits = new UnpackLimits { MaxEntries = 1020 } });

        static LayerBuilder Rebuilt()
        {
            LayerBuilder same = new();
            for (int i = 0; i < 20; i++)
                same.File($"{i}/{string.Join('/', Enumerable.Range(0, 49))}/f");
            return same;
        }
    }

    [TestMethod]
    [DoNotParallelize]
    [DataRow("a/", 60_000, "more than 4096 bytes")]
    [DataRow("./", 500_000, "more than 4096 bytes")]
    [DataRow("a/", 255, "more than 255 levels deep")]
    [DataRow("0123456789abcdef/", 241, "more than 4096 bytes")]
    [DataRow("\u00e4/", 1366, "more than 4096 bytes")]
    public async Task APathHasALengthAndADepth(string segment, int times, string why)
    {
        byte[] layer = new LayerBuilder().File(string.Concat(Enumerable.Repeat(segment, times)) + "f").Gzip();
        long before = GC.GetTotalAllocatedBytes(precise: true);
        AirgapException e = await RefusedAsync(ErrorCode.InvalidLayer, Request(LayerBuilder.Image(Registry, layer)));
        Assert.IsLessThan(16_000_000, GC.GetTotalAllocatedBytes(precise: true) - before);
        StringAssert.Contains(e.Message, why);
        AssertOnly();
    }

    [TestMethod]
    public async Task TheDeepestPathIsUnpacked()
    {
        if (OperatingSystem.IsWindows())
            return;
        string path = string.Concat(Enumerable.Repeat("a/", 254)) + "f";
        PullResult result = await PullAsync(Of(new LayerBuilder().File(path, "1")));
        Assert.AreEqual(1, result.Files);
        Assert.AreEqual("1", await File.ReadAllTextAsync(Path.Combine(Output, path), Token));
    }

    [TestMethod]
    [DoNotParallelize]
    public async Task EmptyingAFolderAgainAndAgainCostsNothing()
    {
        LayerBuilder layer = new();
        for (int i = 0; i < 2_000; i++)
            layer.File($"d/{i}").File("d/.wh..wh..opq").File(".wh.d").File(".wh..wh..opq");
        long before = GC.GetTotalAllocatedBytes(precise: true);
        PullResult result = await PullAsync(Of(layer));
        Assert.AreEqual(2_000, result.Files);
        Assert.IsLessThan(100_000_000, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public async Task ALayerThatIsNoTar_IsReported()
    {
        byte[] tar = new LayerBuilder().File("a", new string('x', 5000)).Tar();
        foreach (byte[] layer in (byte[][])["{}"u8.ToArray(), new byte[700].Select(_ => (byte)7).ToArray(), tar[..2000],
            LayerBuilder.Gzip(tar)[..40], LayerBuilder.Gzip(tar[..2000]), [0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]])
        {
            AirgapException e = await RefusedAsync(ErrorCode.InvalidLayer, Request(LayerBuilder.Image(Registry, layer)));
            StringAssert.Contains(e.Message, "not a readable tar");
        }

        AssertOnly();
    }

    [TestMethod]
    public async Task ADamagedLayerLeavesNothing()
    {
        PullRequest request = Of(new LayerBuilder().File("a", "1"));
        Registry.Hook = (operation, _, _) => operation == "get-blob"
            ? throw new AirgapException(ErrorCode.DigestMismatch, "No.", "Again.") : Task.CompletedTask;
        await RefusedAsync(ErrorCode.DigestMismatch, request);
        AssertOnly();
    }

    [TestMethod]
    public void NoName_LeadsOutOfTheFolder() =>
        Gen.OneOf(new[] { "..", ".", "", "a", "b", ".wh.", ".wh..", ".wh...", ".wh.a", ".wh..wh..opq", "..." }.Select(
            segment => Gen.Const(segment)).ToArray()).Array[1, 6].Sample(
        segments =>
        {
            string name = string.Join('/', segments);
            try
            {
                string path = LayerPath.Parse(name);
                Assert.IsTrue(Path.GetFullPath(Path.Combine("/root", path)).StartsWith("/root", StringComparison.Ordinal));
                Assert.IsFalse(path.StartsWith('/') || path.Split('/').Contains(".."), path);
                if (LayerPath.WhiteoutOf(path, out string target) is WhiteoutKind.Single or WhiteoutKind.Opaque)
                    Assert.IsFalse(target.StartsWith('/') || target.Split('/').Any(segment => segment is ".." or "."), target);
            }
            catch (LayerException)
            {
                Assert.IsTrue(segments.Any(
                    segment => segment is ".." || (segment.StartsWith(".wh.", StringComparison.Ordinal) && segment.Length < 7)), name);
            }
        });

    private PullRequest Of(LayerBuilder layer) => Request(LayerBuilder.Image(Registry, layer.Gzip()));
}
