using Airgap.TestKit;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>A run hashes an archive again only if it has changed.</summary>
[TestClass]
public sealed class HashedArchivesTests
{
    [TestMethod]
    public async Task AnArchive_IsHashedOnce_UntilItChanges()
    {
        using TempFolder folder = new();
        string file = folder["a.tar"];
        await File.WriteAllTextAsync(file, "one");
        HashedArchives archives = new();
        int hashed = 0;
        Task<bool> HashAsync(bool isWhole)
        {
            hashed++;
            return Task.FromResult(isWhole);
        }

        Assert.IsFalse(await archives.IsWholeAsync(file, 3, () => HashAsync(false)));
        Assert.IsTrue(await archives.IsWholeAsync(file, 3, () => HashAsync(true)));
        Assert.AreEqual(2, hashed, "what was not whole is hashed again");
        Assert.IsTrue(await archives.IsWholeAsync(file, 3, () => HashAsync(false)));
        Assert.AreEqual(2, hashed);
        Assert.IsFalse(await archives.IsWholeAsync(file, 4, () => HashAsync(false)), "another archive is expected");

        string other = folder["b.tar"];
        await File.WriteAllTextAsync(other, "two");
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        File.Move(other, file, overwrite: true);
        Assert.IsFalse(await archives.IsWholeAsync(file, 3, () => HashAsync(false)));
        Assert.AreEqual(4, hashed);
    }

    [TestMethod]
    public async Task AnArchiveThatChangesWhileItIsHashed_IsHashedAgain()
    {
        using TempFolder folder = new();
        string file = folder["a.tar"];
        await File.WriteAllTextAsync(file, "one");
        HashedArchives archives = new();
        Assert.IsTrue(await archives.IsWholeAsync(file, 3, async () =>
        {
            await File.WriteAllTextAsync(file, "longer");
            return true;
        }));
        Assert.IsFalse(await archives.IsWholeAsync(file, 3, () => Task.FromResult(false)));
    }
}
