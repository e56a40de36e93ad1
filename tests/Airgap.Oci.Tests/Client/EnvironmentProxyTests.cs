using System.Net;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class EnvironmentProxyTests
{
    private static readonly Uri s_https = new("https://registry.example.com/");
    private static readonly Uri s_http = new("http://registry.example.com/");

    [TestMethod]
    [DataRow("HTTPS_PROXY=http://proxy:3128", "http://proxy:3128/", null)]
    [DataRow("https_proxy=proxy:3128", "http://proxy:3128/", null)]
    [DataRow("HTTP_PROXY=proxy", null, "http://proxy/")]
    [DataRow("HTTPS_PROXY=http://upper;https_proxy=http://lower", "http://upper/", null)]
    [DataRow("HTTPS_PROXY=;https_proxy=http://lower", "http://lower/", null)]
    [DataRow("ALL_PROXY=socks5://proxy:1081", "socks5://proxy:1081/", "socks5://proxy:1081/")]
    [DataRow("all_proxy=socks5h://proxy", "socks5://proxy:1080/", "socks5://proxy:1080/")]
    [DataRow("ALL_PROXY=http://all;HTTPS_PROXY=https://one", "https://one/", "http://all/")]
    [DataRow("HTTPS_PROXY=http://user:secret@proxy", "http://proxy/", null)]
    [DataRow("HTTPS_PROXY=http://proxy;NO_PROXY=example.com", null, null)]
    [DataRow("HTTPS_PROXY=http://proxy;no_proxy=example.com", null, null)]
    [DataRow("HTTPS_PROXY=http://proxy;NO_PROXY=example.org", "http://proxy/", null)]
    public void TheVariablesNameTheProxies(string variables, string? https, string? http)
    {
        EnvironmentProxy proxy = EnvironmentProxy.Find(Variables(variables))!;
        Assert.AreEqual(https, proxy.GetProxy(s_https)?.ToString());
        Assert.AreEqual(http, proxy.GetProxy(s_http)?.ToString());
        Assert.AreEqual(https is null, proxy.IsBypassed(s_https));
    }

    [TestMethod]
    public void WithoutThemTheSystemDecides() => Assert.IsNull(EnvironmentProxy.Find(Variables("NO_PROXY=*;HTTPS_PROXY=")));

    [TestMethod]
    [DataRow("HTTPS_PROXY=http://user:secret@")]
    [DataRow("HTTPS_PROXY=ftp://user:secret@proxy")]
    [DataRow("HTTPS_PROXY=http://pro xy:secret")]
    [DataRow("HTTPS_PROXY=http://proxy:secret")]
    public void AnInvalidProxy_IsRefused_WithoutItsPassword(string variables)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => EnvironmentProxy.Find(Variables(variables)));
        Assert.AreEqual(ErrorCode.InvalidEnvironment, e.Code);
        StringAssert.Contains(e.Message, "HTTPS_PROXY");
        Assert.IsFalse((e.Message + e.Advice).Contains("secret", StringComparison.Ordinal));
    }

    [TestMethod]
    public void CredentialsGoToTheirOwnProxy()
    {
        EnvironmentProxy proxy = EnvironmentProxy.Find(Variables("HTTPS_PROXY=http://us%40er:p%3Ass@one:1;HTTP_PROXY=http://other@two:2"))!;
        NetworkCredential one = proxy.GetCredential(new Uri("http://one:1/"), "Basic")!;
        Assert.AreEqual("us@er", one.UserName);
        Assert.AreEqual("p:ss", one.Password);
        Assert.AreEqual("other", proxy.GetCredential(new Uri("http://two:2/"), "Basic")!.UserName);
        Assert.IsNull(proxy.GetCredential(new Uri("http://three:3/"), "Basic"));
    }

    /// <summary>Requests to a registry go through the proxy, which gets its password when it requires one.</summary>
    [TestMethod]
    public async Task ARegistryIsReachedThroughTheProxy()
    {
        await using ScriptedServer proxy = await ScriptedServer.StartAsync();
        byte[] manifest = Responses.ManifestBytes();
        proxy.OnRequest = context =>
        {
            if (context.Request.Headers.ProxyAuthorization.Count > 0)
                return context.Manifest(manifest);
            context.Response.Headers.ProxyAuthenticate = "Basic realm=\"proxy\"";
            return context.Empty(407);
        };
        proxy.OnPing = proxy.OnRequest;
        List<string> trace = [];
        using RegistryClient client = Client($"HTTP_PROXY=http://user:pa%24s@127.0.0.1:{proxy.Port}", trace);

        Manifest? found = await client.GetRepository(RepositoryName.Parse("registry.invalid/a/b"))
            .FindManifestAsync("v1", CancellationToken.None);

        Assert.AreEqual(Digest.Compute(manifest), found!.Digest);
        Assert.AreEqual("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:pa$s")), proxy.Seen.Last()["Proxy-Authorization"]);
        Assert.AreEqual("registry.invalid", proxy.Seen.Last().Host);
        lock (trace)
            Assert.IsFalse(string.Concat(trace).Contains("pa$s", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("127.0.0.1:1", "cannot be reached through the proxy 127.0.0.1:1")]
    [DataRow("no-such-proxy.invalid:3128", "the proxy no-such-proxy.invalid:3128 is unknown")]
    public async Task AProxyThatFailsIsNamed(string proxy, string phrase)
    {
        List<string> trace = [];
        using RegistryClient client = Client($"ALL_PROXY=http://user:secret@{proxy}", trace);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => client.GetRepository(RepositoryName.Parse("registry.invalid/a/b")).FindManifestAsync("v1", CancellationToken.None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code);
        StringAssert.Contains(e.Message, phrase);
        lock (trace)
        {
            Assert.IsTrue(trace.Any(line => line.Contains($"(proxy {proxy})", StringComparison.Ordinal)));
            Assert.IsFalse((string.Concat(trace) + e.Message).Contains("secret", StringComparison.Ordinal));
        }
    }

    [TestMethod]
    public async Task AHostThatIsNamedIsReachedDirectly()
    {
        await using ScriptedServer proxy = await ScriptedServer.StartAsync();
        await using ScriptedServer registry = await ScriptedServer.StartAsync();
        registry.OnRequest = context => context.Manifest(Responses.ManifestBytes());
        using RegistryClient local = Client($"ALL_PROXY=http://127.0.0.1:{proxy.Port}", []);
        Assert.IsNotNull(await local.GetRepository(RepositoryName.Parse($"127.0.0.1:{registry.Port}/a/b"))
            .FindManifestAsync("v1", CancellationToken.None));

        using RegistryClient named = Client($"ALL_PROXY=http://127.0.0.1:{proxy.Port};NO_PROXY=invalid", []);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => named.GetRepository(RepositoryName.Parse("registry.invalid/a/b")).FindManifestAsync("v1", CancellationToken.None));
        Assert.AreEqual(ErrorCode.RegistryUnreachable, e.Code);
        Assert.IsEmpty(proxy.Seen);
    }

    private static RegistryClient Client(string variables, List<string> trace) => new(
        new RegistryOptions
        {
            Environment = Variables(variables),
            AllowInsecure = true,
            RetryCount = 1,
            Trace = line =>
            {
                lock (trace)
                    trace.Add(line);
            },
        },
        new FakeCredentials(null));

    private static Dictionary<string, string> Variables(string text) =>
        text.Split(';').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
