using System.Text;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Kit;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class TokenServerTests
{
    [TestMethod]
    public async Task ARequestWithoutATokenIsChallengedWithTheScopeItNeeds()
    {
        await using TokenServer tokens = await TokenServer.StartAsync("user", "pass");
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { Tokens = tokens });
        string start = $"Bearer realm=\"{tokens.Realm}\",service=\"{api.Registry.Host}\"";
        Assert.AreEqual(start, (await api.GetAsync("/v2/"))["WWW-Authenticate"]);
        Assert.AreEqual($"{start},scope=\"repository:a/b:pull\"", (await api.GetAsync("/v2/a/b/tags/list"))["WWW-Authenticate"]);
        Assert.AreEqual($"{start},scope=\"repository:a/b:pull,push\"",
            (await api.SendAsync("POST", "/v2/a/b/blobs/uploads/"))["WWW-Authenticate"]);
        string mount = "/v2/a/b/blobs/uploads/?mount=x&from=c";
        Assert.AreEqual($"{start},scope=\"repository:a/b:pull,push repository:c:pull\"",
            (await api.SendAsync("POST", mount))["WWW-Authenticate"]);
    }

    [TestMethod]
    public async Task ATokenServesForItsScopeUntilItExpires()
    {
        await using TokenServer tokens = await TokenServer.StartAsync("user", "pass");
        await using Api api = await Api.StartAsync(new RegistryFixtureOptions { Tokens = tokens, WithFixtures = true, ReadOnly = true });
        tokens.Permits = (repository, action) => repository == "apps/frontend" && action == "pull";
        string token = await TokenAsync(tokens, "user:pass", "repository:apps/frontend:pull,push&scope=repository:apps/backend:pull");
        (string, string) header = ("Authorization", $"Bearer {token}");
        Assert.AreEqual(200, (await api.GetAsync("/v2/apps/frontend/manifests/1.0.0", header)).Status);
        Answer refused = await api.GetAsync("/v2/apps/backend/manifests/1.0.0", header);
        Assert.AreEqual(401, refused.Status);
        StringAssert.EndsWith(refused["WWW-Authenticate"], ",error=\"insufficient_scope\"");
        tokens.ExpireTokens();
        StringAssert.EndsWith((await api.GetAsync("/v2/apps/frontend/manifests/1.0.0", header))["WWW-Authenticate"],
            ",error=\"invalid_token\"");
        TokenRequest request = tokens.Requests.Single();
        Assert.AreEqual("user", request.User);
        CollectionAssert.AreEqual(
            (string[])["repository:apps/frontend:pull,push", "repository:apps/backend:pull"], request.Scopes.ToArray());
    }

    [TestMethod]
    [DataRow("user:wrong", false)]
    [DataRow(null, false)]
    [DataRow(null, true)]
    public async Task OnlyTheUserAndWhereAllowedNobodyGetTokens(string? login, bool anonymous)
    {
        await using TokenServer tokens = await TokenServer.StartAsync("user", "pass", anonymous);
        if (anonymous)
            Assert.IsNotEmpty(await TokenAsync(tokens, login, "repository:a:pull"));
        else
            await Assert.ThrowsExactlyAsync<HttpRequestException>(() => TokenAsync(tokens, login, "repository:a:pull"));
    }

    [TestMethod]
    public async Task ARealClientGetsItsTokenAndPushes()
    {
        await using TokenServer tokens = await TokenServer.StartAsync("user", "pass");
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Tokens = tokens });
        (await Skopeo.CopyAsync(
            $"docker://{source.Host}/apps/frontend:1.0.0", $"docker://{registry.Host}/x/y:1", "--dest-creds", "user:pass")).EnsureSuccess();
        Assert.HasCount(1, registry.Of(RequestKind.ManifestPut).Where(request => request.Status == 201));
        CliResult wrong = await Skopeo.CopyAsync(
            $"docker://{source.Host}/apps/frontend:1.0.0", $"docker://{registry.Host}/x/y:2", "--dest-creds", "user:no");
        Assert.AreNotEqual(0, wrong.ExitCode);
    }

    private static async Task<string> TokenAsync(TokenServer tokens, string? login, string scopes)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        if (login is not null)
            client.DefaultRequestHeaders.Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(login)));
        using JsonDocument answer = JsonDocument.Parse(await client.GetStringAsync($"{tokens.Realm}?service=s&scope={scopes}"));
        return answer.RootElement.GetProperty("token").GetString()!;
    }
}
