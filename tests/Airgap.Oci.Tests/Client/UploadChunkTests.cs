using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using static Airgap.Oci.Tests.Client.Infra.ResumedUploads;

namespace Airgap.Oci.Tests.Client;

/// <summary>Chunks as a registry requires them: of another size, from another offset, or none.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadChunkTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task A416_IsFollowedByTheBytesAfterTheRegistrysRange()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Understate = true };
        MemoryBlob blob = new(Responses.Blob(5 * Chunk));
        SumProgress progress = new();
        await Repository(test).PushBlobAsync(blob, null, progress, None);
        CollectionAssert.AreEqual(Responses.Blob(5 * Chunk), sessions.Held.ToArray());
        Assert.AreEqual(1, sessions.Corrected);
        Assert.AreEqual(5 * Chunk, progress.Sum);
    }

    [TestMethod]
    public async Task TheRegistrysLeastChunk_IsHeeded()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Minimum = 2 * Chunk };
        await Repository(test).PushBlobAsync(new MemoryBlob(Responses.Blob(5 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(
            new[] { $"0-{(2 * Chunk) - 1}", $"{2 * Chunk}-{(4 * Chunk) - 1}", $"{4 * Chunk}-{(5 * Chunk) - 1}" }, sessions.Ranges);
    }

    [TestMethod]
    public async Task AChunkThatIsTooLarge_IsHalved()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Most = 2 * Chunk };
        await Repository(test, chunk: 4 * Chunk).PushBlobAsync(new MemoryBlob(Responses.Blob(17 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(Responses.Blob(17 * Chunk), sessions.Held.ToArray());
        Assert.AreEqual($"0-{(4 * Chunk) - 1}", sessions.Ranges[0]);
        Assert.AreEqual($"0-{(2 * Chunk) - 1}", sessions.Ranges[1]);
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(501)]
    public async Task ARegistryWithoutChunks_GetsTheWhole(int status)
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { PatchStatus = status };
        MemoryBlob blob = new(Responses.Blob(5 * Chunk));
        Assert.AreEqual(BlobOutcome.Copied, await Repository(test).PushBlobAsync(blob, null, null, None));
        CollectionAssert.AreEqual(Responses.Blob(5 * Chunk), sessions.Held.ToArray());
    }
}
