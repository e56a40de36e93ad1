using Airgap.Registry.Archives;
using Airgap.TestKit;

namespace Airgap.Registry.Tests.Archived;

/// <summary>A verified file is not hashed again until it changes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ProvenBlobTests : ProvenBlobTestBase
{
    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AVerifiedBlob_IsNotHashedAgain()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        BlobProof proof = new BlobProofs(s_later).New();
        Assert.IsFalse(await SendAsync(file, WrongDigest(), proof), "it is hashed, and wrong");
        Assert.IsFalse(await SendAsync(file, WrongDigest(), proof), "which proves nothing");
        Assert.IsTrue(await SendAsync(file, Right(), proof));

        // The wrong digest would be detected if the bytes were hashed again, in this state or in another.
        Assert.IsTrue(await SendAsync(file, WrongDigest(), proof));
        Protect(temp["a"]);
        Assert.IsTrue(await SendAsync(file, WrongDigest(), proof));

        // The bytes may be left unread only on systems where writes through mapped memory change the state.
        Assert.AreEqual(file.TryWriteBackMapped(0, _layer.Length), proof.Holds(file.StateOf(0, _layer.Length)));
    }

    [TestMethod]
    public async Task WithoutRoomForMarks_ABlobIsHashedAgain()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        BlobProofs proofs = new(TimeProvider.System, mostBytes: 100);
        BlobProof proof = proofs.New();
        Assert.IsTrue(await SendAsync(file, Right(), proof), "its marks take 80 bytes");
        Assert.IsTrue(await SendAsync(file, WrongDigest(), proof));
        BlobProof second = proofs.New();
        Assert.IsTrue(await SendAsync(file, Right(), second));
        Assert.IsFalse(await SendAsync(file, WrongDigest(), second), "there is no room for others");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void TheFileSystemsTracking_OfStores_IsKnown()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        string format = new DriveInfo(temp["a"]).DriveFormat;
        Assert.AreEqual(format is "ext2" or "ext3" or "ext4" or "xfs" or "btrfs", file.TryWriteBackMapped(0, 1), format);
    }

    [TestMethod]
    public async Task ARecentWrite_IsVerifiedAgain()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);

        // Two seconds are one tick of the slowest file system clock.
        BlobProof proof = new BlobProofs(new Later(TimeSpan.FromSeconds(-2))).New();
        Assert.IsTrue(await SendAsync(file, Right(), proof));
        Assert.IsFalse(proof.Holds(file.StateOf(0, _layer.Length)));
        DateTime modified = File.GetLastWriteTimeUtc(temp["a"]);
        Flip(temp["a"], 300_000);
        File.SetLastWriteTimeUtc(temp["a"], modified);
        Assert.IsFalse(await SendAsync(file, Right(), proof));
    }

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(599_999, true)]
    [DataRow(300_000, false)]
    public async Task AChangedByte_IsDetected_AfterManyCorrectResponses(int at, bool hidesTheTime)
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        for (int answer = 0; answer < 3; answer++)
            CollectionAssert.AreEqual(_layer, (await served.GetAsync(BlobPath)).Body);
        DateTime modified = File.GetLastWriteTimeUtc(temp["a.tar"]);
        Flip(temp["a.tar"], File.ReadAllBytes(temp["a.tar"]).AsSpan().IndexOf(_layer.AsSpan(0, 64)) + at);
        if (hidesTheTime)
            File.SetLastWriteTimeUtc(temp["a.tar"], modified);

        // No bytes of its first piece were sent.
        if (hidesTheTime && at > 0)
            await Assert.ThrowsAsync<HttpRequestException>(() => served.GetAsync(BlobPath));
        else
            Assert.AreEqual(410, (await served.GetAsync(BlobPath)).Status);
    }

    [TestMethod]
    public async Task ATruncatedFile_IsDetected_AfterACorrectResponse()
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        Assert.AreEqual(200, (await served.GetAsync(BlobPath)).Status);
        using (FileStream file = new(temp["a.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(file.Length - 1);
        Assert.AreEqual(410, (await served.GetAsync(BlobPath)).Status);
    }

    [TestMethod]
    public async Task AReplacedFileOfALayout_IsHashedAgain()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        BlobProof proof = new BlobProofs(s_later).New();
        using (ServedFile file = ServedFile.Open(temp["a"]))
            Assert.IsTrue(await SendAsync(file, Right(), proof));
        byte[] other = [.. _layer];
        other[7] ^= 1;
        File.WriteAllBytes(temp["b"], other);
        File.SetLastWriteTimeUtc(temp["b"], File.GetLastWriteTimeUtc(temp["a"]));
        File.Move(temp["b"], temp["a"], overwrite: true);
        using ServedFile replaced = ServedFile.Open(temp["a"]);
        await Assert.ThrowsAsync<ArchiveChangedException>(() => SendAsync(replaced, Right(), proof));
    }
}
