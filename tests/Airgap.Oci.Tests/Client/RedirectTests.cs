using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.Oci.Wire;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Client;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RedirectTests
{
    private static readonly byte[] s_bytes = Responses.Blob(50_000);
    private static readonly Descriptor s_wanted = new("x", Digest.Compute(s_bytes), s_bytes.Length);
    private static readonly Operation s_test = new("test", "registry.example.com/a");

    private static CancellationToken None => CancellationToken.None;

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(303)]
    [DataRow(307)]
    [DataRow(308)]
    public async Task ABlobIsFollowedToItsStorageWithoutCredentials(int status)
    {
        await using RegistryTest test = new();
        ScriptedServer storage = await test.ServeAsync("storage.local");
        storage.OnRequest = context => context.Bytes(s_bytes);
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnPing = context => context.Challenge("Basic realm=\"x\"");
        server.OnRequest = context => context.Empty(status, "http://storage.local/blob?X-Amz-Signature=s3cret&digest=d");

        await using Stream stream =
            await test.Repository(credentials: new FakeCredentials(new Credential.Basic("u", "p"))).GetBlob(s_wanted).OpenAsync(0, None);
        byte[] target = new byte[s_bytes.Length];
        await stream.ReadExactlyAsync(target);

        CollectionAssert.AreEqual(s_bytes, target);
        Assert.AreEqual("GET /blob?X-Amz-Signature=s3cret&digest=d", storage.Lines.Single());
        Assert.IsNull(storage.Seen.Last()["Authorization"]);
        Assert.IsNotNull(server.Seen.Last()["Authorization"]);
        string trace = string.Join('\n', test.Trace);
        Assert.DoesNotContain("s3cret", trace);
        StringAssert.Contains(trace, "http://storage.local/blob?X-Amz-Signature=REDACTED&digest=d");
    }

    [TestMethod]
    public async Task OnTheSameHostCredentialsStay()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnPing = context => context.Challenge("Basic realm=\"x\"");
        server.OnRequest = context => context.Request.Path == "/elsewhere" ? context.Bytes(s_bytes) : context.Empty(307, "/elsewhere");
        await using Stream stream =
            await test.Repository(credentials: new FakeCredentials(new Credential.Basic("u", "p"))).GetBlob(s_wanted).OpenAsync(0, None);
        Assert.IsNotNull(server.Seen.Last()["Authorization"]);
    }

    [TestMethod]
    public async Task ACircleEnds()
    {
        await using RegistryTest test = new();
        ScriptedServer server = await test.ServeAsync(RegistryTest.Local);
        server.OnRequest = context => context.Empty(307, context.Request.Path);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            async () => await test.Repository().GetBlob(s_wanted).OpenAsync(0, None));
        Assert.AreEqual(ErrorCode.RedirectRefused, e.Code);
        Assert.HasCount(11, server.Lines);
    }

    [TestMethod]
    [DataRow("https://registry.example.com/v2/x", "https://storage.example.com/y", "https://storage.example.com/y")]
    [DataRow("https://registry.example.com/v2/x", "/y?z=%3D%26", "https://registry.example.com/y?z=%3D%26")]
    [DataRow("http://registry.example.com/v2/x", "https://storage.example.com/y", "https://storage.example.com/y")]
    [DataRow("https://registry.example.com:8443/v2/x", "http://registry.example.com/y", "https://registry.example.com:8443/y")]
    [DataRow("https://registry.example.com/v2/x", "http://registry.example.com/y?a=b", "https://registry.example.com/y?a=b")]
    [DataRow("https://10.0.0.1/v2/x", "https://10.0.0.1/y", "https://10.0.0.1/y")]
    public void GoodLocationsResolve(string from, string location, string expected) =>
        Assert.AreEqual(expected, Redirects.Resolve(new Uri(from), location, registryIsLocal: false, s_test).ToString());

    [TestMethod]
    [DataRow("https://registry.example.com/v2/x", "http://storage.example.com/y")]
    [DataRow("https://registry.example.com/v2/x", "http://registry.example.com:8080/y")]
    [DataRow("https://registry.example.com/v2/x", "ftp://storage.example.com/y")]
    [DataRow("https://registry.example.com/v2/x", "file:///etc/passwd")]
    [DataRow("https://registry.example.com/v2/x", "https://127.0.0.1/y")]
    [DataRow("https://registry.example.com/v2/x", "https://2130706433/y")]
    [DataRow("https://registry.example.com/v2/x", "https://0x7f.1/y")]
    [DataRow("https://registry.example.com/v2/x", "https://169.254.169.254/latest")]
    [DataRow("https://registry.example.com/v2/x", "https://10.1.2.3/y")]
    [DataRow("https://registry.example.com/v2/x", "https://[::1]/y")]
    [DataRow("https://registry.example.com/v2/x", "https://[::ffff:127.0.0.1]/y")]
    [DataRow("https://registry.example.com/v2/x", "https://[fe80::1]/y")]
    [DataRow("https://registry.example.com/v2/x", "https://[fd00::1]/y")]
    [DataRow("https://registry.example.com/v2/x", "https://localhost./y")]
    [DataRow("https://registry.example.com/v2/x", "https://user@localhost:99/y")]
    public void BadLocationsAreRefused(string from, string location)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => Redirects.Resolve(new Uri(from), location, registryIsLocal: false, s_test));
        Assert.AreEqual(ErrorCode.RedirectRefused, e.Code);
    }

    [TestMethod]
    [DataRow("https://auth.example.com/token", "https://registry.example.com/", false, true)]
    [DataRow("http://auth.example.com/token", "https://registry.example.com/", false, false)]
    [DataRow("http://auth.example.com/token", "http://registry.example.com/", false, true)]
    [DataRow("https://127.0.0.1/token", "https://registry.example.com/", false, false)]
    [DataRow("https://192.168.1.1/token", "https://registry.example.com/", false, false)]
    [DataRow("https://169.254.169.254/token", "https://registry.example.com/", false, false)]
    [DataRow("https://localhost/token", "https://registry.example.com/", false, false)]
    [DataRow("https://192.168.1.1/token", "https://registry.local/", true, true)]
    [DataRow("/token", "https://registry.example.com/", false, false)]
    [DataRow("file:///token", "https://registry.example.com/", false, false)]
    [DataRow("https://user@auth.example.com/token", "https://registry.example.com/", false, false)]
    public void RealmsAreHeldToTheirRule(string realm, string registry, bool local, bool good)
    {
        if (good)
        {
            Assert.AreEqual(realm, RealmRule.Check(realm, new Uri(registry), local, s_test).ToString());
            return;
        }

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => RealmRule.Check(realm, new Uri(registry), local, s_test));
        Assert.AreEqual(ErrorCode.TokenRealmRefused, e.Code);
    }

    [TestMethod]
    [DataRow("localhost", true)]
    [DataRow("LOCALHOST", true)]
    [DataRow("127.9.9.9", true)]
    [DataRow("[::1]", true)]
    [DataRow("kind.local", true)]
    [DataRow("10.0.0.1", true)]
    [DataRow("172.16.0.1", true)]
    [DataRow("172.31.0.1", true)]
    [DataRow("192.168.0.1", true)]
    [DataRow("172.32.0.1", false)]
    [DataRow("169.254.1.1", false)]
    [DataRow("11.0.0.1", false)]
    [DataRow("registry.example.com", false)]
    [DataRow("local", false)]
    [DataRow("10.example.com", false)]
    public void LocalHostsAreKnown(string host, bool local) => Assert.AreEqual(local, LocalHosts.IsLocal(host));
}
