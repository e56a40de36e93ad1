using System.Text;
using Airgap.Oci.Auth;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Microsoft.AspNetCore.Http;

namespace Airgap.Oci.Tests.Client;

/// <summary>Credentials of helpers and clouds expire during a long relocation.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CredentialRenewalTests
{
    private const string Basic = "Basic realm=\"here\"";
    private const string Token = "Bearer realm=\"http://auth.local/token\"";
    private static readonly TimeSpan s_later = TimeSpan.FromMinutes(2);

    [TestMethod]
    public async Task ARegistryThatRefusesThePasswordLater_GetsTheNewOne()
    {
        await using Setup setup = await Setup.StartAsync(Basic);
        setup.Source.Credential = new Credential.Basic("u", "1");
        await setup.FindAsync();
        setup.Accepted = Header("2");
        setup.Source.Next = new Credential.Basic("u", "2");
        setup.Clock.Advance(s_later);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => setup.FindAsync()));

        Assert.AreEqual(1, setup.Source.Forgotten, "by the first of those who were refused together");
        Assert.AreEqual(2, setup.Source.Asked);
    }

    [TestMethod]
    public async Task ATokenServerThatRefusesThePasswordLater_GetsTheNewOne()
    {
        await using Setup setup = await Setup.StartAsync(Token);
        setup.Source.Credential = new Credential.Basic("u", "1");
        setup.Accepted = "Bearer of " + Header("1");
        await setup.FindAsync();
        (setup.Accepted, setup.Refused) = ("Bearer of " + Header("2"), Header("1"));
        setup.Source.Next = new Credential.Basic("u", "2");
        setup.Clock.Advance(s_later);

        await setup.FindAsync();

        Assert.AreEqual(1, setup.Source.Forgotten);
    }

    [TestMethod]
    public async Task ABearerTokenThatEnds_IsReplaced()
    {
        await using Setup setup = await Setup.StartAsync(Token);
        setup.Source.Credential = new Credential.Bearer("1");
        setup.Accepted = "Bearer 1";
        await setup.FindAsync();
        setup.Accepted = "Bearer 2";
        setup.Source.Next = new Credential.Bearer("2");
        setup.Clock.Advance(s_later);

        await setup.FindAsync();

        Assert.AreEqual(1, setup.Source.Forgotten);
    }

    [TestMethod]
    [DataRow(Basic)]
    [DataRow(Token)]
    public async Task InitiallyWrongCredentials_AreNotRequestedAgain(string challenge)
    {
        await using Setup setup = await Setup.StartAsync(challenge);
        setup.Source.Credential = new Credential.Basic("u", "1");
        (setup.Accepted, setup.Refused) = ("never", Header("1"));

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(setup.FindAsync);

        Assert.AreEqual(ErrorCode.Unauthorized, e.Code);
        Assert.AreEqual(1, setup.Source.Asked);
        Assert.AreEqual(0, setup.Source.Forgotten);
    }

    [TestMethod]
    [DataRow(Basic)]
    [DataRow(Token)]
    public async Task ASourceThatHasNothingNewer_LeavesTheRefusal(string challenge)
    {
        await using Setup setup = await Setup.StartAsync(challenge);
        setup.Source.Credential = new Credential.Basic("u", "1");
        setup.Accepted = challenge == Basic ? Header("1") : "Bearer of " + Header("1");
        await setup.FindAsync();
        (setup.Accepted, setup.Refused) = ("never", Header("1"));
        setup.Clock.Advance(s_later);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(setup.FindAsync);

        Assert.AreEqual(ErrorCode.Unauthorized, e.Code);
        Assert.AreEqual(2, setup.Source.Asked);
    }

    private static string Header(string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("u:" + password));

    /// <summary>A registry and a token server that each accept one header, and a source whose credentials expire.</summary>
    private sealed class Setup(RegistryTest test, IImageRepository repository, EndingSource source, ManualTime clock) : IAsyncDisposable
    {
        private static readonly byte[] s_bytes = Responses.ManifestBytes();

        public EndingSource Source => source;

        public ManualTime Clock => clock;

        public string Accepted { get; set; } = Header("1");

        public string Refused { get; set; } = "";

        public static async Task<Setup> StartAsync(string challenge)
        {
            RegistryTest test = new();
            ScriptedServer registry = await test.ServeAsync(RegistryTest.Local);
            ScriptedServer auth = await test.ServeAsync("auth.local");
            EndingSource source = new();
            ManualTime clock = new();
            Setup setup = new(test, test.Repository(
                credentials: source, change: options => options with { TimeProvider = clock }), source, clock);
            registry.OnPing = context => context.Challenge(challenge);
            registry.OnRequest = context => Sent(context) == setup.Accepted ? context.Manifest(s_bytes) : context.Challenge(challenge);
            auth.OnRequest = context => Sent(context) == setup.Refused
                ? context.Error(401, "UNAUTHORIZED", "it has ended")
                : context.Json(200, $$"""{"token":"of {{Sent(context)}}","expires_in":60}""");
            return setup;
        }

        public Task FindAsync() => repository.FindManifestAsync("v1", CancellationToken.None);

        public ValueTask DisposeAsync() => test.DisposeAsync();

        private static string Sent(HttpContext context) => context.Request.Headers.Authorization.ToString();
    }

    private sealed class EndingSource : ICredentialSource
    {
        private int _asked;

        public Credential? Credential { get; set; }

        public Credential? Next { get; set; }

        public int Asked => _asked;

        public int Forgotten { get; private set; }

        public string Description => "ending";

        public ValueTask<Credential?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return new(Credential);
        }

        public void Forget(RepositoryName repository)
        {
            Forgotten++;
            Credential = Next ?? Credential;
        }
    }
}
