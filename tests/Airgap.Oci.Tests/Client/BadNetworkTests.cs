using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Connections.Features;

namespace Airgap.Oci.Tests.Client;

/// <summary>Faults of networks and servers over many requests.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BadNetworkTests
{
    private const string Remote = "registry.example.com";
    private static readonly byte[] s_bytes = Responses.ManifestBytes();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task AServerThatSaysGoawayIsConnectedToAgain()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, certificate);
        int count = 0;
        server.OnRequest = context =>
        {
            Assert.AreEqual("HTTP/2", context.Request.Protocol);
            context.Features.Get<IConnectionLifetimeNotificationFeature>()!.RequestClose();
            if (Interlocked.Increment(ref count) == 3)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return context.Manifest(s_bytes);
        };
        IImageRepository repository = test.Repository(Remote + "/a/b", change: options => options with { VerifyCertificates = false });
        for (int i = 0; i < 6; i++)
            Assert.IsNotNull(await repository.FindManifestAsync("v" + i, None));
        Assert.IsGreaterThan(2, test.Connections.Count);
    }

    [TestMethod]
    public async Task ANameThatIsUnknownForAMomentIsAskedForAgain()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Manifest(s_bytes);
        int lookups = 0;
        RegistryClient client = test.Client(change: options => options with
        {
            RetryCount = 5,
            MapEndpoint = (host, port) => Interlocked.Increment(ref lookups) <= 2
            ? throw new SocketException((int)SocketError.TryAgain) : options.MapEndpoint!(host, port),
        });
        Assert.IsNotNull(await client.GetRepository(Naming.RepositoryName.Parse(RegistryTest.Local + "/a/b"))
            .FindManifestAsync("v1", None));
        Assert.IsGreaterThan(0, client.Statistics.Retries);
        Assert.IsTrue(test.Trace.Any(line => line.StartsWith("... attempt 2 in ", StringComparison.Ordinal)), "a retry is seen");
    }

    [TestMethod]
    public async Task AHostThatAsksOneRequestToWaitIsLeftAloneByAll()
    {
        ManualTime clock = new();
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context =>
        {
            if (server.Lines.Length > 1)
                return context.Manifest(s_bytes);
            context.Response.Headers.RetryAfter = "11";
            return context.Error(429, "TOOMANYREQUESTS", "slow down");
        };
        IImageRepository repository = test.Repository(change: options => options with { TimeProvider = clock, RetryCount = 1 });
        await Assert.ThrowsExactlyAsync<AirgapException>(() => repository.FindManifestAsync("v1", None));

        Task<Manifest?> second = repository.FindManifestAsync("v2", None);
        await clock.WaitForTimerAsync(wait => wait == TimeSpan.FromSeconds(11));

        Assert.HasCount(1, server.Lines);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.IsNotNull(await second);
    }

    [TestMethod]
    public async Task ABodyThatIsNotTakenIsAStall()
    {
        ManualTime clock = new();
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = async context =>
        {
            if (context.Request.Method == "POST")
            {
                await context.Empty(202, "/v2/up");
                return;
            }

            if (context.Request.Method == "HEAD")
            {
                await context.Empty(404);
                return;
            }

            await context.Request.Body.ReadExactlyAsync(new byte[1000]);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        IImageRepository repository = test.Repository(change: options => options with
        {
            TimeProvider = clock,
            RetryCount = 1,
            UploadChunkBytes = 64 * 1024 * 1024,
            StallTimeout = TimeSpan.FromSeconds(7),
        });
        Task<BlobOutcome> push = repository.PushBlobAsync(new MemoryBlob(Responses.Blob(30_000_000)), null, null, None);
        await clock.AdvanceUntilDoneAsync(push, wait => wait == TimeSpan.FromSeconds(7));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => push);
        Assert.AreEqual(ErrorCode.RegistryTimeout, e.Code);
        StringAssert.Contains(e.Message, "accepted no byte for 7 s");
        StringAssert.Contains(e.Advice, AdviceTerms.StallTime);
    }

    [TestMethod]
    public async Task ALineBreakInAHeaderMakesNoSecondHeader()
    {
        await using RegistryTest test = new();
        List<string> lines = [];
        test.ServeRaw(RegistryTest.Local, line =>
        {
            lock (lines)
                lines.Add(line);
            return line.Split(' ')[0] switch
            {
                "POST" => "HTTP/1.1 202 Accepted\r\nLocation: /v2/up\r\n Evil: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                "PUT" => "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
            };
        });
        try
        {
            await test.Repository(change: options => options with { RetryCount = 1 })
                .PushBlobAsync(new MemoryBlob([1, 2, 3]), null, null, None);
        }
        catch (AirgapException e)
        {
            Assert.AreNotEqual(ErrorCode.Unexpected, e.Code);
            Assert.DoesNotContain("\n", e.Message);
        }

        Assert.IsTrue(lines.All(line => line.EndsWith(" HTTP/1.1", StringComparison.Ordinal) && line.Count(c => c == ' ') == 2),
            string.Join('|', lines));
    }

    [TestMethod]
    public async Task ATokenServerThatSendsUsOnGetsTheCredentialsAndItsTargetDoesNot()
    {
        await using RegistryTest test = new();
        ScriptedServer elsewhere = await test.ServeAsync("elsewhere.local");
        elsewhere.OnRequest = context => context.Json(200, """{"token":"t"}""");
        ScriptedServer tokens = await test.ServeAsync("tokens.local");
        tokens.OnRequest = context => context.Empty(307, "http://elsewhere.local/token");
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnPing = context => context.Challenge("Bearer realm=\"http://tokens.local/token\",service=\"s\"");
        server.OnRequest = context => context.Request.Headers.Authorization == "Bearer t"
            ? context.Manifest(s_bytes) : context.Challenge("Bearer realm=\"http://tokens.local/token\",service=\"s\"");
        Assert.IsNotNull(await test.Repository(credentials: new FakeCredentials(new Credential.Basic("user", "secret")))
            .FindManifestAsync("v1", None));
        Assert.IsNotNull(tokens.Seen.First(seen => seen.Line.StartsWith("GET /token", StringComparison.Ordinal))["Authorization"]);
        Assert.IsTrue(elsewhere.Seen.All(seen => seen["Authorization"] is null));
    }

    [TestMethod]
    [DataRow("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":@,"layers":[],"layers":[@]}""", null)]
    [DataRow("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","mediaType":"application/vnd.oci.image.index.v1+json","config":@,"layers":[]}""", null)]
    [DataRow("""{"schemaVersion":2,"config":@,"layers":[],"manifests":[]}""", null)]
    [DataRow("""{"schemaVersion":2,"config":@,"layers":[]}""", MediaTypes.OciIndex)]
    [DataRow("""{"schemaVersion":2,"manifests":[]}""", MediaTypes.OciManifest)]
    [DataRow("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", MediaTypes.OciManifest)]
    [DataRow("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":@,"layers":[]}""",
        MediaTypes.OciIndex)]
    public void AManifestThatMeansTwoThingsIsRefused(string json, string? given)
    {
        string descriptor = $$"""{"mediaType":"application/octet-stream","size":2,"digest":"{{Digest.Compute("{}"u8)}}"}""";
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => Manifest.Parse(Encoding.UTF8.GetBytes(json.Replace("@", descriptor, StringComparison.Ordinal)), given));
        Assert.AreEqual(ErrorCode.InvalidManifest, e.Code);
    }
}
