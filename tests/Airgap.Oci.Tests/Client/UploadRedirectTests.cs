using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Uploads that another host accepts: the bytes go there, but not the credentials.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class UploadRedirectTests
{
    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ARedirectedUpload_SendsItsBodyAgain()
    {
        await using RegistryTest test = new();
        ScriptedServer storage = await test.ServeAsync("storage.local");
        byte[]? stored = null;
        storage.OnRequest = async context =>
        {
            stored = await context.ReadBody();
            await context.Empty(201);
        };
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local));
        upload.OnPut = async (context, _) =>
        {
            await context.ReadBody();
            await context.Empty(307, "http://storage.local/put?sig=1");
            return true;
        };
        upload.Server.OnPing = context => context.Challenge("Basic realm=\"x\"");
        SumProgress progress = new();

        await test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")))
            .PushBlobAsync(new MemoryBlob(ScriptedUpload.Bytes), null, progress, None);

        CollectionAssert.AreEqual(ScriptedUpload.Bytes, stored);
        Assert.IsNull(storage.Seen.Last()["Authorization"]);
        Assert.IsNotNull(upload.Server.Seen.Last()["Authorization"]);
        Assert.AreEqual(ScriptedUpload.Bytes.Length, progress.Sum);
    }

    [TestMethod]
    public async Task ALocationOnAnotherHost_GetsNoCredentials()
    {
        await using RegistryTest test = new();
        ScriptedServer storage = await test.ServeAsync("storage.local");
        storage.OnRequest = async context =>
        {
            await context.ReadBody();
            await context.Empty(201);
        };
        ScriptedUpload upload = new(await test.ServeAsync(RegistryTest.Local)) { Location = "http://storage.local/up?x=1" };
        upload.Server.OnPing = context => context.Challenge("Basic realm=\"x\"");

        await test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")))
            .PushBlobAsync(new MemoryBlob(ScriptedUpload.Bytes), null, null, None);

        Assert.AreEqual($"PUT /up?x=1&digest={ScriptedUpload.Escaped}", storage.Lines.Single());
        Assert.IsNull(storage.Seen.Last()["Authorization"]);
    }
}
