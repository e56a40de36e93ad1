using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci.Auth;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

/// <summary>Hosts that require credentials only at <c>/v2/</c>, and messages about refused credentials.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OfferedCredentialTests
{
    private const string Host = "registry.example";
    private static readonly X509Certificate2 s_certificate = Certificates.SelfSigned(Host);
    private static readonly byte[] s_bytes = Responses.ManifestBytes("one");
    private static readonly Credential.Basic s_login = new("robot", "s3cret-of-the-test");

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(404)]
    [DataRow(403)]
    [DataRow(401)]
    public async Task AnAnonymousRefusalIsFollowedByThePing(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await ServeAsync(test, status);
        server.OnPing = context => context.Challenge("Basic realm=\"r\"");
        IImageRepository repository = Repository(test, s_login);

        Assert.AreEqual(Digest.Compute(s_bytes), (await repository.GetManifestAsync("v1", None)).Digest);
        await repository.GetManifestAsync("v2", None);
        CollectionAssert.AreEqual(
            new[] { "GET /v2/apps/web/manifests/v1", "GET /v2/", "GET /v2/apps/web/manifests/v1", "GET /v2/apps/web/manifests/v2" },
            server.Seen.Select(seen => seen.Line).ToArray(), "once for the host");
    }

    /// <summary>Where the first request reads an open repository, the next ones go out without credentials.</summary>
    [TestMethod]
    [DataRow(404)]
    [DataRow(403)]
    [DataRow(401)]
    public async Task ARefusalAfterTheChallengeOfAnotherRequestIsAnswered(int status)
    {
        const string Basic = "Basic realm=\"r\"";
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(Host, s_certificate);
        TaskCompletionSource slowCame = new(), otherDone = new();
        server.OnPing = context => context.Challenge(Basic);
        server.OnRequest = async context =>
        {
            string path = context.Request.Path.Value!;
            if (path.Contains("/open/", StringComparison.Ordinal) || context.Request.Headers.Authorization.Count > 0)
            {
                await context.Manifest(s_bytes);
                return;
            }

            if (path.Contains("/slow/", StringComparison.Ordinal))
            {
                slowCame.TrySetResult();
                await otherDone.Task;
            }

            await (status == 401 ? context.Challenge(Basic) : context.Empty(status));
        };
        RegistryClient client = test.Client(
            new FakeCredentials(s_login), options => options with { VerifyCertificates = false });
        await GetAsync("open");
        Task slow = GetAsync("slow");
        await slowCame.Task;
        await GetAsync("other");
        otherDone.SetResult();
        await slow;

        Task GetAsync(string name) => client.GetRepository(RepositoryName.Parse($"{Host}/{name}/web")).GetManifestAsync("v1", None);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task WithoutCredentialsOrAChallengeTheRefusalIsFinal(bool challenges)
    {
        await using RegistryTest test = new();
        ScriptedServer server = await ServeAsync(test, 404);
        if (challenges)
            server.OnPing = context => context.Challenge("Basic realm=\"r\"");
        IImageRepository repository = Repository(test, challenges ? null : s_login);
        Assert.IsNull(await repository.FindManifestAsync("v1", None));
        Assert.IsNull(await repository.FindManifestAsync("v2", None));
        Assert.AreEqual(1, server.Seen.Count(seen => seen.Line == "GET /v2/"));
    }

    [TestMethod]
    public async Task APingThatFailsIsNoFailure()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await ServeAsync(test, 404);
        server.OnPing = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        Assert.IsNull(await Repository(test, s_login).FindManifestAsync("v1", None));
    }

    [TestMethod]
    [DataRow("Basic realm=\"r\"")]
    [DataRow("Bearer realm=\"https://registry.example/token\",service=\"s\"")]
    public async Task WhoseCredentialsWereRefusedIsTold(string challenge)
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(Host, s_certificate)).OnRequest = context => context.Challenge(challenge);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => Repository(test, s_login).GetManifestAsync("v1", None));
        Assert.AreEqual(ErrorCode.Unauthorized, e.Code);
        Assert.Contains("refused: the username and password from fake", e.Message);
        Assert.Contains("fake", e.Advice);
        Assert.DoesNotContain(s_login.Password, e.ToString());

        e = await Assert.ThrowsExactlyAsync<AirgapException>(() => Repository(test, null).GetManifestAsync("v1", None));
        Assert.Contains("no source has credentials", e.Message);
    }

    [TestMethod]
    public async Task OfSeveralSourcesTheOneThatAnsweredIsTold()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync(Host, s_certificate)).OnRequest = context => context.Challenge("Basic realm=\"r\"");
        ICredentialSource source = CredentialSources.CreateDefault(new CredentialOptions
        {
            Environment = new Dictionary<string, string>
            {
                ["IMGPKG_REGISTRY_HOSTNAME"] = Host,
                ["IMGPKG_REGISTRY_USERNAME"] = s_login.UserName,
                ["IMGPKG_REGISTRY_PASSWORD"] = s_login.Password,
            },
        });
        IImageRepository repository = test.Repository(Host + "/apps/web", source, options => options with { VerifyCertificates = false });
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => repository.GetManifestAsync("v1", None));
        Assert.Contains("from IMGPKG_REGISTRY_*", e.Message);
        Assert.DoesNotContain("docker config", e.Message);
    }

    [TestMethod]
    public async Task AnEmptyTokenIsNone()
    {
        await using RegistryTest test = new();
        (await test.ServeAsync("auth.example", s_certificate)).OnRequest = context =>
            context.Json(200, """{"token":"","access_token":"t"}""");
        ScriptedServer server = await test.ServeAsync(Host, s_certificate);
        server.OnRequest = context => context.Request.Headers.Authorization == "Bearer t"
            ? context.Manifest(s_bytes)
            : context.Challenge("Bearer realm=\"https://auth.example/token\",service=\"s\"");
        Assert.IsNotNull(await Repository(test, s_login).FindManifestAsync("v1", None));
    }

    private static async Task<ScriptedServer> ServeAsync(RegistryTest test, int anonymousStatus)
    {
        ScriptedServer server = await test.ServeAsync(Host, s_certificate);
        string authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{s_login.UserName}:{s_login.Password}"));
        server.OnRequest = context => context.Request.Headers.Authorization == authorization
            ? context.Manifest(s_bytes) : context.Empty(anonymousStatus);
        return server;
    }

    private static IImageRepository Repository(RegistryTest test, Credential? credential) =>
        test.Repository(Host + "/apps/web", new FakeCredentials(credential), options => options with { VerifyCertificates = false });
}
