using System.Net;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>The first request to a host that may use plain http is sent in parallel with the pings.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OpeningRequestTests : AuthTestBase
{
    private const string Remote = "registry.example.com";
    private const string First = "GET /v2/apps/web/manifests/v1";
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(2);

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ItIsNoRoundTripOfItsOwn(bool tls)
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(Remote);
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Remote, tls ? certificate : null);
        TaskCompletionSource pinged = new(), asked = new();
        server.OnPing = async _ =>
        {
            pinged.TrySetResult();
            await asked.Task.WaitAsync(s_long);
        };
        server.OnRequest = async context =>
        {
            asked.TrySetResult();
            await pinged.Task.WaitAsync(s_long);
            await context.Manifest(s_bytes);
        };
        RegistryClient client = test.Client(
            change: options => options with { AllowInsecure = true, VerifyCertificates = false });

        Assert.AreEqual(
            Digest.Compute(s_bytes),
            (await client.GetRepository(RepositoryName.Parse(Remote + "/apps/web")).GetManifestAsync("v1", None)).Digest);

        CollectionAssert.AreEquivalent(new[] { "GET /v2/", First }, server.Seen.Select(seen => seen.Line).ToArray());
        Assert.AreEqual(0, client.Statistics.Retries);
        Assert.AreEqual(1, client.Statistics.ManifestGets, "by the other scheme it is none");
    }

    [TestMethod]
    [DataRow("Basic", 200)]
    [DataRow("Basic", 401)]
    [DataRow("Basic", 404)]
    [DataRow("Bearer", 200)]
    [DataRow("Bearer", 403)]
    public async Task WithAChallengeItsAnonymousAnswerDoesNotCount(string scheme, int anonymous)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        string expected = await ChallengeAsync(test, server, scheme);
        server.OnRequest = context => context.Request.Headers.Authorization == expected ? context.Manifest(s_bytes)
            : anonymous == 200 ? context.Manifest(Responses.ManifestBytes("for nobody")) : context.Empty(anonymous);
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(s_user));

        Assert.AreEqual(Digest.Compute(s_bytes), (await repository.GetManifestAsync("v1", None)).Digest);

        string?[] sent = [.. server.Seen.Where(seen => seen.Line == First).Select(seen => seen["Authorization"])];
        CollectionAssert.AreEqual(new[] { null, expected }, sent);
        Assert.AreEqual(1, server.Seen.Count(seen => seen.Line == "GET /v2/"));
    }

    [TestMethod]
    [DataRow("Basic")]
    [DataRow("Bearer")]
    public async Task AChallengeInItsOwnAnswerIsAnswered(string scheme)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        string expected = await ChallengeAsync(test, server, scheme);
        Func<Microsoft.AspNetCore.Http.HttpContext, Task> challenge = server.OnPing;
        server.OnPing = _ => Task.CompletedTask;
        server.OnRequest = context =>
            context.Request.Headers.Authorization == expected ? context.Manifest(s_bytes) : challenge(context);
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(s_user));

        Assert.IsNotNull(await repository.FindManifestAsync("v1", None));

        Assert.AreEqual(2, server.Lines.Count(line => line == First));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("Basic")]
    public async Task ARefusalWithoutAChallengeIsFinal(string? credentials)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        IImageRepository repository = test.Repository(credentials: new FakeCredentials(credentials is null ? null : s_user));
        Assert.IsNull(await repository.FindManifestAsync("v1", None));
        Assert.HasCount(2, server.Seen);
    }

    [TestMethod]
    public async Task ARedirectIsFollowedByTheRequestItself()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Request.Path == "/elsewhere"
            ? context.Manifest(s_bytes) : context.Empty(307, "/elsewhere");
        Assert.IsNotNull(await test.Repository().FindManifestAsync("v1", None));
        CollectionAssert.AreEqual(new[] { First, First, "GET /elsewhere" }, server.Lines);
    }

    [TestMethod]
    [DataRow("drop")]
    [DataRow("500")]
    [DataRow("429")]
    public async Task ItsFailureIsRetriedOnce(string how)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int failed = 0;
        server.OnRequest = context =>
        {
            if (Interlocked.Exchange(ref failed, 1) != 0)
                return context.Manifest(s_bytes);
            if (how == "drop")
                context.Abort();
            return how == "drop" ? Task.CompletedTask : context.Empty(int.Parse(how, null));
        };
        RegistryClient client = test.Client(change: options => options with { LoadWait = s_long });
        IImageRepository repository = client.GetRepository(RepositoryName.Parse(RegistryTest.Local + "/apps/web"));
        Assert.IsNotNull(await repository.FindManifestAsync("v1", None));
        Assert.AreEqual(1, client.Statistics.Retries);
        Assert.HasCount(2, server.Lines);
    }

    [TestMethod]
    public async Task AHostThatIsNotReadyIsOnlyPinged()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        int starting = 2;
        server.OnPing = context => Interlocked.Decrement(ref starting) >= 0 ? context.Empty(503) : Task.CompletedTask;
        server.OnRequest = context => context.Manifest(s_bytes);
        IImageRepository repository = test.Repository(change: options => options with { LoadWait = s_long });
        Assert.IsNotNull(await repository.FindManifestAsync("v1", None));
        Assert.AreEqual(3, server.Seen.Count(seen => seen.Line == "GET /v2/"));
        // The request in parallel with the first ping is cancelled with it, perhaps before it arrives.
        Assert.IsInRange(1, 2, server.Lines.Length);
    }

    [TestMethod]
    public async Task RepositoriesOfOneHostHaveTokensOfTheirOwn()
    {
        await using RegistryTest test = new();
        TokenServer tokens = await TokenServer.StartAsync(test);
        RegistryClient client = test.Client(new FakeCredentials(s_user));
        tokens.Registry.OnRequest = context =>
        {
            string? token = context.Request.Headers.Authorization;
            return token is null ? context.Challenge("Bearer realm=\"http://auth.local/token\",service=\"s\"") : context.Manifest(s_bytes);
        };

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async i => Assert.IsNotNull(
            await client.GetRepository(RepositoryName.Parse($"{RegistryTest.Local}/r{i}")).FindManifestAsync("v1", None))));

        CollectionAssert.AreEquivalent(
            Enumerable.Range(0, 4).Select(i => $"repository:r{i}:pull").ToArray(),
            tokens.Auth.Seen.Select(seen => WebUtility.UrlDecode(seen.Line[(seen.Line.IndexOf("scope=", StringComparison.Ordinal) + 6)..]))
                .ToArray());
        Assert.HasCount(5, tokens.Registry.Lines, "each once with its token, and the first besides");
    }

    [TestMethod]
    public async Task WhoGivesUpTheFirstRequestLeavesTheHostToOthers()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        TaskCompletionSource asked = new(), go = new();
        server.OnRequest = async context =>
        {
            asked.TrySetResult();
            await go.Task.WaitAsync(s_long);
            await context.Manifest(s_bytes);
        };
        IImageRepository repository = test.Repository();
        using CancellationTokenSource stop = new();
        Task first = repository.FindManifestAsync("v1", stop.Token);
        await asked.Task.WaitAsync(s_long);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<Exception>(() => first);
        Task<Content.Manifest?> second = repository.FindManifestAsync("v2", None);
        go.SetResult();
        Assert.IsNotNull(await second);
    }

    // Answers pings with a challenge; returns the header that answers it.
    private static async Task<string> ChallengeAsync(RegistryTest test, ScriptedServer server, string scheme)
    {
        if (scheme == "Basic")
        {
            server.OnPing = context => context.Challenge("Basic realm=\"here\"");
            return s_userHeader;
        }

        (await test.ServeAsync("auth.local")).OnRequest = context => context.Json(200, """{"token":"t1"}""");
        server.OnPing = context => context.Challenge("Bearer realm=\"http://auth.local/token\",service=\"s\"");
        return "Bearer t1";
    }
}
