using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>A descriptor that contains its content, or names other locations of it.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OwnSourceTests
{
    private const string Foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    private static readonly byte[] s_layer = Responses.Blob(100_000);

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    public async Task EmbeddedContentNeedsNoRegistry()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        Descriptor config = ConfigOf("{}", "e30=");
        Assert.AreEqual("{}", await ReadAsync(test.Repository(), config));
        Assert.IsEmpty(server.Lines);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => ReadAsync(test.Repository(), config.AsStored));
    }

    [TestMethod]
    [DataRow("e31=")]
    [DataRow("e30")]
    [DataRow("")]
    [DataRow("!")]
    [DataRow("e30gIA==")]
    public async Task ContentOfAnotherDigestIsNoSource(string data)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Bytes("{}"u8.ToArray());
        Descriptor config = ConfigOf("{}", data);
        Assert.IsNull(config.Data);
        Assert.AreEqual("{}", await ReadAsync(test.Repository(), config));
    }

    [TestMethod]
    public async Task ALayerThatTheRepositoryLacksComesFromItsUrlWithoutCredentials()
    {
        await using RegistryTest test = new();
        (ScriptedServer server, ScriptedServer elsewhere) = await ServeAsync(test);
        elsewhere.OnRequest = context => context.Request.Path == "/moved"
            ? context.Bytes(s_layer)
            : context.Empty(302, "https://elsewhere.example/moved");
        IImageRepository repository =
            test.Repository(RegistryTest.Local + "/apps/web", new FakeCredentials(new Credential.Basic("u", "secret-pass")), Trusting);
        CollectionAssert.AreEqual(s_layer, await BytesAsync(repository, LayerOf(Foreign, "https://elsewhere.example/layer")));
        CollectionAssert.AreEqual(new[] { "GET /layer", "GET /moved" }, elsewhere.Lines);
        Assert.IsTrue(elsewhere.Seen.All(seen => seen["Authorization"] is null));
        Assert.HasCount(1, server.Lines);
    }

    [TestMethod]
    public async Task TheSecondUrlStandsInForTheFirst()
    {
        await using RegistryTest test = new();
        (_, ScriptedServer elsewhere) = await ServeAsync(test);
        elsewhere.OnRequest = context => context.Request.Path == "/good" ? context.Bytes(s_layer) : context.Empty(404);
        CollectionAssert.AreEqual(
            s_layer, await BytesAsync(
                test.Repository(change: Trusting), LayerOf(Foreign, "https://elsewhere.example/gone", "https://elsewhere.example/good")));
    }

    [TestMethod]
    public async Task OtherBytesAreRefused()
    {
        await using RegistryTest test = new();
        (_, ScriptedServer elsewhere) = await ServeAsync(test);
        elsewhere.OnRequest = context => context.Bytes(Responses.Blob(s_layer.Length, seed: 2));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BytesAsync(test.Repository(change: Trusting), LayerOf(Foreign, "https://elsewhere.example/layer")));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
    }

    [TestMethod]
    [DataRow(MediaTypes.OciLayerGzip, "https://elsewhere.example/layer", "an ordinary layer belongs to its repository")]
    [DataRow(Foreign, "ftp://elsewhere.example/layer", "another scheme")]
    [DataRow(Foreign, "https://u:p@elsewhere.example/layer", "a URL with a password")]
    public async Task ADestination_IsNotReadFromMirrors(string type, string url, string why)
    {
        await using RegistryTest test = new();
        (_, ScriptedServer elsewhere) = await ServeAsync(test);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BytesAsync(test.Repository(change: Trusting), LayerOf(type, url)));
        Assert.AreEqual(ErrorCode.BlobUnknown, e.Code, why);
        Assert.IsEmpty(elsewhere.Seen);
    }

    [TestMethod]
    public async Task ARegistryOnAnotherNetworkMayNotNameAnInternalAddress()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned("registry.example");
        await using RegistryTest test = new();
        await test.ServeAsync("registry.example", certificate);
        ScriptedServer inside = await test.ServeAsync("169.254.169.254");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BytesAsync(test.Repository("registry.example/apps/web", change: Trusting),
                LayerOf(Foreign, "http://169.254.169.254/latest")));
        Assert.Contains("internal address", e.Message);
        Assert.IsEmpty(inside.Seen);
    }

    private static RegistryOptions Trusting(RegistryOptions options) => options with { VerifyCertificates = false };

    private static async Task<(ScriptedServer Registry, ScriptedServer Elsewhere)> ServeAsync(RegistryTest test) =>
        (await test.ServeAsync(RegistryTest.Local),
            await test.ServeAsync("elsewhere.example", Certificates.SelfSigned("elsewhere.example")));

    private static Descriptor ConfigOf(string content, string data) => Parse(
        $$"""{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{Digest.Compute(Encoding.UTF8.GetBytes(content))}}","size":{{content.Length}},"data":"{{data}}"}""", "").Config!;

    private static Descriptor LayerOf(string type, params string[] urls) => Parse(
        $$"""{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{Digest.Compute("{}"u8)}}","size":2}""",
        $$"""{"mediaType":"{{type}}","digest":"{{Digest.Compute(s_layer)}}","size":{{s_layer.Length}},"urls":[{{string.Join(',', urls.Select(url => $"\"{url}\""))}}]}""").Layers.Single();

    private static Manifest Parse(string config, string layers) => Manifest.Parse(
        Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{config}},"layers":[{{layers}}]}"""));

    private static async Task<string> ReadAsync(IImageRepository repository, Descriptor blob) =>
        Encoding.UTF8.GetString(await BytesAsync(repository, blob));

    private static async Task<byte[]> BytesAsync(IImageRepository repository, Descriptor blob)
    {
        await using Stream stream = await repository.GetBlob(blob).OpenAsync(0, None);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }
}
