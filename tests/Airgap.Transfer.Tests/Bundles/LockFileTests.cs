using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;

namespace Airgap.Transfer.Tests.Bundles;

[TestClass]
public sealed class LockFileTests
{
    [TestMethod]
    [GoldenBundles]
    public void ABundleLockIsReadAndWrittenAsImgpkgWritesIt(string bundle)
    {
        string path = Fixtures.Golden($"{bundle}.bundle-lock.yml");
        LockFileContent.OfBundle content = Assert.IsInstanceOfType<LockFileContent.OfBundle>(LockFile.Read(path));
        Assert.AreEqual("v1.0.0", content.Lock.Tag);
        Assert.AreEqual($"mirror/{bundle}", content.Lock.Image.Repository.Path);
        Assert.AreEqual(File.ReadAllText(path), content.Lock.ToYaml());
    }

    [TestMethod]
    public void AnImagesLockIsKnownByItsKind()
    {
        string path = Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml");
        LockFileContent.OfImages content = Assert.IsInstanceOfType<LockFileContent.OfImages>(LockFile.Read(path));
        Assert.AreEqual(2, content.Lock.Images.Length);
        Assert.AreEqual("registry.local:5055/apps/frontend", content.Lock.Images[0].Annotations["kbld.carvel.dev/id"]);
    }

    [TestMethod]
    public void ABundleWithoutTagHasNoTagKey()
    {
        const string text = """
            ---
            apiVersion: imgpkg.carvel.dev/v1alpha1
            bundle:
              image: r.local/a@sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd
            kind: BundleLock

            """;
        BundleLock read = BundleLock.Read(Encoding.UTF8.GetBytes(text), "lock.yml");
        Assert.AreEqual("", read.Tag);
        Assert.AreEqual(text.ReplaceLineEndings("\n"), read.ToYaml());
    }

    [TestMethod]
    [DataRow("kind: Bundle", "lock.yml(1,7)")]
    [DataRow("apiVersion: v1", "lock.yml(1,1)")]
    [DataRow("[]", "lock.yml(1,1)")]
    [DataRow("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock", "lock.yml(1,1)")]
    [DataRow("apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock\nbundle:\n  image: " +
        "a@sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd\n  tag: -x", "lock.yml(5,8)")]
    public void AFileThatIsNoLock_IsRefused(string text, string place)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LockFile.Read(Encoding.UTF8.GetBytes(text), "lock.yml"));
        Assert.AreEqual(ErrorCode.InvalidLock, e.Code);
        Assert.AreEqual(place, e.Location!.ToString(), e.Message);
    }

    [TestMethod]
    public void ABundleWithoutDigestIsTold()
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LockFile.Read(
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock\nbundle:\n  image: r.local/a:1\n"u8.ToArray(),
            "lock.yml"));
        Assert.AreEqual(ErrorCode.LockWithoutDigest, e.Code);
        StringAssert.Contains(e.Message, "lock.yml(4,10)");
        StringAssert.Contains(e.Message, "r.local/a:1");
    }

    [TestMethod]
    public void AMissingFileIsTold()
    {
        using TempFolder folder = new();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LockFile.Read(folder["none.yml"]));
        Assert.AreEqual(ErrorCode.FileNotFound, e.Code);
        StringAssert.Contains(e.Message, folder["none.yml"]);
    }

    [TestMethod]
    public void AFolderIsNoLockFile()
    {
        using TempFolder folder = new();
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => LockFile.Read(folder.Path));
        Assert.AreEqual(ErrorCode.AccessDenied, e.Code);
    }
}
