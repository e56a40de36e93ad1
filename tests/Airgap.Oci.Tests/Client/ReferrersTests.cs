using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ReferrersTests
{
    private static readonly Digest s_subject = Digest.Compute("subject"u8);
    private static readonly Digest s_first = Digest.Compute("first"u8);
    private static readonly Digest s_second = Digest.Compute("second"u8);
    private static readonly string s_api = $"/v2/apps/web/referrers/{s_subject}";
    private static readonly string s_fallback = $"/v2/apps/web/manifests/sha256-{s_subject.Hex}";

    [TestMethod]
    public async Task PagesAreFollowed()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context =>
        {
            if (context.Request.Query.ContainsKey("last"))
                return context.Bytes(Index(s_first, s_second), MediaTypes.OciIndex);
            context.Response.Headers.Link = $"<{s_api}?last=1>; rel=\"next\"";
            return context.Bytes(Index(s_first), MediaTypes.OciIndex);
        };
        ReferrerList list = await test.Repository().ListReferrersAsync(s_subject, CancellationToken.None);
        Assert.IsTrue(list.FromApi);
        Assert.AreSequenceEqual([s_first, s_second], list.Manifests.Select(descriptor => descriptor.Digest).ToArray());
        Assert.AreSequenceEqual([$"GET {s_api}", $"GET {s_api}?last=1"], server.Lines.ToArray());
    }

    [TestMethod]
    [DataRow(404, "")]
    [DataRow(403, "")]
    [DataRow(405, "")]
    [DataRow(501, "")]
    [DataRow(200, "<html>")]
    public async Task WithoutTheApiTheTagOfClientsIsRead(int status, string body)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal)
            ? context.Json(status, body)
            : context.Bytes(Index(s_second), MediaTypes.OciIndex);
        RegistryClient client = test.Client();
        for (int i = 0; i < 2; i++)
        {
            ReferrerList list = await client.GetRepository(Airgap.Oci.Naming.RepositoryName.Parse($"{RegistryTest.Local}/apps/web"))
                .ListReferrersAsync(s_subject, CancellationToken.None);
            Assert.IsFalse(list.FromApi);
            Assert.AreEqual(s_second, list.Manifests.Single().Digest);
        }

        Assert.AreSequenceEqual(
            [$"GET {s_api}", $"GET {s_fallback}", $"GET {s_fallback}"], server.Lines.ToArray(), "the API is asked for once");
        Assert.AreEqual(1, client.Statistics.ReferrerLists);
    }

    /// <summary>A list that breaks off after its first page is reported as such, and the list that clients maintain is used too.</summary>
    [TestMethod]
    [DataRow(404, MediaTypes.OciIndex)]
    [DataRow(200, "text/html")]
    public async Task AFirstPageAloneIsPartOfTheList(int status, string type)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
                return context.Manifest(Index(s_second), MediaTypes.OciIndex);
            if (context.Request.Query.ContainsKey("last"))
                return context.Bytes(Index(), type, status);
            context.Response.Headers.Link = $"<{s_api}?last=1>; rel=\"next\"";
            return context.Bytes(Index(s_first), MediaTypes.OciIndex);
        };
        ReferrerList list = await test.Repository().ListReferrersAsync(s_subject, CancellationToken.None);
        Assert.IsTrue(list.FromApi && list.IsPartial);
        Assert.AreSequenceEqual([s_first, s_second], list.Manifests.Select(descriptor => descriptor.Digest).ToArray());
    }

    [TestMethod]
    public async Task WhetherClientsKeepAListMayBeKnown()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal)
            ? context.Bytes(Index(s_first), MediaTypes.OciIndex)
            : context.Manifest(Index(s_first, s_second), MediaTypes.OciIndex);
        IImageRepository repository = test.Repository();
        Assert.HasCount(1, (await repository.ListReferrersAsync(s_subject, hasFallback: false, CancellationToken.None)).Manifests);
        Assert.HasCount(1, server.Lines);
        Assert.HasCount(2, (await repository.ListReferrersAsync(s_subject, hasFallback: true, CancellationToken.None)).Manifests);
    }

    [TestMethod]
    public async Task ARegistryWithNeitherApiNorTag_HasNoReferrers()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Json(404, "");
        Assert.IsEmpty((await test.Repository().ListReferrersAsync(s_subject, CancellationToken.None)).Manifests);
    }

    [TestMethod]
    public async Task AFailureIsNoAnswer()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Json(503, "");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().ListReferrersAsync(s_subject, CancellationToken.None));
        Assert.AreEqual(ErrorCode.RegistryFailed, e.Code);
        Assert.Contains(s_subject.ToString(), e.Message);
        CollectionAssert.AreEquivalent(
            new[] { $"GET {s_api}", $"GET {s_api}", $"GET {s_api}" },
            server.Lines.Where(line => line.Contains("/referrers/", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public async Task PagesThatGoRoundAreRefused()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal))
                return context.Json(404, "");
            context.Response.Headers.Link = $"<{s_api}>; rel=\"next\"";
            return context.Bytes(Index(s_first), MediaTypes.OciIndex);
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository().ListReferrersAsync(s_subject, CancellationToken.None));
        Assert.AreEqual(ErrorCode.RegistryProtocol, e.Code);
    }

    /// <summary>A registry whose list fails counts as one without lists, so the list that clients maintain is used.</summary>
    [TestMethod]
    [DataRow(500, "")]
    [DataRow(429, "")]
    [DataRow(200, "<html>")]
    [DataRow(200, "{")]
    public async Task TheListOfClientsStandsInForOneThatFails(int status, string body)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
            context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal)
            ? context.Manifest(Index(s_first), MediaTypes.OciIndex)
            : context.Bytes(System.Text.Encoding.UTF8.GetBytes(body), MediaTypes.OciIndex, status);
        ReferrerList list = await test.Repository().ListReferrersAsync(s_subject, CancellationToken.None);
        Assert.AreEqual(s_first, list.Manifests.Single().Digest);
        Assert.IsFalse(list.FromApi);
    }

    [TestMethod]
    public void TheTagIsCutToSixtyFourDigits()
    {
        Digest sha512 = Digest.Parse("sha512:" + new string('a', 128));
        Assert.AreEqual("sha512-" + new string('a', 64), ReferrerList.FallbackTag(sha512));
    }

    private static byte[] Index(params Digest[] digests) => System.Text.Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{string.Join(',', digests.Select(digest => $$"""{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{digest}}","size":1}"""))}}]}""");
}
