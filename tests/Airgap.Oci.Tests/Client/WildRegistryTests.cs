using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>Registries whose responses depart from the specification, as some do.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class WildRegistryTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes("one");

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(500)]
    [DataRow(503)]
    public async Task AHeadThatFailsIsFollowedByAGet(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => HttpMethods.IsHead(context.Request.Method) ? context.Empty(status) : context.Manifest(s_bytes);

        Assert.AreEqual(Digest.Compute(s_bytes), (await test.Repository().ResolveAsync("v1", None))?.Digest);
        Assert.IsTrue(await test.Repository().HasBlobAsync(new Descriptor("", Digest.Compute(s_bytes), s_bytes.Length), None));
        CollectionAssert.AreEqual(
            new[] { "HEAD", "GET", "HEAD", "GET" }, server.Lines.Select(line => line[..line.IndexOf(' ')]).ToArray(),
            "one HEAD each, whatever its status");
    }

    [TestMethod]
    public async Task AHeadThatIsCutIsFollowedByAGet()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (!HttpMethods.IsHead(context.Request.Method))
                return context.Manifest(s_bytes);
            context.Abort();
            return Task.CompletedTask;
        };
        Assert.IsNotNull(await test.Repository().ResolveAsync("v1", None));
    }

    /// <summary>A power failure leaves empty files; some servers send the length 0 with every HEAD.</summary>
    [TestMethod]
    [DataRow("empty, ranges", false)]
    [DataRow("empty, no ranges", false)]
    [DataRow("empty, no HEAD", false)]
    [DataRow("whole, ranges", true)]
    [DataRow("whole, no ranges", true)]
    public async Task TheLengthZeroOfAHeadDoesNotDecide(string what, bool expected)
    {
        byte[] stored = what.StartsWith("whole", StringComparison.Ordinal) ? s_bytes : [];
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
                return what.EndsWith("no HEAD", StringComparison.Ordinal) ? context.Empty(405) : context.Bytes([]);
            if (what.EndsWith("no ranges", StringComparison.Ordinal))
                return context.Bytes(stored);
            context.Response.Headers.ContentRange = stored.Length == 0 ? "bytes */0" : $"bytes 0-0/{stored.Length}";
            return stored.Length == 0 ? context.Empty(416) : context.Bytes(stored[..1], status: 206);
        };
        Assert.AreEqual(
            expected, await test.Repository().HasBlobAsync(new Descriptor("", Digest.Compute(s_bytes), s_bytes.Length), None));
    }

    [TestMethod]
    [DataRow(1000)]
    [DataRow(0)]
    public async Task ATruncatedBlobIsSentAgain(int length)
    {
        byte[] blob = Responses.Blob(2_000_000);
        byte[] received = [];
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = async context =>
        {
            if (HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsGet(context.Request.Method))
            {
                await context.Bytes(blob[..length]);
                return;
            }

            received = [.. received, .. await context.ReadBody()];
            await context.Empty(context.Request.Method == "PUT" ? 201 : 202, "/v2/up");
        };
        Assert.AreEqual(BlobOutcome.Copied, await test.Repository().PushBlobAsync(new MemoryBlob(blob), null, null, None));
        CollectionAssert.AreEqual(blob, received);
    }

    [TestMethod]
    public async Task ABlobThatIsNotThereIsNot()
    {
        await using RegistryTest test = new();
        await test.ServeAsync(RegistryTest.Local);
        Assert.IsFalse(await test.Repository().HasBlobAsync(new Descriptor("", Digest.Compute(s_bytes), s_bytes.Length), None));
    }

    [TestMethod]
    [DataRow(MediaTypes.DockerManifest, MediaTypes.OciManifest, false)]
    [DataRow(MediaTypes.OciManifest, MediaTypes.DockerManifest, false)]
    [DataRow(MediaTypes.DockerManifestList, MediaTypes.OciIndex, true)]
    [DataRow(MediaTypes.OciIndex, MediaTypes.DockerManifestList, true)]
    public async Task OfTwoMediaTypesOfOneClassTheBodysCounts(string header, string inside, bool isIndex)
    {
        byte[] body = Encoding.UTF8.GetBytes(isIndex
            ? $$"""{"schemaVersion":2,"mediaType":"{{inside}}","manifests":[]}"""
            : Encoding.UTF8.GetString(s_bytes).Replace(MediaTypes.OciManifest, inside, StringComparison.Ordinal));
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Manifest(body, header);
        Assert.AreEqual(inside, (await test.Repository().GetManifestAsync("v1", None)).MediaType);
        Assert.AreEqual(inside, Manifest.Parse(body, header).MediaType);
    }

    [TestMethod]
    [DataRow(MediaTypes.OciIndex)]
    [DataRow(MediaTypes.DockerManifestList)]
    public void AnImageIsNoIndexWhateverTheHeaderSays(string header) =>
        Assert.AreEqual(ErrorCode.InvalidManifest, Assert.ThrowsExactly<AirgapException>(() => Manifest.Parse(s_bytes, header)).Code);

    [TestMethod]
    public async Task EveryErrorIsToldAndTheMostSpecificDecides()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Json(
            400,
            """{"errors":[{"code":"UNKNOWN","message":"unknown error"},{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}""");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().PushManifestAsync(Manifest.Parse(s_bytes), "v1", None));
        Assert.AreEqual(ErrorCode.BlobUnknown, e.Code);
        Assert.Contains("UNKNOWN: unknown error; MANIFEST_BLOB_UNKNOWN: blob unknown to registry", e.Message);
    }

    [TestMethod]
    [DataRow("""{"name":"apps/web","tags":[]}""")]
    [DataRow("""{"name":"apps/web","tags":null}""")]
    public async Task ARepositoryMayHaveNoTags(string body)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Json(200, body);
        Assert.IsEmpty(await test.Repository().ListExistingTagsAsync(None).ToListAsync());
    }

    [TestMethod]
    [DataRow("""{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}""")]
    [DataRow("")]
    public async Task ARepositoryThatTheRegistryDoesNotKnowIsNotOne(string body)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Json(404, body);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().ListExistingTagsAsync(None).ToListAsync());
        Assert.AreEqual(ErrorCode.RepositoryUnknown, e.Code);
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(403)]
    [DataRow(404)]
    [DataRow(405)]
    [DataRow(500)]
    [DataRow(501)]
    public async Task ARefusedMountIsFollowedByAPlainPostAndNotAskedForAgain(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = async context =>
        {
            await context.ReadBody();
            await (context.Request.Method == "POST" && context.Request.QueryString.HasValue ? context.Error(status, "UNKNOWN", "no mounts")
                : context.Request.Method == "POST" ? context.Empty(202, "/v2/apps/web/blobs/uploads/1")
                : context.Empty(context.Request.Method == "HEAD" ? 404 : 201));
        };
        RepositoryName from = RepositoryName.Parse("registry.local:5055/apps/base");
        IImageRepository repository = test.Repository();
        foreach (int seed in (int[])[1, 2, 3])
            Assert.AreEqual(BlobOutcome.Copied,
                await repository.PushBlobAsync(new MemoryBlob(Responses.Blob(100, seed)), from, null, None));
        Assert.AreEqual(1, server.Lines.Count(line => line.Contains("from=apps%2Fbase", StringComparison.Ordinal)),
            string.Join('\n', server.Lines));
    }

    [TestMethod]
    [DataRow(503, false)]
    [DataRow(201, true)]
    public async Task AnUploadThatIsGivenUpIsCancelled(int putStatus, bool succeeds)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = async context =>
        {
            await context.ReadBody();
            await context.Empty(
                context.Request.Method switch { "POST" => 202, "PUT" => putStatus, "DELETE" => 204, _ => 404 },
                context.Request.Method == "POST" ? "/v2/apps/web/blobs/uploads/7?_state=x" : null);
        };
        Task push = test.Repository().PushBlobAsync(new MemoryBlob(Responses.Blob(100)), null, null, None);
        if (succeeds)
            await push;
        else
            await Assert.ThrowsExactlyAsync<AirgapException>(() => push);
        Assert.AreEqual(succeeds, !server.Lines.Contains("DELETE /v2/apps/web/blobs/uploads/7?_state=x"), string.Join('\n', server.Lines));
    }

    [TestMethod]
    public async Task AnUploadWhoseRunIsCancelledIsCancelledToo()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        using CancellationTokenSource run = new();
        server.OnRequest = async context =>
        {
            if (context.Request.Method == "PUT")
                await run.CancelAsync();
            await context.Empty(context.Request.Method switch { "POST" => 202, "DELETE" => 204, _ => 500 }, "/v2/apps/web/blobs/uploads/7");
        };
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => test.Repository().PushBlobAsync(new MemoryBlob(Responses.Blob(100)), null, null, run.Token));
        Assert.Contains("DELETE /v2/apps/web/blobs/uploads/7", server.Lines);
    }

    [TestMethod]
    public async Task AManifestWithASha512DigestIsPutUnderItAndThenUnderItsTag()
    {
        Manifest manifest = Manifest.Parse(s_bytes, null, Sha512);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => HttpMethods.IsPut(context.Request.Method) ? context.Empty(201) : context.Manifest(s_bytes);
        await test.Repository().PushManifestAsync(manifest, "v1", None);
        string target = $"/v2/apps/web/manifests/{Sha512}";
        CollectionAssert.AreEqual(
            new[] { "PUT " + target, "PUT /v2/apps/web/manifests/v1" },
            server.Lines.Where(line => line.StartsWith("PUT", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ARegistryThatKeepsSha256AloneIsTold(bool refuses)
    {
        Manifest manifest = Manifest.Parse(s_bytes, null, Sha512);
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (!HttpMethods.IsPut(context.Request.Method))
                return context.Error(404, "MANIFEST_UNKNOWN", "unknown");
            context.Response.Headers["Docker-Content-Digest"] = Digest.Compute(s_bytes).ToString();
            return refuses ? context.Error(400, "DIGEST_INVALID", "not the digest") : context.Empty(201);
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().PushManifestAsync(manifest, "v1", None));
        Assert.AreEqual(ErrorCode.DigestAlgorithmRefused, e.Code);
    }

    private static Digest Sha512 =>
        Digest.FromHash(System.Security.Cryptography.HashAlgorithmName.SHA512, System.Security.Cryptography.SHA512.HashData(s_bytes));
}
