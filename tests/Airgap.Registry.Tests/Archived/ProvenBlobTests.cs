using System.IO.MemoryMappedFiles;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Archived;

/// <summary>
/// A blob that was hashed once is not hashed again, while its file is as it was; then it is, and no wrong byte passes for it.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ProvenBlobTests
{
    private static readonly TimeProvider s_later = new Later(TimeSpan.FromMinutes(1));

    private readonly byte[] _layer = RandomNumberGenerator.GetBytes(600_000);

    public TestContext TestContext { get; set; } = null!;

    private string BlobPath => $"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}";

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task WhatIsProvenIsNotHashedAgain()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        BlobProof proof = new BlobProofs(s_later).New();
        Assert.IsFalse(await SendAsync(file, WrongDigest(), proof), "it is hashed, and wrong");
        Assert.IsFalse(await SendAsync(file, WrongDigest(), proof), "which proves nothing");
        Assert.IsTrue(await SendAsync(file, Right(), proof));

        // What would be found wrong is not hashed, in the same state or in another.
        Assert.IsTrue(await SendAsync(file, WrongDigest(), proof));
        Protect(temp["a"]);
        Assert.IsTrue(await SendAsync(file, WrongDigest(), proof));

        // Only where stores through mapped memory show may the bytes be left unread.
        Assert.AreEqual(file.TryWriteBackMapped(0, _layer.Length), proof.Holds(file.StateOf(0, _layer.Length)));
    }

    [TestMethod]
    [DataRow(0, 10)]
    [DataRow(130_000, 140_000)]
    [DataRow(131_072, 262_143)]
    [DataRow(599_999, 599_999)]
    public async Task APartOfABlobThatWasRightIsComparedWithIt(int from, int to)
    {
        // Nothing else can tell: the file has just been written, so that its times say nothing.
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        BlobProof proof = new BlobProofs(TimeProvider.System).New();
        Assert.IsTrue(await SendAsync(file, Right(), proof));
        using ArchivedContent content = new(file, 0, Right(), proof);
        using MemoryStream sent = new();
        PipeWriter writer = PipeWriter.Create(sent);
        Assert.IsTrue(await content.SendAsync(writer, from, to - from + 1, TestContext.CancellationToken));
        await writer.CompleteAsync();
        CollectionAssert.AreEqual(_layer[from..(to + 1)], sent.ToArray());

        DateTime modified = File.GetLastWriteTimeUtc(temp["a"]);
        Flip(temp["a"], to);
        File.SetLastWriteTimeUtc(temp["a"], modified);
        Task<bool> changed = content.SendAsync(PipeWriter.Create(Stream.Null), from, to - from + 1, TestContext.CancellationToken).AsTask();
        if (from / PieceMarks.PieceSize == to / PieceMarks.PieceSize)
            await Assert.ThrowsAsync<ArchiveChangedException>(() => changed);
        else
            Assert.IsFalse(await changed, "what came before it had been sent");

        // Other pieces are as they were.
        int other = from > 300_000 ? 0 : 400_000;
        Assert.IsTrue(await content.SendAsync(PipeWriter.Create(Stream.Null), other, 1000, TestContext.CancellationToken));
    }

    [TestMethod]
    public async Task WithoutRoomForMarksItIsHashedAgain()
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
    public void WhereStoresShowOnceTheyAreWrittenBackIsKnown()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        string format = new DriveInfo(temp["a"]).DriveFormat;
        Assert.AreEqual(format is "ext2" or "ext3" or "ext4" or "xfs" or "btrfs", file.TryWriteBackMapped(0, 1), format);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AStoreToAMappedPageThatWasStoredToBeforeIsNoticed()
    {
        using TempFolder temp = new();
        await ChangedArchiveTests.WriteArchiveAsync(temp["a.tar"], _layer);
        int at = File.ReadAllBytes(temp["a.tar"]).AsSpan().IndexOf(_layer.AsSpan(0, 64)) + 300_000;
        using MemoryMappedFile map = MemoryMappedFile.CreateFromFile(
            File.OpenHandle(temp["a.tar"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite), null, 0,
            MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        using MemoryMappedViewAccessor view = map.CreateViewAccessor();
        view.Write(at, _layer[300_000]);
        await using Api served = await ServedBench.ServeAsync(
            options => options with { Clock = s_later }, new ArchiveToServe(temp["a.tar"]));
        for (int answer = 0; answer < 2; answer++)
            CollectionAssert.AreEqual(_layer, (await served.GetAsync(BlobPath)).Body);
        view.Write(at, (byte)(_layer[300_000] ^ 1));
        try
        {
            Assert.AreEqual(503, (await served.GetAsync(BlobPath)).Status);
        }
        catch (HttpRequestException)
        {
            // It broke off before its last bytes.
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(false)]
    [DataRow(true)]
    public async Task APartOfAFileWithAnotherTimeOfChangeComesOnlyIfTheWholeIsRight(bool isCut)
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        DateTime modified = File.GetLastWriteTimeUtc(temp["a.tar"]);
        Protect(temp["a.tar"]);
        for (int answer = 0; answer < 2; answer++)
            await AssertPartAsync(served);
        Protect(temp["a.tar"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await AssertPartAsync(served);

        int at = File.ReadAllBytes(temp["a.tar"]).AsSpan().IndexOf(_layer.AsSpan(0, 64));
        if (isCut)
        {
            using FileStream file = new(temp["a.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            long length = file.Length;
            file.SetLength(at + 1000);
            file.SetLength(length);
        }
        else
        {
            Flip(temp["a.tar"], at + 1500);
        }

        File.SetLastWriteTimeUtc(temp["a.tar"], modified);
        for (int answer = 0; answer < 2; answer++)
            Assert.AreEqual(503, (await served.GetAsync(BlobPath, ("Range", "bytes=1000-1999"))).Status);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APartOfALooseFileThatWasReplacedComesOnlyIfTheWholeIsRight()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        FileFacts known = FileFacts.Of(temp["a"], followsLinks: true);
        BlobProof proof = new BlobProofs(s_later).New();
        foreach (int flipped in (int[])[-1, 7])
        {
            byte[] other = [.. _layer];
            if (flipped >= 0)
                other[flipped] ^= 1;
            File.WriteAllBytes(temp["b"], other);
            File.Move(temp["b"], temp["a"], overwrite: true);
            using ServedFile file = ServedFile.Open(temp["a"], known);
            using ArchivedContent content = new(file, 0, Right(), proof);
            Task<bool> sending = content.SendAsync(PipeWriter.Create(Stream.Null), 1, 10, TestContext.CancellationToken).AsTask();
            if (flipped < 0)
                Assert.IsTrue(await sending);
            else
                await Assert.ThrowsAsync<ArchiveChangedException>(() => sending);
        }
    }

    [TestMethod]
    public async Task WhatWasWrittenJustNowProvesNothing()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);

        // Two seconds are one tick of the slowest clock.
        BlobProof proof = new BlobProofs(new Later(TimeSpan.FromSeconds(-2))).New();
        Assert.IsTrue(await SendAsync(file, Right(), proof));
        Assert.IsFalse(proof.Holds(file.StateOf(0, _layer.Length)));
        DateTime modified = File.GetLastWriteTimeUtc(temp["a"]);
        Flip(temp["a"], 300_000);
        File.SetLastWriteTimeUtc(temp["a"], modified);
        Assert.IsFalse(await SendAsync(file, Right(), proof));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AChangeWhileItIsSentBreaksTheAnswerOff()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        BlobProof proof = new BlobProofs(s_later).New();
        Assert.IsTrue(await SendAsync(file, Right(), proof));
        DateTime modified = File.GetLastWriteTimeUtc(temp["a"]);

        // The pipe takes one piece, and what follows waits.
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        using ArchivedContent content = new(file, 0, Right(), proof);
        Task<bool> sending = content.SendAsync(pipe.Writer, 0, _layer.Length, TestContext.CancellationToken).AsTask();
        ReadResult first = await pipe.Reader.ReadAsync(TestContext.CancellationToken);
        Flip(temp["a"], _layer.Length - 1);
        File.SetLastWriteTimeUtc(temp["a"], modified);
        pipe.Reader.AdvanceTo(first.Buffer.End);
        long received = first.Buffer.Length + await DrainAsync(pipe.Reader, sending);
        Assert.IsFalse(await sending);
        Assert.IsLessThan(_layer.Length, received, "its last bytes are held back");
    }

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(599_999, true)]
    [DataRow(300_000, false)]
    public async Task AChangedByteIsNoticedAfterManyRightAnswers(int at, bool hidesTheTime)
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        for (int answer = 0; answer < 3; answer++)
            CollectionAssert.AreEqual(_layer, (await served.GetAsync(BlobPath)).Body);
        DateTime modified = File.GetLastWriteTimeUtc(temp["a.tar"]);
        Flip(temp["a.tar"], File.ReadAllBytes(temp["a.tar"]).AsSpan().IndexOf(_layer.AsSpan(0, 64)) + at);
        if (hidesTheTime)
            File.SetLastWriteTimeUtc(temp["a.tar"], modified);

        // Of its first piece nothing had been sent.
        if (hidesTheTime && at > 0)
            await Assert.ThrowsAsync<HttpRequestException>(() => served.GetAsync(BlobPath));
        else
            Assert.AreEqual(503, (await served.GetAsync(BlobPath)).Status);
    }

    [TestMethod]
    public async Task ACutFileIsNoticedAfterARightAnswer()
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        Assert.AreEqual(200, (await served.GetAsync(BlobPath)).Status);
        using (FileStream file = new(temp["a.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(file.Length - 1);
        Assert.AreEqual(503, (await served.GetAsync(BlobPath)).Status);
    }

    [TestMethod]
    public async Task AFileOfALayoutThatIsReplacedIsHashedAgain()
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

    private async Task AssertPartAsync(Api served)
    {
        Answer answer = await served.GetAsync(BlobPath, ("Range", "bytes=1000-1999"));
        Assert.AreEqual(206, answer.Status);
        CollectionAssert.AreEqual(_layer[1000..2000], answer.Body);
    }

    private async Task<bool> SendAsync(ServedFile file, Descriptor descriptor, BlobProof proof)
    {
        using ArchivedContent content = new(file, 0, descriptor, proof);
        return await content.SendAsync(PipeWriter.Create(Stream.Null), 0, descriptor.Size, TestContext.CancellationToken);
    }

    private async Task<long> DrainAsync(PipeReader reader, Task sending)
    {
        long received = 0;
        Task<ReadResult> reading = reader.ReadAsync(TestContext.CancellationToken).AsTask();
        while (await Task.WhenAny(reading, sending) == reading)
        {
            ReadResult more = await reading;
            received += more.Buffer.Length;
            reader.AdvanceTo(more.Buffer.End);
            reading = reader.ReadAsync(TestContext.CancellationToken).AsTask();
        }

        return received;
    }

    private static void Protect(string path, UnixFileMode mode = UnixFileMode.UserRead)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, mode);
    }

    private static void Flip(string path, int at)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        int value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 1));
    }

    private Descriptor Right() => new("application/x", Digest.Compute(_layer), _layer.Length);

    private Descriptor WrongDigest() => Right() with { Digest = Digest.Compute("another"u8) };

    private async Task<Api> ServeAsync(TempFolder temp)
    {
        await ChangedArchiveTests.WriteArchiveAsync(temp["a.tar"], _layer);
        return await ServedBench.ServeAsync(options => options with { Clock = s_later }, new ArchiveToServe(temp["a.tar"]));
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
