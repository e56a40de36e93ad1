using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Refused and expired tokens are replaced.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class TokenRenewalTests : AuthTestBase
{
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
        Assert.HasCount(3, tokens.Registry.Lines, "one beside the ping");
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
}
