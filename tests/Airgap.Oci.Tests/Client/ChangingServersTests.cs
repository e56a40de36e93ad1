using System.Net;
using System.Net.Sockets;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Servers that change between requests, or redirect.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ChangingServersTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow("Basic realm=\"r\"")]
    [DataRow("Bearer realm=\"http://old.local/token\",service=\"old\"")]
    public async Task AChallengeThatChangesIsAnswered(string before)
    {
        await using RegistryTest test = new();
        foreach (string name in (string[])["old", "new"])
            (await test.ServeAsync($"{name}.local")).OnRequest = context => context.Json(200, $$"""{"token":"{{name}}-token"}""");
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        bool hasChanged = false;
        server.OnPing = context => context.Challenge(before);
        server.OnRequest = context =>
        {
            string sent = context.Request.Headers.Authorization.ToString();
            bool isRight = hasChanged
                ? sent == "Bearer new-token" : sent == "Bearer old-token" || sent.StartsWith("Basic ", StringComparison.Ordinal);
            return isRight ? context.Manifest(s_bytes)
                : context.Challenge(hasChanged
                    ? "Bearer realm=\"http://new.local/token\",service=\"new\",error=\"invalid_token\"" : before);
        };
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")));
        Assert.IsNotNull(await repository.FindManifestAsync("v1", None));
        hasChanged = true;
        Assert.IsNotNull(await repository.FindManifestAsync("v2", None));
        Assert.IsNotNull(await repository.FindManifestAsync("v3", None));
    }

    [TestMethod]
    [DataRow(307)]
    [DataRow(308)]
    public async Task EveryRequestOfAnUploadIsSentOn(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer other = await test.ServeAsync("other.local");
        MemoryStream stored = new();
        other.OnRequest = async context =>
        {
            if (context.Request.Method is "PATCH" or "PUT")
                await stored.WriteAsync(await context.ReadBody());
            switch (context.Request.Method)
            {
                case "POST":
                    await context.Empty(202, $"http://{RegistryTest.Local}/v2/apps/web/blobs/uploads/1");
                    break;
                case "PATCH":
                    context.Response.Headers.Range = $"0-{stored.Length - 1}";
                    await context.Empty(202, $"http://{RegistryTest.Local}/v2/apps/web/blobs/uploads/1");
                    break;
                default:
                    await context.Empty(201);
                    break;
            }
        };
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnPing = context => context.Challenge("Basic realm=\"x\"");
        server.OnRequest = async context =>
        {
            await context.ReadBody();
            await context.Empty(status, $"http://other.local{context.Request.Path}{context.Request.QueryString}");
        };

        // More than four chunks, so it is sent in chunks from the beginning.
        byte[] blob = Responses.Blob(100_000);
        await test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")),
            change: options => options with { UploadChunkBytes = 20_000 })
            .PushBlobAsync(new MemoryBlob(blob), null, null, None);

        CollectionAssert.AreEqual(blob, stored.ToArray());
        Assert.AreSequenceEqual(
            ["POST", "PATCH", "PATCH", "PATCH", "PATCH", "PATCH", "PUT"], other.Lines.Select(line => line.Split(' ')[0]));
        Assert.IsTrue(other.Seen.All(seen => seen["Authorization"] is null), "credentials do not go along");
    }

    [TestMethod]
    public async Task AConnectionThatIsNotMadeInTimeIsTold()
    {
        // It accepts the connection and sends nothing, so that TLS never begins.
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        await using RegistryTest test = new();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        IImageRepository repository = test.Repository("registry.example.com/a/b", change: options => options with
        {
            RetryCount = 2,
            ConnectTimeout = TimeSpan.FromMilliseconds(200),
            MapEndpoint = (_, _) => ("127.0.0.1", port),
        });
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => repository.FindManifestAsync("v1", None));
        Assert.IsTrue(e.Code is ErrorCode.RegistryTimeout or ErrorCode.RegistryUnreachable, e.Message);
        Assert.Contains("registry.example.com", e.Message);
    }

    [TestMethod]
    [DataRow("\"one\"", "\"one\"", true)]
    [DataRow("\"one\"", "\"two\"", true)]
    [DataRow("W/\"one\"", "W/\"one\"", false)]
    [DataRow(null, null, false)]
    public async Task ADownloadGoesOnWithinTheSameVersion(string? before, string? after, bool asksForIt)
    {
        byte[] blob = Responses.Blob(50_000);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        List<string> conditions = [];
        TaskCompletionSource hasRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int count = 0;
        server.OnRequest = async context =>
        {
            if (Interlocked.Increment(ref count) == 1)
            {
                context.Response.Headers.ETag = before;
                context.Response.ContentLength = blob.Length;
                await context.Response.Body.WriteAsync(blob.AsMemory(0, 20_000));
                await context.Response.Body.FlushAsync();
                await hasRead.Task;
                context.Abort();
                return;
            }

            lock (conditions)
                conditions.Add(context.Request.Headers.IfRange.ToString());
            context.Response.Headers.ETag = after;
            int from = int.Parse(context.Request.Headers.Range.ToString()["bytes=".Length..^1],
                System.Globalization.CultureInfo.InvariantCulture);
            if (asksForIt && context.Request.Headers.IfRange != after)
            {
                // Another version: the download starts again from the beginning.
                await context.Bytes(blob);
                return;
            }

            context.Response.Headers.ContentRange = $"bytes {from}-{blob.Length - 1}/{blob.Length}";
            await context.Bytes(blob[from..], status: 206);
        };
        Descriptor descriptor = new("application/octet-stream", Digest.Compute(blob), blob.Length);
        byte[] read = new byte[blob.Length];
        await using (Stream stream = await test.Repository().GetBlob(descriptor).OpenAsync(0, None))
        {
            await stream.ReadExactlyAsync(read.AsMemory(0, 20_000), None);
            hasRead.SetResult();
            await stream.ReadExactlyAsync(read.AsMemory(20_000), None);
        }

        CollectionAssert.AreEqual(blob, read);
        Assert.AreEqual(asksForIt ? before : "", Assert.ContainsSingle(conditions));
    }
}
