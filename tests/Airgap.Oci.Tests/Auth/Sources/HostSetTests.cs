using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class HostSetTests : SourceTest
{
    [TestMethod]
    public async Task APlainSetGivesUserNameAndPassword()
    {
        Set("", "registry.corp.com", ("USERNAME", "ann"), ("PASSWORD", "pw"));
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("registry.corp.com/a"));
        Assert.IsNull(await FindAsync("other.corp.com/a"));
    }

    [TestMethod]
    public async Task ASuffixTiesASetTogether()
    {
        Set("_0", "one.corp.com", ("USERNAME", "ann"), ("PASSWORD", "1"));
        Set("_TWO_B", "two.corp.com", ("IDENTITY_TOKEN", "2"));
        Set("_", "three.corp.com", ("REGISTRY_TOKEN", "3"));
        Assert.AreEqual(new Credential.Basic("ann", "1"), await FindAsync("one.corp.com/a"));
        Assert.AreEqual(new Credential.IdentityToken("2"), await FindAsync("two.corp.com/a"));
        Assert.AreEqual(new Credential.Bearer("3"), await FindAsync("three.corp.com/a"));
    }

    [TestMethod]
    public async Task ATokenGoesBeforeAPassword()
    {
        Set("_1", "one.corp.com", ("USERNAME", "ann"), ("PASSWORD", "1"), ("IDENTITY_TOKEN", "i"));
        Set("_2", "two.corp.com", ("REGISTRY_TOKEN", "r"), ("IDENTITY_TOKEN", "i"));
        Assert.AreEqual(new Credential.IdentityToken("i"), await FindAsync("one.corp.com/a"));
        Assert.AreEqual(new Credential.Bearer("r"), await FindAsync("two.corp.com/a"));
    }

    [TestMethod]
    public async Task LiteralHostsGoBeforeWildcardsAndLongerPathsBeforeShorter()
    {
        Set("_A", "*.corp.com", ("USERNAME", "star"), ("PASSWORD", "pw"));
        Set("_B", "registry.corp.com", ("USERNAME", "host"), ("PASSWORD", "pw"));
        Set("_C", "registry.corp.com/apps", ("USERNAME", "path"), ("PASSWORD", "pw"));
        Assert.AreEqual(new Credential.Basic("path", "pw"), await FindAsync("registry.corp.com/apps/a"));
        Assert.AreEqual(new Credential.Basic("host", "pw"), await FindAsync("registry.corp.com/b"));
        Assert.AreEqual(new Credential.Basic("star", "pw"), await FindAsync("other.corp.com/b"));
    }

    [TestMethod]
    public async Task AUserNameWithoutAPasswordIsNoLogin()
    {
        Set("", "registry.corp.com", ("USERNAME", "ann"));
        Assert.AreEqual(new Credential.Anonymous(), await FindAsync("registry.corp.com/a"));
        Assert.Contains(line => line.Contains("IMGPKG_REGISTRY_PASSWORD is not set", StringComparison.Ordinal), Traced);
    }

    [TestMethod]
    public async Task AHostAloneMeansAnonymousAndAsksNobodyElse()
    {
        Set("", "registry.corp.com");
        Variables["IMGPKG_USERNAME"] = "ann";
        Variables["IMGPKG_PASSWORD"] = "pw";
        Assert.AreEqual(new Credential.Anonymous(), await FindAsync("registry.corp.com/a"));
    }

    [TestMethod]
    public async Task ASetGoesBeforeFlags()
    {
        Set("", "registry.corp.com", ("USERNAME", "set"), ("PASSWORD", "pw"));
        ICredentialSource source = CredentialSources.CreateDefault(Options with { UserName = "flag", Password = "pw" });
        Assert.AreEqual(new Credential.Basic("set", "pw"), await FindAsync(source, "registry.corp.com/a"));
        Assert.AreEqual(new Credential.Basic("flag", "pw"), await FindAsync(source, "other.corp.com/a"));
    }

    [TestMethod]
    public async Task ASetWithoutAHostIsNotUsedAndTheTraceSaysSo()
    {
        Variables["IMGPKG_REGISTRY_PASSWORD_X"] = "hunter2";
        Assert.IsNull(await FindAsync("registry.corp.com/a"));
        Assert.Contains(line => line.Contains("IMGPKG_REGISTRY_HOSTNAME_X is not set"), Traced);
        Assert.DoesNotContain(line => line.Contains("hunter2"), Traced);
    }

    [TestMethod]
    [DataRow("IMGPKG_REGISTRY_USER", "IMGPKG_REGISTRY_USERNAME?")]
    [DataRow("IMGPKG_REGISTRY_USER_PROD", "IMGPKG_REGISTRY_USERNAME_PROD?")]
    [DataRow("IMGPKG_REGISTRY_HOSTNAM_1", "IMGPKG_REGISTRY_HOSTNAME_1?")]
    [DataRow("IMGPKG_REGISTRY_PASSWROD", "IMGPKG_REGISTRY_PASSWORD?")]
    [DataRow("IMGPKG_REGISTRY_IDENTITYTOKEN", "IMGPKG_REGISTRY_IDENTITY_TOKEN?")]
    [DataRow("IMGPKG_REGISTRY_TOKEN", "IMGPKG_REGISTRY_IDENTITY_TOKEN?")]
    [DataRow("IMGPKG_REGISTRY_", "IMGPKG_REGISTRY_HOSTNAME?")]
    public void AnUnknownVariableIsRefusedWithTheNearestName(string name, string nearest)
    {
        Variables[name] = "hunter2";
        AirgapException e = Fails(ErrorCode.InvalidEnvironment);
        Assert.AreEqual($"Unknown env variable '{name}'.", e.Message);
        Assert.Contains(nearest, e.Advice);
        Assert.DoesNotContain("hunter2", e.ToDiagnostic().Text);
    }

    [TestMethod]
    public void TheAzureConfigIsAllowed()
    {
        Variables["IMGPKG_REGISTRY_AZURE_CR_CONFIG"] = "/etc/azure.json";
        Create();
    }

    [TestMethod]
    public void ABadHostNamesItsVariableAndNotItsValue()
    {
        Set("_1", "ann:hunter2@registry.corp.com");
        AirgapException e = Fails(ErrorCode.InvalidEnvironment);
        Assert.Contains("IMGPKG_REGISTRY_HOSTNAME_1", e.Message);
        Assert.DoesNotContain("hunter2", e.ToDiagnostic().Text);
    }

    private void Set(string suffix, string host, params (string Field, string Value)[] fields)
    {
        Variables[$"IMGPKG_REGISTRY_HOSTNAME{suffix}"] = host;
        foreach ((string field, string value) in fields)
            Variables[$"IMGPKG_REGISTRY_{field}{suffix}"] = value;
    }
}
