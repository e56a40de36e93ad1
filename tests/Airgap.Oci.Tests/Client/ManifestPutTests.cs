using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>Manifests are pushed, and refusals reported.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ManifestPutTests : ManifestTestBase
{
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

    /// <summary>A registry may show a pushed manifest only a moment later.</summary>
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
