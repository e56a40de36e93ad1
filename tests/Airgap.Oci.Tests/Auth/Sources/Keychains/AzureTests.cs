using Airgap.Oci.Credentials;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources.Keychains;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class AzureTests : HelperTest
{
    private const string Exchange = "POST https://corp.azurecr.io/oauth2/exchange";
    private const string Directory = "POST https://login.microsoftonline.com/tenant/oauth2/v2.0/token";
    private const string Machine = "GET http://169.254.169.254/metadata/identity/oauth2/token";

    public AzureTests()
    {
        Variables["IMGPKG_ACTIVE_KEYCHAINS"] = "aks";
        Cloud.On(Exchange, request => request.Field("access_token") == "directory token" && request.Field("service") == "corp.azurecr.io"
            ? (200, """{"refresh_token":"refresh"}""")
            : (401, "{}"));
    }

    [TestMethod]
    public async Task AnApplicationsSecretBuysARefreshToken()
    {
        Application();
        Variables["AZURE_CLIENT_SECRET"] = "s3cr3t";
        Cloud.On(Directory, """{"access_token":"directory token"}""");

        Assert.AreEqual(new Credential.IdentityToken("refresh"), await FindAsync("corp.azurecr.io/a"));

        Assert.AreEqual("s3cr3t", Cloud.Asked[0].Field("client_secret"));
        Assert.AreEqual("application", Cloud.Asked[0].Field("client_id"));
        Assert.AreEqual("https://management.azure.com/.default", Cloud.Asked[0].Field("scope"));
        Assert.AreEqual("tenant", Cloud.Asked[1].Field("tenant"));
    }

    [TestMethod]
    public async Task AWorkloadsTokenDoesToo()
    {
        Application();
        Variables["AZURE_FEDERATED_TOKEN_FILE"] = Write(Path.Combine(Folder, "token"), "signed by the cluster");
        Cloud.On(Directory, """{"access_token":"directory token"}""");

        Assert.AreEqual(new Credential.IdentityToken("refresh"), await FindAsync("corp.azurecr.io/a"));

        Assert.AreEqual("signed by the cluster", Cloud.Asked[0].Field("client_assertion"));
        Assert.IsNull(Cloud.Asked[0].Field("client_secret"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("chosen")]
    public async Task TheMachinesIdentityComesLast(string application)
    {
        Variables["AZURE_CLIENT_ID"] = application;
        Cloud.On(Machine, """{"access_token":"directory token","expires_in":"3599"}""");

        Assert.AreEqual(new Credential.IdentityToken("refresh"), await FindAsync("corp.azurecr.io/a"));

        Assert.AreEqual("true", Cloud.Asked[0].Headers["Metadata"]);
        Assert.AreEqual(application.Length > 0, Cloud.Asked[0].Query.Contains("client_id=chosen", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow(429)]
    [DataRow(503)]
    public async Task AnOverloadedMachineService_IsAskedAgain(int status)
    {
        int asked = 0;
        Cloud.On(Machine, _ => ++asked < 3 ? (status, "{}") : (200, """{"access_token":"directory token"}"""));

        Assert.AreEqual(new Credential.IdentityToken("refresh"), await FindAsync("corp.azurecr.io/a"));

        Assert.AreEqual(3, asked);
    }

    [TestMethod]
    public async Task AMachinesFirstToken_MayTakeSeconds()
    {
        ManualTime clock = new();
        Cloud.On(Machine, """{"access_token":"directory token"}""");
        await FindAsync(CredentialSources.CreateDefault(Options with { TimeProvider = clock }), "corp.azurecr.io/a");
        Assert.IsTrue(clock.Waits.Min() >= TimeSpan.FromSeconds(10), string.Join(' ', clock.Waits));
    }

    [TestMethod]
    public async Task AMachineWithoutService_IsAskedOnce()
    {
        Assert.IsNull(await FindAsync("corp.azurecr.io/a"));
        Assert.HasCount(1, Cloud.Asked);
    }

    [TestMethod]
    public async Task AnAppServiceHasAnEndpointOfItsOwn()
    {
        Variables["IDENTITY_ENDPOINT"] = "http://127.0.0.1:41000/msi/token";
        Variables["IDENTITY_HEADER"] = "header";
        Cloud.On("GET http://127.0.0.1:41000/msi/token", """{"access_token":"directory token"}""");
        Assert.IsNotNull(await FindAsync("corp.azurecr.io/a"));
        Assert.AreEqual("header", Cloud.Asked[0].Headers["X-IDENTITY-HEADER"]);
    }

    [TestMethod]
    [DataRow("corp.azurecr.cn", "https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn/.default")]
    [DataRow("corp.azurecr.us", "https://login.microsoftonline.us", "https://management.usgovcloudapi.net/.default")]
    public async Task EachCloudHasItsDirectory(string host, string directory, string scope)
    {
        Application();
        Variables["AZURE_CLIENT_SECRET"] = "s";
        Cloud.On($"POST {directory}/tenant/oauth2/v2.0/token", """{"access_token":"t"}""");
        Cloud.On($"POST https://{host}/oauth2/exchange", """{"refresh_token":"r"}""");
        Assert.IsNotNull(await FindAsync($"{host}/a"));
        Assert.AreEqual(scope, Cloud.Asked[0].Field("scope"));
    }

    [TestMethod]
    public async Task ARefusalByTheDirectory_IsReported_WithoutSecrets()
    {
        Application();
        Variables["AZURE_CLIENT_SECRET"] = "s3cr3t";
        Cloud.On(
            Directory, """{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}""",
            401);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("corp.azurecr.io/a"));
        Assert.AreEqual(ErrorCode.CloudKeychain, e.Code);
        Assert.Contains("AADSTS7000215: Invalid client secret provided)", e.Message);
        Assert.DoesNotContain("s3cr3t", e.ToString());
    }

    [TestMethod]
    public async Task ADirectoryWithoutHttpsIsNotAsked()
    {
        Application();
        Variables["AZURE_CLIENT_SECRET"] = "s";
        Variables["AZURE_AUTHORITY_HOST"] = "http://login.example";
        await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("corp.azurecr.io/a"));
        Assert.IsEmpty(Cloud.Asked);
    }

    [TestMethod]
    public async Task ARegistryThatRefusesTheTokenIsNamed()
    {
        Cloud.On(Machine, """{"access_token":"of somebody else"}""");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("corp.azurecr.io/a"));
        Assert.Contains("corp.azurecr.io does not accept the token of the machine's identity (status 401)", e.Message);
    }

    private void Application()
    {
        Variables["AZURE_CLIENT_ID"] = "application";
        Variables["AZURE_TENANT_ID"] = "tenant";
    }
}
