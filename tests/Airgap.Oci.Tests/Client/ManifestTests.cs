using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ManifestTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes("one");

    private static CancellationToken None => CancellationToken.None;

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
        SeenRequest seen = server.Seen.Last();
        Assert.AreEqual("GET /v2/apps/web/manifests/v1", seen.Line);
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

    // What reads a platform or an annotation later need not ask whether it is a text.
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
    public async Task WhatTheRegistryDoesNotKnowIsNull(string code)
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

    [TestMethod]
    public async Task AManifestIsPutVerbatim()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        byte[]? body = null;
        server.OnRequest = async context =>
        {
            body = await context.ReadBody();
            context.Response.Headers["Docker-Content-Digest"] = Digest.Compute(body).ToString();
            await context.Empty(201);
        };
        RegistryClient client = test.Client();
        await client.GetRepository(Naming.RepositoryName.Parse("registry.local:5055/apps/web"))
            .PushManifestAsync(Manifest.Parse(s_bytes), "v1", None);

        CollectionAssert.AreEqual(s_bytes, body);
        Assert.AreEqual("PUT /v2/apps/web/manifests/v1", server.Lines.Single());
        Assert.AreEqual(MediaTypes.OciManifest, server.Seen.Last()["Content-Type"]);
        Assert.AreEqual(1, client.Statistics.ManifestPuts);
        Assert.AreEqual(2, client.Statistics.Pings, "https, then http");
        Assert.AreEqual(s_bytes.Length, client.Statistics.BytesSent);
    }

    /// <summary>A registry may see what it was sent a moment later.</summary>
    [TestMethod]
    [DataRow(400, "MANIFEST_BLOB_UNKNOWN", 2, true)]
    [DataRow(404, "BLOB_UNKNOWN", 1, true)]
    [DataRow(404, "MANIFEST_UNKNOWN", 1, true)]
    [DataRow(400, "MANIFEST_BLOB_UNKNOWN", 100, false)]
    [DataRow(400, "MANIFEST_INVALID", 1, false)]
    public async Task AManifestWhosePartsAreNotSeenYetIsPutAgain(int status, string code, int times, bool succeeds)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int puts = 0;
        server.OnRequest = async context =>
        {
            await context.ReadBody();
            if (puts++ < times)
            {
                await context.Error(status, code, "unknown to registry");
                return;
            }

            context.Response.Headers["Docker-Content-Digest"] = Digest.Compute(s_bytes).ToString();
            await context.Empty(201);
        };
        Task push = test.Repository().PushManifestAsync(Manifest.Parse(s_bytes), "v1", None);
        if (succeeds)
            await push;
        else
            await Assert.ThrowsExactlyAsync<AirgapException>(() => push);
        Assert.AreEqual(succeeds ? times + 1 : Math.Min(times, 3), puts);
    }

    [TestMethod]
    public async Task WithoutTagAManifestIsPutByDigest()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => HttpMethods.IsPut(context.Request.Method) ? context.Empty(201) : context.Manifest(s_bytes);

        await test.Repository().PushManifestAsync(Manifest.Parse(s_bytes), null, None);

        string target = "/v2/apps/web/manifests/" + Digest.Compute(s_bytes);
        CollectionAssert.AreEqual(
            new[] { "PUT " + target, "HEAD " + target }, server.Lines, "without a digest in the answer the registry is asked");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AnotherManifestAtTheDestinationIsAMismatch(bool inAnswer)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        byte[] other = Responses.ManifestBytes("two");
        server.OnRequest = context =>
        {
            if (!HttpMethods.IsPut(context.Request.Method))
                return context.Manifest(other);
            if (inAnswer)
                context.Response.Headers["Docker-Content-Digest"] = Digest.Compute(other).ToString();
            return context.Empty(201);
        };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().PushManifestAsync(Manifest.Parse(s_bytes), "v1", None));
        Assert.AreEqual(ErrorCode.DestinationMismatch, e.Code);
        StringAssert.Contains(e.Message, Digest.Compute(other).ToString());
    }

    [TestMethod]
    [DataRow(400, "TAG_INVALID", "The image tag 'v1' is immutable", ErrorCode.TagImmutable)]
    [DataRow(409, "CONFLICT", "tag is Immutable", ErrorCode.TagImmutable)]
    [DataRow(412, "PRECONDITION", "Failed to process request due to 'web:v1' configured as immutable.", ErrorCode.TagImmutable)]
    [DataRow(400, "MANIFEST_INVALID", "no", ErrorCode.RegistryRefused)]
    [DataRow(404, "NAME_UNKNOWN", "repository does not exist", ErrorCode.RepositoryUnknown)]
    [DataRow(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", ErrorCode.BlobUnknown)]
    [DataRow(401, "UNAUTHORIZED", "authentication required", ErrorCode.Unauthorized)]
    [DataRow(403, "DENIED", "requested access is denied", ErrorCode.Forbidden)]
    [DataRow(429, "TOOMANYREQUESTS", "slow down", ErrorCode.TooManyRequests)]
    [DataRow(503, "UNAVAILABLE", "later", ErrorCode.RegistryFailed)]
    public async Task RefusalsHaveTheirCodes(int status, string code, string message, ErrorCode expected)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Error(status, code, message);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().PushManifestAsync(Manifest.Parse(s_bytes), "v1", None));

        Assert.AreEqual(expected, e.Code);
        Assert.AreEqual(status, e.StatusCode);
        Assert.AreEqual("registry.local:5055/apps/web:v1", e.Reference);
        StringAssert.Contains(e.Message, $"PUT http://registry.local:5055/v2/apps/web/manifests/v1: {code}: {message.TrimEnd('.')}");
        Assert.AreEqual(status is 429 or 503 || expected == ErrorCode.BlobUnknown ? 3 : 1, server.Lines.Length);
    }

    [TestMethod]
    public async Task ARefusalWithoutACodeIsToldByStatus()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = async context =>
        {
            context.Response.StatusCode = 401;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync("who\nare you?");
        };

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        StringAssert.Contains(e.Message, "unexpected status code 401 Unauthorized: who are you?");
    }

    [TestMethod]
    public async Task ARefusedHeadIsExplainedByAGet()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Error(403, "DENIED", "not yours");

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().ResolveAsync("v1", None));
        StringAssert.Contains(e.Message, "DENIED: not yours");
    }
}
