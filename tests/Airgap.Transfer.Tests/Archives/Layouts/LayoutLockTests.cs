using System.Text;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Archives.Layouts;

/// <summary>The lock in a layout's folder, to which several runs add.</summary>
[TestClass]
public sealed class LayoutLockTests : LayoutTestBase
{
    private static readonly string[] s_both = ["one", "two"];

    // A folder with two images says nothing of the lock of one of them, however often that one is added.
    [TestMethod]
    public async Task AnImageAddedAgainLeavesALayoutOfSeveralReadable()
    {
        using TempFolder folder = new();
        await ToLayoutAsync(BundleSource("simple-app-bundle"), folder["layout"], isTar: false);
        RelocationSource one = await LockOfAsync(folder, "one");

        for (int run = 0; run < 3; run++)
            await ToLayoutAsync(one, folder["layout"], isTar: false);

        Assert.IsFalse(File.Exists(folder[$"layout/{ArchiveNotes.EntryName}"]));
        await CopyToRepositoryAsync(At(folder["layout"]), "dest.example/both");
    }

    // The lock belongs to the list of images, which the second run leaves as it is.
    [TestMethod]
    public async Task AnImageOfALockAddedAgainKeepsItsAnnotations()
    {
        using TempFolder folder = new();
        RelocationSource both = await LockOfAsync(folder, s_both);
        await ToLayoutAsync(both, folder["layout"], isTar: false);
        string index = await File.ReadAllTextAsync(folder["layout/index.json"], Token);
        string expected = LockOutput.Create(await CopyToRepositoryAsync(At(folder["layout"]), "dest.example/before"));

        // The one whose entry is last, so that writing it again changes nothing.
        RelocationSource last = await LockOfAsync(folder, s_both.MaxBy(name => index.IndexOf(DigestOf(name), StringComparison.Ordinal))!);
        await ToLayoutAsync(last, folder["layout"], isTar: false);

        Assert.AreEqual(index, await File.ReadAllTextAsync(folder["layout/index.json"], Token));
        string actual = LockOutput.Create(await CopyToRepositoryAsync(At(folder["layout"]), "dest.example/before"));
        Assert.AreEqual(expected, actual);
        Assert.Contains("id: two", actual);
    }

    [TestMethod]
    public async Task TheSameLockWrittenAgainStaysInTheLayout()
    {
        using TempFolder folder = new();
        RelocationSource both = await LockOfAsync(folder, s_both);
        await ToLayoutAsync(both, folder["layout"], isTar: false);
        byte[] before = await File.ReadAllBytesAsync(folder[$"layout/{ArchiveNotes.EntryName}"], Token);

        await ToLayoutAsync(both, folder["layout"], isTar: false);

        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(folder[$"layout/{ArchiveNotes.EntryName}"], Token));
    }

    // An image without content, made from its name.
    private string DigestOf(string name)
    {
        FakeRepository repository = Registry.Get($"registry.example/{name}");
        byte[] config = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","author":"{{name}}"}""");
        return repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}",
            "digest":"{{{repository.AddBlob(config)}}}","size":{{{config.Length}}}},"layers":[]}
            """)), tag: null).Digest.ToString();
    }

    private async Task<RelocationSource> LockOfAsync(TempFolder folder, params string[] names)
    {
        string path = folder[$"{string.Join('-', names)}.yml"];
        await File.WriteAllTextAsync(
            path,
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n" + string.Concat(names.Select(name =>
                $"- image: registry.example/{name}@{DigestOf(name)}\n  annotations:\n    id: {name}\n")), Token);
        return new RelocationSource.Lock(path);
    }
}
