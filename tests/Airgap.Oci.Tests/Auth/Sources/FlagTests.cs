using Airgap.Oci.Credentials;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class FlagTests : SourceTest
{
    [TestMethod]
    public async Task TheUserNameGoesBeforeTheTokenAndThatBeforeAnonymous()
    {
        Assert.AreEqual(new Credential.Basic("ann", "pw"),
            await FindAsync(Options with { UserName = "ann", Password = "pw", Token = "t", Anonymous = true }));
        Assert.AreEqual(new Credential.Bearer("t"), await FindAsync(Options with { Password = "pw", Token = "t", Anonymous = true }));
        Assert.AreEqual(new Credential.Anonymous(), await FindAsync(Options with { Password = "pw", Anonymous = true }));
        Assert.IsNull(await FindAsync(Options with { Password = "pw" }));
    }

    [TestMethod]
    public async Task AUserNameWithoutAPasswordIsNoLogin()
    {
        Assert.IsNull(await FindAsync(Options with { UserName = "ann" }));
        Assert.AreEqual(new Credential.Bearer("t"), await FindAsync(Options with { UserName = "ann", Token = "t" }));
    }

    [TestMethod]
    public async Task EachFlagStandsBeforeItsVariable()
    {
        Variables["IMGPKG_USERNAME"] = "env";
        Variables["IMGPKG_PASSWORD"] = "envpw";
        Assert.AreEqual(new Credential.Basic("env", "envpw"), await FindAsync(Options));
        Assert.AreEqual(new Credential.Basic("ann", "envpw"), await FindAsync(Options with { UserName = "ann" }));
        Assert.AreEqual(new Credential.Basic("env", "pw"), await FindAsync(Options with { UserName = "", Password = "pw" }));
    }

    [TestMethod]
    public async Task TheTokenVariableIsABearerToken()
    {
        Variables["IMGPKG_TOKEN"] = "env";
        Assert.AreEqual(new Credential.Bearer("env"), await FindAsync(Options));
        Assert.AreEqual(new Credential.Bearer("flag"), await FindAsync(Options with { Token = "flag" }));
    }

    [TestMethod]
    [DataRow("true", true)]
    [DataRow("TRUE", false)]
    [DataRow("1", false)]
    [DataRow("", false)]
    public async Task OnlyTheExactTextTrueMeansAnonymous(string value, bool expected)
    {
        Variables["IMGPKG_ANON"] = value;
        WriteDockerConfig($$$"""{"auths":{"any.corp.com":{"auth":"{{{Base64("docker:pw")}}}"}} }""");
        Credential? credential = await FindAsync(Options);
        Assert.AreEqual(expected ? new Credential.Anonymous() : new Credential.Basic("docker", "pw"), credential);
    }

    [TestMethod]
    public void OptionsDoNotShowTheirValues() =>
        Assert.DoesNotContain("hunter2", (Options with { UserName = "ann", Password = "hunter2", Token = "hunter2" }).ToString());

    private static Task<Credential?> FindAsync(CredentialOptions options) =>
        FindAsync(CredentialSources.CreateDefault(options), "any.corp.com/a");
}
