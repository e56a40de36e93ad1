using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ConnectionTests
{
    private const string Remote = "registry.example.com";
    private static readonly byte[] s_bytes = Responses.ManifestBytes();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task ALocalHostFallsBackToHttpOnce()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Manifest(s_bytes);
        RegistryClient client = test.Client();

        await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(i => client.GetRepository(Naming.RepositoryName.Parse($"{RegistryTest.Local}/r{i}")).FindManifestAsync("v1", None)));

        Assert.AreEqual(1, server.Seen.Count(seen => seen.Line == "GET /v2/"));
        Assert.AreEqual(2, client.Statistics.Pings);
        Assert.AreEqual(0, client.Statistics.Retries);
        Assert.IsTrue(server.Seen.All(seen => seen.Host == RegistryTest.Local));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AnotherHostIsSpokenToInTheClearOnlyWhenAllowed(bool allowed)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote);
        server.OnRequest = context => context.Manifest(s_bytes);
        IImageRepository repository = test.Repository(Remote + "/a/b", change: options => options with { AllowInsecure = allowed });
        if (allowed)
        {
            Assert.IsNotNull(await repository.FindManifestAsync("v1", None));
            return;
        }

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => repository.FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code);
        StringAssert.Contains(e.Advice, AdviceTerms.PlainHttp);
        Assert.IsEmpty(server.Seen);
        Assert.IsTrue(test.Connections.All(connection => connection == Remote + ":443"));
    }

    /// <summary>
    /// TLS may fail for a moment, or for good. Plain http would only replace that reason, and its retries, by another answer.
    /// </summary>
    [TestMethod]
    [DataRow("400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")]
    [DataRow("400 Bad Request\r\nContent-Type: text/html\r\n\r\n<title>400 The plain HTTP request was sent to HTTPS port</title>")]
    [DataRow("400 Bad Request\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.")]
    [DataRow("301 Moved\r\nLocation: https://registry.local:5055/v2/\r\n\r\n")]
    public async Task AServerThatDemandsTlsIsNotSpokenToInTheClear(string answer)
    {
        await using RegistryTest test = new();
        test.ServeRaw(RegistryTest.Local, _ => "HTTP/1.0 " + answer);
        RegistryClient client = test.Client();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => client.GetRepository(Naming.RepositoryName.Parse(RegistryTest.Local + "/a/b")).GetManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code, e.Message);
        StringAssert.Contains(e.Message, "https://" + RegistryTest.Local);
        Assert.AreEqual(2, client.Statistics.Retries);
    }

    [TestMethod]
    [DataRow("400 Bad Request\r\n\r\n")]
    [DataRow("302 Found\r\nLocation: https://sign-in.example/\r\n\r\n")]
    public async Task AnotherAnswerToThePingLeavesPlainHttp(string answer)
    {
        await using RegistryTest test = new();
        test.ServeRaw(RegistryTest.Local, line => "HTTP/1.0 " + (line.Contains(" /v2/ ", StringComparison.Ordinal)
            ? answer : $"200 OK\r\nContent-Type: {MediaTypes.OciManifest}\r\n\r\n{Encoding.UTF8.GetString(s_bytes)}"));
        Assert.AreEqual(Digest.Compute(s_bytes), (await test.Repository().GetManifestAsync("v1", None)).Digest);
    }

    [TestMethod]
    public async Task AnHttpStatusIsNoReasonToFallBack()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, certificate);
        server.OnPing = context => context.Error(500, "UNKNOWN", "broken");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository(
            Remote + "/a/b", change: options => options with
            {
                AllowInsecure = true,
                VerifyCertificates = false
            }).FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryFailed, e.Code);
        Assert.AreEqual(3, server.Seen.Count(seen => seen.Line == "GET /v2/"));
        // It is cancelled with the first ping, perhaps before it arrives.
        Assert.IsLessThanOrEqualTo(1, server.Lines.Length);
    }

    /// <summary>Large bodies have their own connections; all other requests share one.</summary>
    [TestMethod]
    [DataRow(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    [DataRow(HttpProtocols.Http1, "HTTP/1.1")]
    public async Task LargeBodiesGoOverHttp11(HttpProtocols spoken, string rest)
    {
        byte[] large = Responses.Blob(300_000);
        byte[] small = Responses.Blob(1000);
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, certificate, spoken);
        ConcurrentQueue<(string Method, long Bytes, string Protocol)> seen = [];
        server.OnRequest = async context =>
        {
            bool isLarge = context.Request.Path.Value!.EndsWith(Digest.Compute(large).ToString(), StringComparison.Ordinal);
            byte[] body = await context.ReadBody();
            seen.Enqueue((context.Request.Method, context.Request.Method == "GET" ? isLarge ? large.Length : small.Length : body.Length,
                context.Request.Protocol));
            await (context.Request.Method switch
            {
                "POST" => context.Empty(202, "/v2/a/b/blobs/uploads/1"),
                "PUT" => context.Empty(201),
                _ => context.Bytes(isLarge ? large : small),
            });
        };
        IImageRepository repository =
            test.Repository(Remote + "/a/b", change: options => options with { VerifyCertificates = false, RetryCount = 1 });
        foreach (byte[] bytes in new[] { small, large, large })
        {
            MemoryBlob blob = new(bytes);
            await repository.PushBlobAsync(blob, null, null, None);
            await using Stream stream = await repository.GetBlob(blob.Descriptor).OpenAsync(0, None);
            await stream.CopyToAsync(Stream.Null, None);
        }

        foreach ((string method, long bytes, string protocol) in seen)
            Assert.AreEqual(bytes >= 256 * 1024 ? "HTTP/1.1" : rest, protocol, $"{method} of {bytes} bytes");
        Assert.HasCount(9, seen);
    }

    [TestMethod]
    public async Task ARefusedConnectionIsTriedAndTold()
    {
        await using RegistryTest test = new();
        RegistryClient client = test.Client();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => client.GetRepository(Naming.RepositoryName.Parse(Remote + "/a/b")).FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code);
        StringAssert.Contains(e.Message, Remote);
        Assert.AreEqual(2, client.Statistics.Retries);
        Assert.AreEqual(3, client.Statistics.Requests, "attempts do not multiply");
    }

    [TestMethod]
    public async Task AHostThatSpeaksTlsAloneIsNotPingedAndItsFirstAnswerCarriesTheChallenge()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, certificate);
        server.OnRequest = context => context.Request.Headers.Authorization.Count == 0
            ? context.Challenge("Basic realm=\"here\"") : context.Manifest(s_bytes);
        RegistryClient client = test.Client(
            new FakeCredentials(new Credential.Basic("u", "p")), options => options with { VerifyCertificates = false });

        await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(i => client.GetRepository(Naming.RepositoryName.Parse($"{Remote}/r{i}")).FindManifestAsync("v1", None)));

        Assert.AreEqual(0, client.Statistics.Pings);
        Assert.AreEqual(1, server.Seen.Count(seen => seen["Authorization"] is null), "one goes ahead, the others know the challenge");
        Assert.HasCount(6, server.Seen);
        Assert.HasCount(1, test.Connections, "HTTP/2 carries them all");
    }

    [TestMethod]
    public async Task AFailedFirstRequest_DoesNotHoldUpTheOthers()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, certificate);
        int count = 0;
        TaskCompletionSource all = new();
        server.OnRequest = async context =>
        {
            if (Interlocked.Increment(ref count) == 1)
            {
                context.Abort();
                return;
            }

            // The interrupted request is sent again, and the other three with it.
            if (Volatile.Read(ref count) >= 5)
                all.TrySetResult();
            await all.Task;
            await context.Manifest(s_bytes);
        };
        RegistryClient client = test.Client(change: options => options with { VerifyCertificates = false });
        await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(i => client.GetRepository(Naming.RepositoryName.Parse($"{Remote}/r{i}")).FindManifestAsync("v1", None)));
        Assert.AreEqual(5, count);
    }

    [TestMethod]
    public async Task NoHeadersInTimeIsATimeout()
    {
        ManualTime clock = new();
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.OnRequest = _ => release.Task;
        IImageRepository repository = test.Repository(
            change: options => options with { TimeProvider = clock, RetryCount = 1, ResponseHeaderTimeout = TimeSpan.FromSeconds(7) });
        Task<Manifest?> find = repository.FindManifestAsync("v1", None);
        while (server.Lines.Length == 0 && !find.IsCompleted)
            await Task.Yield();
        clock.Advance(TimeSpan.FromSeconds(7));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => find);
        release.SetResult();
        Assert.AreEqual(ErrorCode.RegistryTimeout, e.Code);
        StringAssert.Contains(e.Message, "timeout awaiting response headers");
    }

    [TestMethod]
    public async Task ARealmThatIsNotAllowedIsNeverCalled()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer realm = await test.ServeAsync("169.254.169.254", certificate);
        ScriptedServer server = await test.ServeAsync(Remote, certificate);
        server.OnRequest = context => context.Challenge("Bearer realm=\"https://169.254.169.254/token\",service=\"x\"");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository(
            Remote + "/a/b", new FakeCredentials(new Credential.Basic("u", "p")), options => options with
            {
                VerifyCertificates = false
            }).FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.TokenRealmRefused, e.Code);
        Assert.IsEmpty(realm.Seen);
    }
}
