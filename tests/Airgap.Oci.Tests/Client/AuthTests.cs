using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class AuthTests
{
    private static readonly byte[] s_bytes = Responses.ManifestBytes();
    private static readonly Credential.Basic s_user = new("user", "pä:ss");
    private static readonly string s_userHeader = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pä:ss"));

    private static CancellationToken None => CancellationToken.None;

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

        Assert.IsTrue(server.Seen.Where(seen => seen.Line != "GET /v2/").All(seen => seen["Authorization"] == s_userHeader));
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
        Assert.IsTrue(tokens.Registry.Seen.Where(seen => seen.Line != "GET /v2/").All(seen => seen["Authorization"] == "Bearer token1"));
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

    [TestMethod]
    public async Task AnExpiredTokenIsReplaced()
    {
        ManualTime clock = new();
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Lifetime = 100;
        IImageRepository repository = test.Repository(change: options => options with { TimeProvider = clock });
        await repository.FindManifestAsync("v1", None);
        clock.Advance(TimeSpan.FromSeconds(89));
        await repository.FindManifestAsync("v1", None);
        Assert.HasCount(1, tokens.Auth.Lines);
        clock.Advance(TimeSpan.FromSeconds(1));
        tokens.Accepted = "token2";
        await repository.FindManifestAsync("v1", None);
        Assert.HasCount(2, tokens.Auth.Lines);
    }

    [TestMethod]
    public async Task ARefusedTokenIsReplacedOnceAndTheBodySentAgain()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(s_user));
        await repository.PushManifestAsync(Manifest.Parse(s_bytes), "v1", None);
        tokens.Accepted = "token2";

        byte[]? body = null;
        tokens.Answer = async context =>
        {
            body = await context.ReadBody();
            await context.Empty(context.Request.Method == "POST" ? 202 : 201, "/v2/apps/web/blobs/uploads/1");
        };
        MemoryBlob blob = new(Responses.Blob(200_000));
        tokens.Registry.Seen.Clear();
        await repository.PushBlobAsync(blob, null, null, None);

        Assert.HasCount(2, tokens.Auth.Lines);
        Assert.HasCount(3, tokens.Registry.Lines, "POST refused, POST, PUT");
        Assert.HasCount(200_000, body!);
    }

    [TestMethod]
    public async Task ATokenThatEndsBeforeThePutIsReplacedAndTheBlobOpenedAgain()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Answer = async context =>
        {
            await context.ReadBody();
            tokens.Accepted = "token2";
            await context.Empty(context.Request.Method == "POST" ? 202 : 201, "/v2/apps/web/blobs/uploads/1");
        };
        SumProgress progress = new();
        await test.Repository(credentials: new FakeCredentials(s_user))
            .PushBlobAsync(new MemoryBlob(Responses.Blob(200_000)), null, progress, None);
        Assert.AreEqual(200_000, progress.Sum);
        Assert.HasCount(3, tokens.Registry.Lines, "POST, PUT refused, PUT");
    }

    [TestMethod]
    public async Task ASecondRefusalIsTheFailure()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Accepted = "none";

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));

        Assert.AreEqual(ErrorCode.Unauthorized, e.Code);
        Assert.HasCount(2, tokens.Registry.Lines);
        Assert.HasCount(2, tokens.Auth.Lines);
    }

    [TestMethod]
    public async Task AScopeTheChallengeAddsIsAskedForToo()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Accepted = "token2";
        tokens.ChallengeScope = "repository:mirror/web:pull";
        IImageRepository repository = test.Repository();
        await repository.FindManifestAsync("v1", None);
        await repository.FindManifestAsync("v2", None);
        StringAssert.EndsWith(tokens.Auth.Lines[1], "&scope=repository%3Aapps%2Fweb%3Apull&scope=repository%3Amirror%2Fweb%3Apull");
        Assert.HasCount(2, tokens.Auth.Lines, "the wider scope is remembered");
    }

    [TestMethod]
    [DataRow(401, "{\"details\":\"incorrect username or password\"}", ErrorCode.Unauthorized, "incorrect username or password")]
    [DataRow(400, "{\"error\":\"invalid_scope\",\"error_description\":\"no such scope\"}", ErrorCode.TokenRequestFailed,
        "invalid_scope: no such scope")]
    [DataRow(200, "{}", ErrorCode.TokenRequestFailed, "contains no token")]
    [DataRow(200, "<html>", ErrorCode.TokenRequestFailed, "contains no token")]
    public async Task ARefusedTokenTellsTheServersWords(int status, string body, ErrorCode expected, string words)
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Auth.OnRequest = context => context.Json(status, body);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => test.Repository(credentials: new FakeCredentials(s_user)).FindManifestAsync("v1", None));
        Assert.AreEqual(expected, e.Code);
        StringAssert.Contains(e.Message, words);
        StringAssert.Contains(e.Message, "auth.local");
    }

    [TestMethod]
    public async Task AnEndlessTokenAnswerIsCut()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Auth.OnRequest = context => context.Bytes(new byte[1024 * 1024 + 1]);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.ResponseTooLarge, e.Code);
    }

    [TestMethod]
    public async Task AFailingTokenServerIsTriedAsOftenAsSaid()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        tokens.Auth.OnRequest = context => context.Error(503, "UNAVAILABLE", "later");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => test.Repository().FindManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.TokenRequestFailed, e.Code);
        Assert.HasCount(3, tokens.Auth.Lines, "retries do not multiply");
    }

    /// <summary>A registry on <see cref="RegistryTest.Local"/> that wants tokens of a server on auth.local.</summary>
    private sealed class TokenServer(ScriptedServer registry, ScriptedServer auth)
    {
        private int _issued;

        public ScriptedServer Registry { get; } = registry;

        public ScriptedServer Auth { get; } = auth;

        public string Accepted { get; set; } = "token1";

        public int Lifetime { get; set; } = 300;

        public string? ChallengeScope { get; set; }

        public string? LastForm { get; private set; }

        public Func<HttpContext, bool> Refuse { get; set; } = _ => false;

        public Func<HttpContext, Task> Answer { get; set; } = context => context.Manifest(s_bytes);

        public static async Task<TokenServer> StartAsync(RegistryTest test)
        {
            TokenServer server = new(await test.ServeAsync(RegistryTest.Local), await test.ServeAsync("auth.local"));
            server.Registry.OnPing = server.ChallengeAsync;
            server.Registry.OnRequest = async context =>
            {
                if (context.Request.Headers.Authorization == "Bearer " + server.Accepted)
                {
                    await server.Answer(context);
                    return;
                }

                await context.ReadBody();
                await server.ChallengeAsync(context);
            };
            server.Auth.OnRequest = async context =>
            {
                server.LastForm = Encoding.UTF8.GetString(await context.ReadBody());
                await (server.Refuse(context)
                    ? context.Error(403, "DENIED", "not both")
                    : context.Json(
                        200,
                        $$"""{"access_token":"token{{Interlocked.Increment(ref server._issued)}}","expires_in":{{server.Lifetime}}}"""));
            };
            return server;
        }

        private Task ChallengeAsync(HttpContext context) => context.Challenge(
            "Bearer realm=\"http://auth.local/token?a=1\",service=\"reg istry\""
            + (ChallengeScope is null ? "" : $",scope=\"{ChallengeScope}\""));
    }
}
