using System.Formats.Tar;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>One clear refusal for each kind of invalid layout, the same from import and verification, without any request.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HostileLayoutTests : LayoutTestBase
{
    [TestMethod]
    public async Task AMissingBlobIsNamedWithWhatRefersToIt()
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        string blob = Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256"))
            .OrderByDescending(file => new FileInfo(file).Length).First();
        File.Delete(blob);
        AirgapException refusal = await RefusedAsync(layout, ErrorCode.LayoutBlobMissing);
        Assert.Contains(Path.GetFileName(blob), refusal.Message);
        Assert.Contains("the image sha256:", refusal.Message);
    }

    [TestMethod]
    public async Task AnIndexThatIsListedAgainAndAgainIsRefusedBeforeItIsWalked()
    {
        using TempFolder folder = new();
        LayoutBuilder layout = new(folder.Path);
        string index = layout.Index([.. Enumerable.Repeat(layout.Image("x", Airgap.Oci.Content.MediaTypes.OciLayerGzip), 9_999)]);
        layout.Write([.. Enumerable.Range(0, 2_000).Select(i => layout.Named(index, $"t{i}"))]);
        Assert.Contains("more than 100000 manifests", (await RefusedAsync(folder.Path, ErrorCode.InvalidLayout)).Message);
    }

    [TestMethod]
    public async Task AWrongSizeIsRefused()
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        string blob = Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256"))
            .OrderByDescending(file => new FileInfo(file).Length).First();
        await File.AppendAllTextAsync(blob, "x", Token);
        AirgapException refusal = await RefusedAsync(layout, ErrorCode.InvalidLayout);
        Assert.Contains("bytes, but its descriptor states", refusal.Message);
    }

    [TestMethod]
    [DataRow("not json", "is not JSON")]
    [DataRow("[]", "has no list 'manifests'")]
    [DataRow("{}", "has no list 'manifests'")]
    [DataRow("{\"manifests\":[]}", "lists nothing")]
    [DataRow("{\"manifests\":[1]}", "without a valid digest")]
    [DataRow("{\"manifests\":[{\"digest\":\"sha256:../../etc/passwd\",\"size\":1}]}", "without a valid digest")]
    [DataRow("{\"manifests\":[{\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"size\":-1}]}",
        "without a valid size")]
    [DataRow("{\"manifests\":[{\"digest\":\"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"size\":\"1\"}]}",
        "is not JSON")]
    [DataRow("{\"manifests\":[],\"manifests\":[]}", "has a field twice")]
    public async Task AnotherIndex_IsRefused(string index, string why)
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(layout, "index.json"), index, Token);
        Assert.Contains(why, (await RefusedAsync(layout, ErrorCode.InvalidLayout)).Message);
    }

    [TestMethod]
    [DataRow("oci-layout", "no oci-layout")]
    [DataRow("index.json", "no index.json")]
    public async Task ALayoutWithoutItsFilesIsNone(string name, string why)
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        File.Delete(Path.Combine(layout, name));
        Assert.Contains(why, (await RefusedAsync(layout, ErrorCode.InvalidLayout)).Message);
    }

    [TestMethod]
    [DataRow("{\"imageLayoutVersion\":\"2.0.0\"}")]
    [DataRow("{}")]
    [DataRow("[")]
    public async Task AnotherVersion_IsRefused(string marker)
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), marker, Token);
        await RefusedAsync(layout, ErrorCode.InvalidLayout);
    }

    [TestMethod]
    [DataRow("index.json")]
    [DataRow("blobs")]
    [DataRow("blobs/sha256")]
    [DataRow("blob")]
    public async Task ALinkInAFolderIsRefused(string what)
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Links need rights there.");
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        string place = what == "blob"
            ? Directory.EnumerateFiles(Path.Combine(layout, "blobs", "sha256")).OrderByDescending(file => new FileInfo(file).Length).First()
            : Path.Combine(layout, what);
        Directory.Move(place, folder["aside"]);
        File.CreateSymbolicLink(place, folder["aside"]);
        Assert.Contains("is a link", (await RefusedAsync(layout, ErrorCode.InvalidLayout)).Message);
    }

    // The content of a layout from elsewhere decides nothing outside it.
    [TestMethod]
    [DataRow(".airgap-partial", false)]
    [DataRow(".airgap-partial", true)]
    [DataRow("blobs", true)]
    public async Task ALinkInAFolderToAddTo_LeavesWhatIsThereAlone(string name, bool isLayout)
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Links need rights there.");
        using TempFolder folder = new();
        string layout = folder["layout"];
        if (isLayout)
            await FolderAsync(folder);
        Directory.CreateDirectory(layout);
        if (name == "blobs")
            Directory.Delete(Path.Combine(layout, name), recursive: true);
        Directory.CreateDirectory(folder["mine"]);
        await File.WriteAllTextAsync(folder["mine/precious.tmp"], "mine", Token);
        File.CreateSymbolicLink(Path.Combine(layout, name), folder["mine"]);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ToLayoutAsync(GoldenTar("simple-app-bundle"), layout, isTar: false));

        Assert.AreEqual(ErrorCode.LayoutFolderUnsuited, e.Code, e.Message);
        Assert.Contains(name, e.Message);
        Assert.AreSequenceEqual([folder["mine/precious.tmp"]], Directory.GetFileSystemEntries(folder["mine"]));
    }

    [TestMethod]
    [DataRow("../evil", TarEntryType.RegularFile, "leads out of it")]
    [DataRow("blobs/sha256/../../../evil", TarEntryType.RegularFile, "leads out of it")]
    [DataRow("/etc/evil", TarEntryType.RegularFile, "leads out of it")]
    [DataRow("blobs/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TarEntryType.SymbolicLink,
        "is a link or a special file")]
    [DataRow("blobs/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", TarEntryType.HardLink,
        "is a link or a special file")]
    [DataRow("index.json", TarEntryType.RegularFile, "two entries named 'index.json'")]
    public async Task ABadEntryOfATarIsRefused(string name, TarEntryType type, string why)
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        string path = folder["a.tar"];
        await using (TarWriter tar = new(File.Create(path)))
        {
            await tar.WriteEntryAsync(Path.Combine(layout, "oci-layout"), "oci-layout", Token);
            await tar.WriteEntryAsync(Path.Combine(layout, "index.json"), "index.json", Token);
            PaxTarEntry entry = new(type, name);
            if (type == TarEntryType.RegularFile)
                entry.DataStream = new MemoryStream(Encoding.ASCII.GetBytes("x"));
            else
                entry.LinkName = "index.json";
            await tar.WriteEntryAsync(entry, Token);
        }

        Assert.Contains(why, (await RefusedAsync(path, ErrorCode.InvalidLayout)).Message);
    }

    [TestMethod]
    [DataRow(TarEntryFormat.Pax)]
    [DataRow(TarEntryFormat.Gnu)]
    [DataRow(TarEntryFormat.Ustar)]
    public async Task ATarThatOthersMadeOfTheFolderIsRead(TarEntryFormat format)
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        await using (TarWriter tar = new(File.Create(folder["a.tar"]), format))
        {
            await tar.WriteEntryAsync(layout, "./", Token);
            foreach (string entry in Directory.EnumerateFileSystemEntries(layout, "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal))
                await tar.WriteEntryAsync(entry, "./" + Path.GetRelativePath(layout, entry).Replace('\\', '/'), Token);
        }

        await CopyToRepositoryAsync(At(folder["a.tar"]), "dest.example/apps/it");
        Assert.AreEqual(await File.ReadAllTextAsync(Fixtures.Golden("nested-bundle.mirror-tags.txt"), Token),
            TagLines("dest.example/apps/it"));
    }

    [TestMethod]
    public async Task ATarIsRefusedWhereverItIsCut()
    {
        using TempFolder folder = new();
        await ToLayoutAsync(GoldenTar("simple-app-bundle"), folder["a.tar"], isTar: true);
        byte[] whole = await File.ReadAllBytesAsync(folder["a.tar"], Token);
        for (int length = 0; length < whole.Length; length += 4096 - 37)
        {
            await File.WriteAllBytesAsync(folder["cut.tar"], whole[..length], Token);
            AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
                () => CopyToRepositoryAsync(At(folder["cut.tar"]), "dest.example/apps/it"), $"cut at {length}");
            Assert.IsTrue(refusal.Code is ErrorCode.InvalidLayout or ErrorCode.InvalidArchive, refusal.Message);
        }
    }

    [TestMethod]
    public async Task AFolderThatHoldsSomethingElseIsNotWrittenTo()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["mine"]);
        await File.WriteAllTextAsync(folder["mine/letter.txt"], "x", Token);
        AirgapException refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ToLayoutAsync(GoldenTar("simple-app-bundle"), folder["mine"], isTar: false));
        Assert.AreEqual(ErrorCode.LayoutFolderUnsuited, refusal.Code);
        Assert.Contains("letter.txt", refusal.Message);
        Assert.AreSequenceEqual(new[] { folder["mine/letter.txt"] }, Directory.EnumerateFileSystemEntries(folder["mine"]).ToArray());

        refusal = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ToLayoutAsync(GoldenTar("simple-app-bundle"), folder["mine/letter.txt"], isTar: false));
        Assert.AreEqual(ErrorCode.OutputUnsuited, refusal.Code);
    }

    [TestMethod]
    public async Task AFolderIsWrittenByOneRunAtATime()
    {
        using TempFolder folder = new();
        string layout = await FolderAsync(folder);
        using Airgap.Transfer.Transfers.LayoutFolder held = await Airgap.Transfer.Transfers.LayoutFolder.OpenAsync(layout, Token);
        AirgapException refusal =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => ToLayoutAsync(GoldenTar("nested-bundle"), layout, isTar: false));
        Assert.AreEqual(ErrorCode.ArchiveInUse, refusal.Code);
    }

    private async Task<AirgapException> RefusedAsync(string path, ErrorCode code)
    {
        Registry.Calls.Clear();
        VerificationResult verdict = await new Verifier(Registry).VerifyAsync(At(path), Token);
        Assert.IsTrue(verdict.Problems.Any(problem => problem.Code == code), string.Join(" | ", verdict.Problems));
        AirgapException refusal =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyToRepositoryAsync(At(path), "dest.example/apps/it"));
        Assert.AreEqual(code, refusal.Code, refusal.Message);
        Assert.Contains(path, refusal.Message);
        Assert.IsNotEmpty(refusal.Advice);
        Assert.IsEmpty(Registry.Calls);
        return refusal;
    }
}
