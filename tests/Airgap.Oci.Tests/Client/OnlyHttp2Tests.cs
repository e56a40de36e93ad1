using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>A server that supports only HTTP/2, as some proxies do, receives and sends large bodies in every form.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OnlyHttp2Tests
{
    private const string Name = "apps/web";
    private const int Chunk = 512 * 1024;
    private static readonly X509Certificate2 s_certificate = UsableCertificate();

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(UploadBehaviours.None, 3 * Chunk, "PUT")]
    [DataRow(UploadBehaviours.None, 6 * Chunk, "PATCH")]
    [DataRow(UploadBehaviours.NoWholePut, 3 * Chunk, "PATCH")]
    [DataRow(UploadBehaviours.NoChunks, 6 * Chunk, "PUT")]
    [DataRow(UploadBehaviours.ShortBodies, 6 * Chunk, "PATCH")]
    public async Task ALargeBlobGoesUp(UploadBehaviours behaviours, int size, string method)
    {
        (RegistryFixture registry, ConcurrentQueue<string> protocols) = await StartAsync();
        await using RegistryFixture _ = registry;
        Then(registry, UploadBehaviour.Of(behaviours));
        using RegistryClient client = Client();
        MemoryBlob blob = new(Responses.Blob(size));

        // The first request detects it, from connections that break.
        await Repository(client, registry).PushBlobAsync(new MemoryBlob(Responses.Blob(size, seed: 2)), null, null, None);
        registry.Clear();
        Assert.AreEqual(BlobOutcome.Copied, await Repository(client, registry).PushBlobAsync(blob, null, null, None));

        Assert.Contains(request => request.Method == method && request.RequestBytes >= Chunk, registry.Requests);
        Assert.IsTrue(protocols.All(protocol => protocol == "HTTP/2"), string.Join(' ', protocols));
        CollectionAssert.AreEqual(Responses.Blob(size), await ReadAsync(Repository(client, registry), blob.Descriptor));
    }

    [TestMethod]
    [DataRow(3 * Chunk)]
    [DataRow(6 * Chunk)]
    public async Task ABrokenUploadResumes(int size)
    {
        (RegistryFixture registry, ConcurrentQueue<string> _) = await StartAsync();
        await using RegistryFixture owned = registry;
        int count = 0;
        Then(registry, (request, _) => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch
            && Interlocked.Increment(ref count) == (size > 4 * Chunk ? 2 : 1) ? Fault.TruncateUpload(Chunk / 2) : null);
        using RegistryClient client = Client();
        MemoryBlob blob = new(Responses.Blob(size));

        await Repository(client, registry).PushBlobAsync(blob, null, null, None);

        long sent = registry.Requests.Sum(request => request.Kind is RequestKind.UploadPut or RequestKind.UploadPatch
            ? request.RequestBytes : 0);
        Assert.IsLessThan(size + (2 * Chunk), sent, "what the registry had confirmed is not sent again");
        CollectionAssert.AreEqual(Responses.Blob(size), await ReadAsync(Repository(client, registry), blob.Descriptor));
    }

    [TestMethod]
    public async Task ABrokenDownloadResumesWithARange()
    {
        (RegistryFixture registry, ConcurrentQueue<string> protocols) = await StartAsync();
        await using RegistryFixture _ = registry;
        using RegistryClient client = Client();
        MemoryBlob blob = new(Responses.Blob(3 * Chunk));
        await Repository(client, registry).PushBlobAsync(blob, null, null, None);
        int count = 0;
        Then(registry, (request, _) => request.Kind == RequestKind.BlobGet && Interlocked.Increment(ref count) == 1
            ? Fault.CutBody(Chunk) : null);

        CollectionAssert.AreEqual(Responses.Blob(3 * Chunk), await ReadAsync(Repository(client, registry), blob.Descriptor));

        // Bytes in transit when the stream was reset may be lost.
        string range = registry.Of(RequestKind.BlobGet)[^1].Header("Range")!;
        Assert.IsInRange(1, Chunk, int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture));
        Assert.IsTrue(protocols.All(protocol => protocol == "HTTP/2"), string.Join(' ', protocols));
    }

    [TestMethod]
    [DataRow(413)]
    [DataRow(403)]
    public async Task AnUploadThatIsRefusedUnreadIsHeard(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync("registry.corp.example", Certificates.SelfSigned("registry.corp.example"),
            HttpProtocols.Http2);
        server.OnRequest = context => context.Request.Method switch
        {
            "POST" => context.Empty(202, $"/v2/{Name}/blobs/uploads/1"),
            "HEAD" => context.Empty(404),
            "DELETE" => context.Empty(204),
            _ => context.Error(status, "DENIED", "no room for this"),
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository(
                $"registry.corp.example/{Name}", change: options => options with { VerifyCertificates = false, RetryCount = 5 })
            .PushBlobAsync(new MemoryBlob(Responses.Blob(4 * Chunk)), null, null, None));
        Assert.AreEqual(status, e.StatusCode, e.Message);
        Assert.Contains("no room for this", e.Message);
    }

    [TestMethod]
    [DataRow(426)]
    [DataRow(505)]
    public async Task AServerThatAsksForAnotherVersionGetsIt(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync("registry.corp.example", Certificates.SelfSigned("registry.corp.example"));
        byte[] bytes = Responses.Blob(Chunk);
        server.OnRequest = context => context.Request.Protocol == "HTTP/2" ? context.Bytes(bytes) : context.Empty(status);
        IImageRepository repository = test.Repository(
            $"registry.corp.example/{Name}", change: options => options with { VerifyCertificates = false, RetryCount = 1 });
        Descriptor wanted = new MemoryBlob(bytes).Descriptor;
        for (int i = 0; i < 3; i++)
            CollectionAssert.AreEqual(bytes, await ReadAsync(repository, wanted));
        Assert.HasCount(4, server.Lines, "the version is found out once");
    }

    [TestMethod]
    public async Task AServerWithoutTlsIsToldAsBefore()
    {
        await using RegistryTest test = new();
        test.ServeRaw("registry.corp.example", _ => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(async () => await test.Repository(
                $"registry.corp.example/{Name}", change: options => options with { RetryCount = 1 })
            .GetBlob(new MemoryBlob(Responses.Blob(Chunk)).Descriptor).OpenAsync(0, None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code);
        Assert.Contains("no TLS connection", e.Message);
    }

    private static async Task<(RegistryFixture Registry, ConcurrentQueue<string> Protocols)> StartAsync()
    {
        RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions
        {
            Certificate = s_certificate,
            OnlyHttp2 = true,
        });
        ConcurrentQueue<string> protocols = new();
        s_protocols[registry] = protocols;
        Then(registry, (_, _) => null);
        return (registry, protocols);
    }

    private static readonly ConcurrentDictionary<RegistryFixture, ConcurrentQueue<string>> s_protocols = new();

    // Records the protocol of each request, in addition to the changes of a test.
    private static void Then(RegistryFixture registry, Func<RecordedRequest, HttpContext, Fault?> next) => registry.OnRequest =
        (request, context) =>
        {
            s_protocols[registry].Enqueue(context.Request.Protocol);
            return next(request, context);
        };

    private static X509Certificate2 UsableCertificate()
    {
        using X509Certificate2 made = LoopbackCertificate.Create();
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static RegistryClient Client() => new(
        new RegistryOptions
        {
            VerifyCertificates = false,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            UploadChunkBytes = Chunk,
            ResponseHeaderTimeout = TimeSpan.FromSeconds(60),
        },
        new FakeCredentials(null));

    private static IImageRepository Repository(RegistryClient client, RegistryFixture registry) =>
        client.GetRepository(RepositoryName.Parse($"{registry.Host}/{Name}"));

    private static async Task<byte[]> ReadAsync(IImageRepository repository, Descriptor descriptor)
    {
        await using Stream stream = await repository.GetBlob(descriptor).OpenAsync(0, None);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }
}
