using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>Recorded responses of real registries, and our messages for them.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RegistryHabitsTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes("one");

    private static CancellationToken None => CancellationToken.None;

    /// <summary>
    /// Amazon's pages have opaque tokens with characters that queries escape; GitLab's and Azure's have relative addresses.
    /// </summary>
    [TestMethod]
    [DataRow("/v2/apps/web/tags/list?last=nQ%2Bk%2F9yZw%3D%3D&n=1000")]
    [DataRow("/v2/apps/web/tags/list?n=1000&last=v1.0.0+build")]
    [DataRow("/v2/apps/web/tags/list?last=b&n=1000&orderby=")]
    [DataRow("?last=nQ%3D%3D&n=1000")]
    public async Task APagesTokenGoesBackAsItCame(string next)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        string expected = next.StartsWith('?') ? "/v2/apps/web/tags/list" + next : next;
        server.OnRequest = context =>
        {
            bool isSecond = server.Lines.Length > 1;
            if (!isSecond)
                context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
            return context.Json(200, isSecond ? """{"tags":["b"]}""" : """{"tags":["a"]}""");
        };
        CollectionAssert.AreEqual(new[] { "a", "b" }, await test.Repository().ListTagsAsync(None).ToArrayAsync());
        Assert.AreEqual("GET " + expected, server.Lines[1]);
    }

    /// <summary>Nexus answers 400 to a HEAD of a blob in some versions, Harbor 401 without a challenge, a proxy 403.</summary>
    [TestMethod]
    [DataRow(400)]
    [DataRow(403)]
    [DataRow(406)]
    public async Task AHeadThatIsRefusedDoesNotDecide(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => HttpMethods.IsHead(context.Request.Method) ? context.Empty(status) : context.Manifest(s_bytes);
        Assert.IsTrue(await test.Repository().HasBlobAsync(new Descriptor("", Digest.Compute(s_bytes), s_bytes.Length), None));
        Assert.IsNotNull(await test.Repository().ResolveAsync("v1", None));
    }

    /// <summary>The refusals of a push, and the codes and messages that a user sees.</summary>
    [TestMethod]
    [DataRow("ECR, an immutable tag", 400, "TAG_INVALID",
        "The image tag 'v1' already exists in the 'apps/web' repository and cannot be overwritten because the tag is immutable.",
        ErrorCode.TagImmutable)]
    [DataRow("ECR, an immutable tag, by its API's name", 400, "ImageTagAlreadyExistsException", "The tag is immutable",
        ErrorCode.TagImmutable)]
    [DataRow("Harbor, an immutable tag", 412, "PRECONDITION", "Failed to process request due to 'web:v1' configured as immutable.",
        ErrorCode.TagImmutable)]
    [DataRow("Quay, a manifest type that is turned off", 400, "MANIFEST_INVALID", "manifest schema version not supported",
        ErrorCode.RegistryRefused)]
    [DataRow("Quay, an artifact", 415, "UNSUPPORTED", "unknown artifact type", ErrorCode.RegistryRefused)]
    [DataRow("GitLab, a path that is too deep", 403, "DENIED", "requested access to the resource is denied", ErrorCode.Forbidden)]
    [DataRow("Google, a repository that is not there", 404, "NAME_UNKNOWN", "Repository 'apps' not found", ErrorCode.RepositoryUnknown)]
    [DataRow("Google, no right to it, or not there", 403, "DENIED", "Permission 'uploadArtifacts' denied (or it may not exist)",
        ErrorCode.Forbidden)]
    [DataRow("Nexus, a tag that may not be moved", 400, "UNKNOWN", "docker-hosted cannot be updated: immutable", ErrorCode.TagImmutable)]
    [DataRow("Artifactory, a virtual repository without a place for pushes", 405, "UNSUPPORTED", "The operation is unsupported.",
        ErrorCode.ReadOnlyRepository)]
    public async Task ARefusedManifestHasItsCodeAndTheRegistrysWords(
        string which, int status, string code, string message, ErrorCode expected)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Error(status, code, message);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().PushManifestAsync(Manifest.Parse(s_bytes), "v1", None));
        Assert.AreEqual(expected, e.Code, which);
        Assert.Contains(message.TrimEnd('.'), e.Message);
        Assert.AreNotEqual("", e.Advice);
    }

    /// <summary>Azure issues tokens to anonymous clients that allow nothing; a second challenge must not cause an endless loop.</summary>
    [TestMethod]
    public async Task AnAnonymousTokenWithoutRightsEndsInARefusal()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Request.Path == "/oauth2/token" ? context.Json(200, """{"access_token":"nothing"}""")
            : context.Challenge("Bearer realm=\"http://registry.local:5055/oauth2/token\",service=\"registry.local\"");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().GetManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.Unauthorized, e.Code);
        Assert.IsLessThan(8, server.Lines.Length, string.Join('\n', server.Lines));
    }
}
