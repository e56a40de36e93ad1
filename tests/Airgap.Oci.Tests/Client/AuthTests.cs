using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Credentials and tokens are sent where they belong.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class AuthTests : AuthTestBase
{
    [TestMethod]
    public async Task BasicCredentialsGoWithTheFirstRequest()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnPing = context => context.Challenge("Basic realm=\"here\"");
        server.OnRequest = context => context.Manifest(s_bytes);
        FakeCredentials credentials = new(s_user);
        IImageRepository repository = test.Repository(credentials: credentials);

        await repository.FindManifestAsync("v1", None);
        await repository.FindManifestAsync("v2", None);

        // The first request is sent in parallel with the ping, whose response requires credentials.
        CollectionAssert.AreEqual(
            new[] { null, s_userHeader, s_userHeader },
            server.Seen.Where(seen => seen.Line != "GET /v2/").Select(seen => seen["Authorization"]).ToArray());
        Assert.AreEqual(RepositoryName.Parse("registry.local:5055/apps/web"), credentials.Asked.Single());
        string trace = string.Join('\n', test.Trace);
        Assert.DoesNotContain(s_userHeader["Basic ".Length..], trace);
        Assert.DoesNotContain("pä:ss", trace);
    }

    [TestMethod]
    public async Task CredentialsAreNotAskedForWithoutAChallenge()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Manifest(s_bytes);
        FakeCredentials credentials = new(s_user);
        await test.Repository(credentials: credentials).FindManifestAsync("v1", None);
        Assert.IsEmpty(credentials.Asked);
        Assert.IsNull(server.Seen.Last()["Authorization"]);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ATokenIsBoughtOnceForAScope(bool anonymous)
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(anonymous ? null : s_user));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => repository.FindManifestAsync("v" + i, None)));

        SeenRequest asked = tokens.Auth.Seen.Single();
        Assert.AreEqual("GET /token?a=1&service=reg%20istry&scope=repository%3Aapps%2Fweb%3Apull", asked.Line);
        Assert.AreEqual(anonymous ? null : s_userHeader, asked["Authorization"]);
        string?[] sent = [.. tokens.Registry.Seen.Where(seen => seen.Line != "GET /v2/").Select(seen => seen["Authorization"])];
        Assert.HasCount(8, sent.Where(header => header == "Bearer token1"));
        Assert.IsNull(Assert.ContainsSingle(sent.Where(header => header != "Bearer token1")), "the one beside the ping");
        Assert.DoesNotContain("token1", string.Join('\n', test.Trace));
    }

    [TestMethod]
    public async Task APushTokenServesPulls()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(s_user));

        await repository.PushManifestAsync(Manifest.Parse(s_bytes), "v1", None);
        await repository.FindManifestAsync("v1", None);

        StringAssert.EndsWith(tokens.Auth.Lines.Single(), "scope=repository%3Aapps%2Fweb%3Apull%2Cpush");
    }

    [TestMethod]
    public async Task AMountAsksForBothRepositories()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Answer = context => context.Empty(201);

        await test.Repository(credentials: new FakeCredentials(s_user)).PushBlobAsync(
            new MemoryBlob([1]), RepositoryName.Parse("registry.local:5055/apps/base"), null, None);

        StringAssert.EndsWith(tokens.Auth.Lines.Single(),
            "&scope=repository%3Aapps%2Fbase%3Apull&scope=repository%3Aapps%2Fweb%3Apull%2Cpush");
    }

    [TestMethod]
    public async Task WithoutATokenForBothRepositoriesThereIsNoMount()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Refuse = context => context.Request.QueryString.Value!.Contains("base", StringComparison.Ordinal);
        tokens.Answer = async context =>
        {
            await context.ReadBody();
            await context.Empty(context.Request.Method == "POST" ? 202 : 201, "/v2/apps/web/blobs/uploads/1");
        };

        BlobOutcome outcome = await test.Repository(credentials: new FakeCredentials(s_user)).PushBlobAsync(
            new MemoryBlob([1]), RepositoryName.Parse("registry.local:5055/apps/base"), null, None);
        Assert.AreEqual(BlobOutcome.Copied, outcome);
        Assert.AreEqual("POST /v2/apps/web/blobs/uploads/", tokens.Registry.Lines[0]);
    }

    /// <summary>OAuth2 has another status for them than the registries' own specification.</summary>
    [TestMethod]
    [DataRow("{\"error\":\"invalid_grant\",\"error_description\":\"the refresh token has expired\"}", ErrorCode.Unauthorized)]
    [DataRow("{\"error\":\"invalid_grant\"}", ErrorCode.Unauthorized)]
    [DataRow("{\"error\":\"invalid_request\"}", ErrorCode.TokenRequestFailed)]
    public async Task AnIdentityTokenThatHasExpiredIsRefusedCredentials(string answer, ErrorCode expected)
    {
        await using RegistryTest test = new();
        TokenServer server = await TokenServer.StartAsync(test);
        server.Auth.OnRequest = context => context.Json(400, answer);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository(
            credentials: new FakeCredentials(new Credential.IdentityToken("refresh+me"))).FindManifestAsync("v1", None));
        Assert.AreEqual(expected, e.Code, e.Message);
    }

    [TestMethod]
    public async Task AnIdentityTokenIsExchanged()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);

        await test.Repository(credentials: new FakeCredentials(new Credential.IdentityToken("refresh+me"))).FindManifestAsync("v1", None);

        Assert.AreEqual("POST /token?a=1", tokens.Auth.Lines.Single());
        Assert.AreEqual(
            "grant_type=refresh_token&service=reg+istry&client_id=airgap&scope=repository%3Aapps%2Fweb%3Apull&refresh_token=refresh%2Bme",
            tokens.LastForm);
        Assert.IsNull(tokens.Auth.Seen.Last()["Authorization"]);
    }

    [TestMethod]
    public async Task ABearerCredentialIsSentAsItIs()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Accepted = "own";
        await test.Repository(credentials: new FakeCredentials(new Credential.Bearer("own"))).FindManifestAsync("v1", None);
        Assert.IsEmpty(tokens.Auth.Lines);
    }
}
