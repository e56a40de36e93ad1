using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;
using Airgap.Oci.Credentials.Keychains;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources.Keychains;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class KeychainTests : HelperTest
{
    [TestMethod]
    [DataRow("acr")]
    [DataRow("gke,acr")]
    [DataRow("GKE")]
    public void AnUnknownKeychainIsRefusedInImgpkgsWords(string value)
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = value;
        AirgapException e = Fails(ErrorCode.UnknownKeychain);
        Assert.AreEqual($"Unable to load keychain for {value.Split(',')[^1]}, available keychains [aks, ecr, gke, github]", e.Message);
    }

    [TestMethod]
    public async Task GitHubTakesItsToken()
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = " github ,";
        Variables["GITHUB_TOKEN"] = "t";
        Assert.AreEqual("t", ((Credential.Basic?)await FindAsync("ghcr.io/o/a"))?.Password);
        Assert.IsNull(await FindAsync("ghcr.io.evil.example/o/a"));
    }

    [TestMethod]
    public async Task GitHubWithoutItsTokenLetsTheNextAnswer()
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "github";
        ICredentialSource source = CredentialSources.CreateDefault(Options with { UserName = "flag", Password = "pw" });
        Assert.AreEqual(new Credential.Basic("flag", "pw"), await FindAsync(source, "ghcr.io/a/b"));
        Assert.Contains(line => line.Contains("GITHUB_TOKEN is not set", StringComparison.Ordinal), Traced);
    }

    [TestMethod]
    [DataRow("ecr", "ecr-login", "1234.dkr.ecr.eu-west-1.amazonaws.com")]
    [DataRow("gke", "gcr", "eu.gcr.io")]
    [DataRow("gke", "gcloud", "europe-docker.pkg.dev")]
    [DataRow("aks", "acr-env", "corp.azurecr.io")]
    public async Task ACloudsRegistriesAskTheCloudsHelper(string keychain, string helper, string host)
    {
        Helper(helper, """echo '{"Username":"cloud","Secret":"pw"}'""");
        Assert.IsNull(await FindAsync($"{host}/a"), "not unless it is turned on");
        Variables["AWS_ACCESS_KEY_ID"] = Variables["AWS_SECRET_ACCESS_KEY"] = "keys of the environment, which the helper goes before";
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = keychain;
        ICredentialSource source = CredentialSources.CreateDefault(Options with { UserName = "flag", Password = "pw" });
        Assert.AreEqual(new Credential.Basic("cloud", "pw"), await FindAsync(source, $"{host}/a"), "and before the flags");
        Assert.AreEqual(new Credential.Basic("flag", "pw"), await FindAsync(source, "r.corp.com/a"));
        CollectionAssert.AreEqual(new[] { $"get {host}" }, Runs(helper));
        Assert.IsEmpty(Cloud.Asked);
    }

    [TestMethod]
    public async Task EcrWithNothingFailsOnlyForItsHosts()
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "ecr";
        ICredentialSource source = CredentialSources.CreateDefault(Options with { UserName = "flag", Password = "pw" });
        Assert.AreEqual(new Credential.Basic("flag", "pw"), await FindAsync(source, "r.corp.com/a"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync(source, "public.ecr.aws/a/b"));
        Assert.AreEqual(ErrorCode.CloudKeychain, e.Code);
        Assert.Contains("AWS_ACCESS_KEY_ID", e.Message);
        Assert.Contains("docker-credential-ecr-login", e.Message);
    }

    [TestMethod]
    public async Task TheOthersWithNothingLetTheNextAnswer()
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "gke,aks";
        ICredentialSource source = CredentialSources.CreateDefault(Options with { UserName = "flag", Password = "pw" });
        Assert.AreEqual(new Credential.Basic("flag", "pw"), await FindAsync(source, "gcr.io/a/b"));
        Assert.Contains(line => line.Contains("docker-credential-gcr or docker-credential-gcloud"), Traced);
    }

    [TestMethod]
    public async Task AHelperThatHasNothingLeavesItToTheCloud()
    {
        Helper("gcr", "echo 'credentials not found in native keychain'; exit 1");
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "gke";
        Cloud.On("GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token",
            """{"access_token":"t"}""");
        Assert.AreEqual(new Credential.Basic("_token", "t"), await FindAsync("gcr.io/a/b"));
    }

    [TestMethod]
    [DataRow("true", true)]
    [DataRow("True", true)]
    [DataRow("false", false)]
    public async Task TheOlderVariableTurnsAllOn(string value, bool expected)
    {
        Variables["IMGPKG_ENABLE_IAAS_AUTH"] = value;
        Variables["GITHUB_TOKEN"] = "t";
        foreach (string helper in (string[])["ecr-login", "gcr", "acr-env"])
            Helper(helper, """echo '{"Username":"cloud","Secret":"pw"}'""");
        foreach (string host in (string[])["ghcr.io", "gcr.io", "corp.azurecr.io", "1.dkr.ecr.eu-west-1.amazonaws.com"])
            Assert.AreEqual(expected, await FindAsync($"{host}/a") is not null, host);
    }

    [TestMethod]
    public async Task TheOlderVariableAsksForNothingThatIsMissing()
    {
        Variables["IMGPKG_ENABLE_IAAS_AUTH"] = "true";
        Assert.IsNull(await FindAsync("1.dkr.ecr.eu-west-1.amazonaws.com/a"));
        Assert.IsNull(await FindAsync("ghcr.io/a"));
    }

    [TestMethod]
    [DataRow("1.dkr.ecr.eu-west-1.amazonaws.com", true)]
    [DataRow("1.dkr.ecr-fips.us-east-1.amazonaws.com", true)]
    [DataRow("1.dkr.ecr.cn-north-1.amazonaws.com.cn", true)]
    [DataRow("1.dkr.ecr.us-iso-east-1.c2s.ic.gov", true)]
    [DataRow("1.dkr.ecr.us-isof-south-1.csp.hci.ic.gov", true)]
    [DataRow("1.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk", true)]
    [DataRow("1.dkr.ecr.us-iso-east-1.ic.gov", false)]
    [DataRow("1.dkr.ecr.eu-west-1.c2s.ic.gov.evil.example", false)]
    [DataRow("1.dkr.ecr.eu-west-1.amazonaws.fr", false)]
    [DataRow("PUBLIC.ecr.aws", true)]
    [DataRow("1.dkr.ecr.eu-west-1.amazonaws.com.evil.example", false)]
    [DataRow("1.dkr.ecr.eu-west-1.evil.example", false)]
    [DataRow("dkr.ecr.eu-west-1.amazonaws.com", false)]
    [DataRow("private.ecr.aws", false)]
    public void AmazonsHosts_AreKnown_AndNoOthers(string host, bool expected) => Assert.AreEqual(expected, KeychainHosts.IsAmazon(host));

    [TestMethod]
    [DataRow("gcr.io", true)]
    [DataRow("eu.gcr.io", true)]
    [DataRow("evilgcr.io", false)]
    [DataRow("us-docker.pkg.dev", true)]
    [DataRow("us-docker.pkg.dev.evil.example", false)]
    [DataRow("-docker.pkg.dev", false)]
    public void GooglesHosts_AreKnown_AndNoOthers(string host, bool expected) => Assert.AreEqual(expected, KeychainHosts.IsGoogle(host));

    [TestMethod]
    [DataRow("corp.azurecr.io", true)]
    [DataRow("azurecr.io", false)]
    [DataRow("corp.azurecr.io.evil.example", false)]
    public void AzuresHosts_AreKnown_AndNoOthers(string host, bool expected) => Assert.AreEqual(expected, KeychainHosts.IsAzure(host));
}
