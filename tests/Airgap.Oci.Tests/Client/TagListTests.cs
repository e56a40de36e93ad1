using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class TagListTests
{
    [TestMethod]
    [DataRow("/v2/apps/web/tags/list?last=b&n=2")]
    [DataRow("http://registry.local:5055/v2/apps/web/tags/list?last=b&n=2")]
    public async Task PagesAreFollowed(string next)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context =>
        {
            if (context.Request.Query.ContainsKey("last"))
                return context.Json(200, """{"name":"apps/web","tags":["c"]}""");
            context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
            return context.Json(200, """{"name":"apps/web","tags":["a","b"]}""");
        };
        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, await TagsAsync(test));
        CollectionAssert.AreEqual(new[] { "GET /v2/apps/web/tags/list?n=1000", "GET /v2/apps/web/tags/list?last=b&n=2" }, server.Lines);
    }

    [TestMethod]
    [DataRow(404, "")]
    [DataRow(200, """{"name":"apps/web","tags":null}""")]
    public async Task NoRepositoryHasNoTags(int status, string body)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context => context.Json(status, body);
        Assert.IsEmpty(await TagsAsync(test));
    }

    /// <summary>A proxy may not forward the address of the next page. The tags before it are not all tags.</summary>
    [TestMethod]
    public async Task ALaterPageThatIsMissing_IsAFailure()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (context.Request.Query.ContainsKey("last"))
                return context.Error(404, "NAME_UNKNOWN", "no such address");
            context.Response.Headers.Link = "</v2/apps/web/tags/list?last=b&n=2>; rel=\"next\"";
            return context.Json(200, """{"name":"apps/web","tags":["a","b"]}""");
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => TagsAsync(test));
        Assert.AreEqual(ErrorCode.RegistryProtocol, e.Code);
        Assert.AreEqual(0, e.StatusCode);
        StringAssert.Contains(e.Message, "/v2/apps/web/tags/list?last=b");
    }

    [TestMethod]
    [DataRow("/v2/apps/web/tags/list?n=1000", "{\"tags\":[]}", ErrorCode.RegistryProtocol)]
    [DataRow("http://elsewhere.local/v2/apps/web/tags/list", "{\"tags\":[]}", ErrorCode.RedirectRefused)]
    [DataRow(null, "{\"tags\":[1]}", ErrorCode.RegistryProtocol)]
    [DataRow(null, "[]", ErrorCode.RegistryProtocol)]
    [DataRow(null, "<html>", ErrorCode.RegistryProtocol)]
    public async Task AnInvalidList_IsRefused(string? next, string body, ErrorCode expected)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(RegistryTest.Local)).OnRequest = context =>
        {
            if (next is not null)
                context.Response.Headers.Link = $"<{next}>; rel=\"next\"";
            return context.Json(200, body);
        };
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => TagsAsync(test));
        Assert.AreEqual(expected, e.Code);
        StringAssert.Contains(e.Message, "registry.local:5055/apps/web");
    }

    private static async Task<List<string>> TagsAsync(RegistryTest test)
    {
        List<string> tags = [];
        await foreach (string tag in test.Repository().ListTagsAsync(CancellationToken.None))
            tags.Add(tag);
        return tags;
    }
}
