using System.IO.MemoryMappedFiles;
using System.IO.Pipelines;
using Airgap.Oci.Files;
using Airgap.Registry.Archives;
using Airgap.TestKit;

namespace Airgap.Registry.Tests.Archived;

/// <summary>A range of a verified file is served only while its bytes are right.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ProvenRangeTests : ProvenBlobTestBase
{
    [TestMethod]
    [DataRow(0, 10)]
    [DataRow(130_000, 140_000)]
    [DataRow(131_072, 262_143)]
    [DataRow(599_999, 599_999)]
    public async Task ARangeOfAVerifiedBlob_IsComparedWithIt(int from, int to)
    {
        // Only the marks can detect it: the file has just been written, so its times show nothing.
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

        // Other pieces are unchanged.
        int other = from > 300_000 ? 0 : 400_000;
        Assert.IsTrue(await content.SendAsync(PipeWriter.Create(Stream.Null), other, 1000, TestContext.CancellationToken));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ASecondStoreToAMappedPage_IsDetected()
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
            Assert.AreEqual(410, (await served.GetAsync(BlobPath)).Status);
        }
        catch (HttpRequestException)
        {
            // The response ended before its last bytes.
        }
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ARangeOfAChangedFile_IsServed_OnlyIfTheWholeIsRight(bool isCut)
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
            Assert.AreEqual(410, (await served.GetAsync(BlobPath, ("Range", "bytes=1000-1999"))).Status);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task ARangeOfAReplacedFile_IsServed_OnlyIfTheWholeIsRight()
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
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AChangeDuringAResponse_AbortsIt()
    {
        using TempFolder temp = new();
        File.WriteAllBytes(temp["a"], _layer);
        using ServedFile file = ServedFile.Open(temp["a"]);
        BlobProof proof = new BlobProofs(s_later).New();
        Assert.IsTrue(await SendAsync(file, Right(), proof));
        DateTime modified = File.GetLastWriteTimeUtc(temp["a"]);

        // The pipe accepts one piece, and the rest waits.
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
}
