using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources.Keychains;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class GoogleTests : HelperTest
{
    private const string Token = "/computeMetadata/v1/instance/service-accounts/default/token";

    public GoogleTests() => Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "gke";

    [TestMethod]
    [DataRow(null, "metadata.google.internal")]
    [DataRow("127.0.0.1:9", "127.0.0.1:9")]
    public async Task TheMachinesServiceAccountHasAToken(string? given, string host)
    {
        if (given is not null)
            Variables["GCE_METADATA_HOST"] = given;
        Cloud.On($"GET http://{host}{Token}", """{"access_token":"t","expires_in":3599,"token_type":"Bearer"}""");
        Assert.AreEqual(new Credential.Basic("_token", "t"), await FindAsync("europe-docker.pkg.dev/p/r/a"));
        Assert.AreEqual("Google", Cloud.Asked.Single().Headers["Metadata-Flavor"]);
    }

    [TestMethod]
    [DataRow("1e300")]
    [DataRow("-1e300")]
    [DataRow("\"NaN\"")]
    [DataRow("\"Infinity\"")]
    public async Task ALifetimeThatIsNoTimeDoesNotCount(string seconds)
    {
        Cloud.On($"GET http://metadata.google.internal{Token}", $$"""{"access_token":"t","expires_in":{{seconds}}}""");
        Assert.AreEqual(new Credential.Basic("_token", "t"), await FindAsync("europe-docker.pkg.dev/p/r/a"));
    }

    [TestMethod]
    public async Task AServiceAccountsKeyIsThePassword()
    {
        const string Key = """{"type":"service_account","private_key":"k"}""";
        Variables["GOOGLE_APPLICATION_CREDENTIALS"] = Write(Path.Combine(Folder, "key.json"), Key);
        Assert.AreEqual(new Credential.Basic("_json_key", Key), await FindAsync("gcr.io/p/a"));
        Assert.IsEmpty(Cloud.Asked);
    }

    [TestMethod]
    [DataRow("""{"type":"external_account"}""", "of the type external_account")]
    [DataRow("[]", "not a Google key file")]
    [DataRow(null, "cannot be read")]
    public async Task AnotherFileIsRefused(string? content, string expected)
    {
        string path = Path.Combine(Folder, "key.json");
        Variables["GOOGLE_APPLICATION_CREDENTIALS"] = content is null ? path : Write(path, content);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("gcr.io/p/a"));
        Assert.AreEqual(ErrorCode.CloudKeychain, e.Code);
        Assert.Contains(expected, e.Message);
        Assert.Contains(path, e.Message);
    }

    [TestMethod]
    public async Task AnotherHostGetsNoToken()
    {
        Cloud.On($"GET http://metadata.google.internal{Token}", """{"access_token":"t"}""");
        Assert.IsNull(await FindAsync("gcr.io.evil.example/p/a"));
        Assert.IsEmpty(Cloud.Asked);
    }
}
