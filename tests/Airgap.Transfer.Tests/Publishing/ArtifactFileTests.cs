using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Publishing;

namespace Airgap.Transfer.Tests.Publishing;

[TestClass]
public sealed class ArtifactFileTests
{
    private static readonly DateTime s_before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [TestMethod]
    public void AFileWithTheSameContentKeepsItsTime()
    {
        using TempFolder folder = new();
        string path = folder["deep/er/file.yml"];
        ArtifactFile.Write(path, "a"u8);
        File.SetLastWriteTimeUtc(path, s_before);
        ArtifactFile.Write(path, "a"u8);
        Assert.AreEqual(s_before, File.GetLastWriteTimeUtc(path));
        ArtifactFile.Write(path, "b"u8);
        Assert.AreNotEqual(s_before, File.GetLastWriteTimeUtc(path));
        Assert.AreEqual("b", File.ReadAllText(path));
        Assert.ContainsSingle(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [TestMethod]
    public void AFolderThatCannotBeMadeIsAFailureByCodeThatLeavesNothing()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["taken"], "");
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => ArtifactFile.Write(folder["taken/file.yml"], "a"u8));
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
        Assert.Contains("file.yml", e.Message);
        Assert.ContainsSingle(Directory.GetFiles(folder.Path));
    }
}
