using Airgap.Oci.Client;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;
using static Airgap.Oci.Tests.Client.Infra.ResumedUploads;

namespace Airgap.Oci.Tests.Client;

/// <summary>Each chunk costs a round trip, so on a fast line they grow.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class GrowingChunkTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task OnAFastLine_ChunksGrow()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = new(await test.ServeAsync(RegistryTest.Local));
        await Growing(test).PushBlobAsync(new MemoryBlob(Answers.Blob(15 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(Answers.Blob(15 * Chunk), sessions.Held.ToArray());
        CollectionAssert.AreEqual(
            new[] { Range(0, 1), Range(1, 3), Range(3, 7), Range(7, 11), Range(11, 15) }, sessions.Ranges);
    }

    [TestMethod]
    public async Task OnASlowLine_TheyDoNot()
    {
        ManualTime time = new();
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        ScriptedSessions sessions = new(server);
        Func<HttpContext, Task> answer = server.OnRequest;
        server.OnRequest = context =>
        {
            if (context.Request.Method == "PATCH")
                time.Advance(TimeSpan.FromSeconds(5));
            return answer(context);
        };
        await Growing(test, time).PushBlobAsync(new MemoryBlob(Answers.Blob(6 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(Enumerable.Range(0, 6).Select(at => Range(at, at + 1)).ToArray(), sessions.Ranges);
    }

    [TestMethod]
    public async Task AGrownChunkThatIsRefused_ShrinksAgain()
    {
        await using RegistryTest test = new();
        ScriptedSessions sessions = new(await test.ServeAsync(RegistryTest.Local)) { Most = 2 * Chunk };
        await Growing(test).PushBlobAsync(new MemoryBlob(Answers.Blob(15 * Chunk)), null, null, None);
        CollectionAssert.AreEqual(Answers.Blob(15 * Chunk), sessions.Held.ToArray());
        Assert.HasCount(1, sessions.Ranges.Where(range => range == Range(3, 7)).ToArray(), "once is enough");
    }

    private static string Range(int from, int to) => $"{from * Chunk}-{(to * Chunk) - 1}";

    private static IImageRepository Growing(RegistryTest test, TimeProvider? time = null) => test.Repository(
        change: options => options with
        {
            UploadChunkBytes = Chunk,
            GrownChunkBytes = 4 * Chunk,
            TimeProvider = time ?? TimeProvider.System,
        });
}
