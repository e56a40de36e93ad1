using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Tests.Files;

[TestClass]
public sealed class ArtifactFileTests
{
    private static readonly DateTime s_before = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [TestMethod]
    public async Task AFileWithTheSameContentKeepsItsTime()
    {
        using TempFolder folder = new();
        string path = folder["deep/er/file.yml"];
        await ArtifactFile.WriteAsync(path, "a", CancellationToken.None);
        File.SetLastWriteTimeUtc(path, s_before);
        await ArtifactFile.WriteAsync(path, "a", CancellationToken.None);
        Assert.AreEqual(s_before, File.GetLastWriteTimeUtc(path));
        await ArtifactFile.WriteAsync(path, "b", CancellationToken.None);
        Assert.AreNotEqual(s_before, File.GetLastWriteTimeUtc(path));
        Assert.AreEqual("b", File.ReadAllText(path));
        Assert.ContainsSingle(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [TestMethod]
    public async Task AFolderThatCannotBeMadeIsAFailureByCodeThatLeavesNothing()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["taken"], "");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ArtifactFile.WriteAsync(folder["taken/file.yml"], "a", CancellationToken.None));
        Assert.AreEqual(ErrorCode.OutputUnsuited, e.Code);
        Assert.Contains("taken", e.Message);
        Assert.ContainsSingle(Directory.GetFiles(folder.Path));
    }
}
