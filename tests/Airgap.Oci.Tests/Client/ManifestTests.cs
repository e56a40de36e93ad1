using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>Manifests are fetched and verified.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ManifestTests : ManifestTestBase
{
    [TestMethod]
    public async Task AManifestIsFetchedByTagWithAllTypesAccepted()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Manifest(s_bytes, MediaTypes.OciManifest + "; charset=utf-8");

        Manifest? manifest = await test.Repository().FindManifestAsync("v1", None);

        Assert.AreEqual(Digest.Compute(s_bytes), manifest!.Digest);
        Assert.AreEqual(MediaTypes.OciManifest, manifest.MediaType);
        CollectionAssert.AreEqual(s_bytes, manifest.Bytes.ToArray());
        SeenRequest seen = server.Seen.Single(request => request.Line == "GET /v2/apps/web/manifests/v1");
        foreach (string type in MediaTypes.AcceptedManifests)
            StringAssert.Contains(seen["Accept"], type);
        StringAssert.StartsWith(seen["User-Agent"], "airgap/0.");
        Assert.IsNull(seen["Authorization"]);
    }

    [TestMethod]
    [DataRow("layers", 4611686018427387904L, 4611686018427387904L)]
    [DataRow("layers", 4398046511104L, 1L)]
    [DataRow("manifests", 9223372036854775807L, 9223372036854775807L)]
    public void SizesWhoseSumsNoNumberTakesAreRefused(string list, long first, long second)
    {
        string Descriptor(long size) => $"{{\"mediaType\":\"a/b\",\"digest\":\"{Digest.Compute([])}\",\"size\":{size}}}";
        string config = list == "layers" ? $"\"config\":{Descriptor(2)}," : "";
        string json = $"{{\"schemaVersion\":2,{config}\"{list}\":[{Descriptor(first)},{Descriptor(second)}]}}";
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(json)));
        Assert.AreEqual(ErrorCode.InvalidManifest, e.Code);
    }

    [TestMethod]
    [DataRow(MediaTypes.DockerLayerGzip)]
    [DataRow(MediaTypes.DockerConfig)]
    [DataRow(MediaTypes.DockerManifest)]
    [DataRow(MediaTypes.OciLayerGzip)]
    [DataRow(MediaTypes.OciConfig)]
    [DataRow(MediaTypes.OciManifest)]
    [DataRow(MediaTypes.OciLayerZstd)]
    [DataRow("application/vnd.oci.image.config.v1+JSON")]
    public void ATypeIsWhatIsWritten_EscapedOrNot(string type)
    {
        foreach (string written in (string[])[type, type.Replace("+", @"\u002b", StringComparison.Ordinal)])
        {
            string descriptor = $"{{\"mediaType\":\"{written}\",\"digest\":\"{Digest.Compute([])}\",\"size\":0}}";
            string json = $"{{\"schemaVersion\":2,\"config\":{descriptor},\"layers\":[{descriptor}]}}";
            Manifest manifest = Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(json), MediaTypes.OciManifest);
            Assert.AreEqual(type, manifest.Config!.MediaType);
            Assert.AreEqual(type, manifest.Layers[0].MediaType);
        }
    }

    /// <summary>Go's readers, imgpkg among them, take such a field for the known one; what it lists would stay behind.</summary>
    [TestMethod]
    [DataRow("{\"config\":D,\"layers\":[],\"Layers\":[D]}", "Layers")]
    [DataRow("{\"config\":D,\"LAYERS\":[D]}", "LAYERS")]
    [DataRow("{\"config\":D,\"layer\u017f\":[D]}", "layer\u017f")]
    [DataRow("{\"manifests\":[],\"Manifests\":[D]}", "Manifests")]
    [DataRow("{\"config\":D,\"layers\":[D],\"Subject\":D}", "Subject")]
    [DataRow("{\"config\":D,\"layers\":[{\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":0,\"Digest\":\"\"}]}",
        "Digest")]
    [DataRow("{\"config\":D,\"layers\":[{\"digest\":\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"size\":0,\"SIZE\":1}]}",
        "SIZE")]
    public void AKnownFieldInAnotherCase_IsRefused(string manifest, string field)
    {
        string descriptor = $"{{\"mediaType\":\"a/b\",\"digest\":\"{Digest.Compute([])}\",\"size\":0}}";
        string json = manifest.Replace(":D", ":" + descriptor, StringComparison.Ordinal).Replace("[D", "[" + descriptor, StringComparison.Ordinal);

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.AreEqual(ErrorCode.InvalidManifest, e.Code);
        Assert.Contains($"its field '{field}' has another case", e.Message);
    }

    [TestMethod]
    public void AnUnknownFieldInAnyCase_IsNot()
    {
        string descriptor = $"{{\"mediaType\":\"a/b\",\"digest\":\"{Digest.Compute([])}\",\"size\":0,\"X-Size\":1}}";
        string json = $"{{\"config\":{descriptor},\"layers\":[{descriptor}],\"Layered\":1,\"History\":[]}}";

        Assert.HasCount(1, Manifest.Parse(System.Text.Encoding.UTF8.GetBytes(json)).Layers);
    }

    // Code that reads a platform or an annotation later can then rely on it being text.
    [TestMethod]
    [DataRow(@"\ud800", false)]
    [DataRow(@"\udfff\ud800", false)]
    [DataRow(@"\ud83d\ude00\u0000", true)]
    [DataRow("\u00ff", true)]
    [DataRow("RAW", false)]
    public void EveryTextCanBeRead(string text, bool isTaken)
    {
        string json =
            $"{{\"schemaVersion\":2,\"manifests\":[{{\"mediaType\":\"a/b\",\"digest\":\"{Digest.Compute([])}\",\"size\":0,\"platform\":{{\"os\":\"{text}\"}}}}]}}";
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(json);
        if (text == "RAW")
            bytes[bytes.AsSpan().IndexOf("RAW"u8)] = 0xFF;

        if (isTaken)
            Assert.HasCount(1, Manifest.Parse(bytes).Manifests);
        else
            Assert.AreEqual(ErrorCode.InvalidManifest, Assert.ThrowsExactly<AirgapException>(() => Manifest.Parse(bytes)).Code);
    }

    [TestMethod]
    [DataRow("MANIFEST_UNKNOWN")]
    [DataRow("NAME_UNKNOWN")]
    public async Task AMissingManifest_IsNull(string code)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Error(404, code, "not here");

        Assert.IsNull(await test.Repository().FindManifestAsync("v1", None));
        Assert.IsNull(await test.Repository().ResolveAsync("v1", None));
    }

    [TestMethod]
    public async Task BytesWithAnotherDigestThanAskedAreRefused()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Manifest(s_bytes);
        Digest asked = Digest.Compute("other"u8);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().FindManifestAsync(asked.ToString(), None));

        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
        StringAssert.Contains(e.Message, asked.ToString());
        StringAssert.Contains(e.Message, Digest.Compute(s_bytes).ToString());
        StringAssert.Contains(e.Message, "registry.local:5055/apps/web@");
    }

    [TestMethod]
    public async Task ByTagTheHeadersDigestIsHeldAgainstTheBytes()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context =>
        {
            context.Response.Headers["Docker-Content-Digest"] = Digest.Compute("other"u8).ToString();
            return context.Bytes(s_bytes, MediaTypes.OciManifest);
        };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AManifestBeyondItsLimitIsRefused(bool announced)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = async context =>
        {
            context.Response.ContentType = MediaTypes.OciManifest;
            if (announced)
                context.Response.ContentLength = Manifest.MaxBytes + 1;
            await context.Response.Body.WriteAsync(new byte[Manifest.MaxBytes + 1]);
        };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.ResponseTooLarge, e.Code);
    }

    [TestMethod]
    public async Task ResolvingAsksWithHead()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Manifest(s_bytes);

        Descriptor? descriptor = await test.Repository().ResolveAsync("v1", None);

        Assert.AreEqual(new Descriptor(MediaTypes.OciManifest, Digest.Compute(s_bytes), s_bytes.Length), descriptor);
        CollectionAssert.AreEqual(new[] { "HEAD /v2/apps/web/manifests/v1" }, server.Lines);
    }

    [TestMethod]
    [DataRow(400, true)]
    [DataRow(405, true)]
    [DataRow(200, false)]
    public async Task ResolvingFetchesWhereHeadSaysTooLittle(int status, bool digest)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => HttpMethods.IsGet(context.Request.Method) && digest ? context.Manifest(s_bytes)
            : status == 200 ? context.Bytes(s_bytes, MediaTypes.OciManifest)
            : context.Empty(status);

        Descriptor? descriptor = await test.Repository().ResolveAsync("v1", None);

        Assert.AreEqual(Digest.Compute(s_bytes), descriptor!.Digest);
        CollectionAssert.AreEqual(new[] { "HEAD /v2/apps/web/manifests/v1", "GET /v2/apps/web/manifests/v1" }, server.Lines);
    }
}
