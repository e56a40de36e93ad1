using Airgap.Oci.Auth;
using Airgap.TestKit;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HelperTests : HelperTest
{
    private const string Answer = """echo '{"ServerURL":"x","Username":"ann","Secret":"pw"}'""";

    [TestMethod]
    public async Task AForgottenAnswerIsAskedForAgain()
    {
        Helper("h", """echo '{"Username":"u","Secret":"p"}'""");
        WriteDockerConfig("""{"credsStore":"h"}""");
        ICredentialSource source = Create();
        await FindAsync(source, "r.corp.com/a");
        await FindAsync(source, "r.corp.com/b");
        Assert.HasCount(1, Runs("h"));
        source.Forget(Airgap.Oci.Naming.RepositoryName.Parse("r.corp.com/a"));
        await FindAsync(source, "r.corp.com/a");
        Assert.HasCount(2, Runs("h"));
    }

    [TestMethod]
    public async Task AHelperOfAHostIsAskedByTheProtocol()
    {
        Helper("corp", Answer);
        WriteDockerConfig("""{"credHelpers":{"r.corp.com":"corp"}}""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("r.corp.com/apps/a"));
        CollectionAssert.AreEqual(new[] { "get r.corp.com" }, Runs("corp"));
        Assert.IsNull(await FindAsync("other.corp.com/a"));
        Assert.HasCount(1, Runs("corp"));
    }

    [TestMethod]
    public async Task TheHubIsAskedForByItsUrl()
    {
        Helper("store", Answer);
        WriteDockerConfig("""{"credsStore":"store"}""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("ubuntu"));
        CollectionAssert.AreEqual(new[] { "get https://index.docker.io/v1/" }, Runs("store"));
    }

    [TestMethod]
    public async Task TheHelperOfAHostGoesBeforeTheStoreAndAnEmptyOneMeansNone()
    {
        Helper("store", """echo '{"Username":"store","Secret":"pw"}'""");
        Helper("corp", Answer);
        WriteDockerConfig("""
            {"credsStore":"store",
             "credHelpers":{"https://r.corp.com":"corp","plain.corp.com":""},
             "auths":{"plain.corp.com":{"username":"plain","password":"pw"}}}
            """);
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("r.corp.com/a"));
        Assert.AreEqual(new Credential.Basic("store", "pw"), await FindAsync("s.corp.com/a"));
        Assert.AreEqual(new Credential.Basic("plain", "pw"), await FindAsync("plain.corp.com/a"));
    }

    [TestMethod]
    public async Task TheStoreIsAskedForAPathOnlyWhereTheConfigKnowsThePath()
    {
        Helper("store", """echo "{\"Username\":\"$server\",\"Secret\":\"pw\"}" """);
        WriteDockerConfig("""{"credsStore":"store","auths":{"r.corp.com/apps":{}}}""");
        ICredentialSource source = Create();
        Assert.AreEqual(new Credential.Basic("r.corp.com/apps", "pw"), await FindAsync(source, "r.corp.com/apps/a"));
        Assert.AreEqual(new Credential.Basic("r.corp.com", "pw"), await FindAsync(source, "r.corp.com/b"));
        Assert.HasCount(2, Runs("store"));
    }

    [TestMethod]
    public async Task AHelperGoesBeforeRecordedCredentialsWhichStandInWhereItHasNone()
    {
        Helper(
            "store",
            """[ "$server" = r.corp.com ] && { echo '{"Username":"store","Secret":"pw"}'; exit; }; echo credentials not found in native keychain; exit 1""");
        WriteDockerConfig(
            """{"credsStore":"store","auths":{"r.corp.com":{"username":"file","password":"pw"},"s.corp.com":{"username":"file","password":"pw"}}}""");
        Assert.AreEqual(new Credential.Basic("store", "pw"), await FindAsync("r.corp.com/a"));
        Assert.AreEqual(new Credential.Basic("file", "pw"), await FindAsync("s.corp.com/a"));
    }

    [TestMethod]
    public async Task TheUserTokenMeansAnIdentityToken()
    {
        Helper("corp", """echo '{"Username":"<token>","Secret":"refresh"}'""");
        WriteDockerConfig("""{"credsStore":"corp"}""");
        Assert.AreEqual(new Credential.IdentityToken("refresh"), await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    [DataRow("echo 'credentials not found in native keychain'; exit 1")]
    [DataRow("echo 'error: credentials not found in native keychain' >&2; exit 1")]
    [DataRow("echo 'no credentials username'; exit 1")]
    [DataRow("""echo '{"ServerURL":"x","Username":"","Secret":""}'""")]
    [DataRow("""echo '{"Username":"ann","Secret":""}'""")]
    [DataRow("echo '{}'")]
    public async Task AHelperThatHasNothingIsNoFailure(string body)
    {
        Helper("corp", body);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        ICredentialSource source = CreateWithTime();
        Assert.IsNull(await FindAsync(source, "r.corp.com/a"));
        Assert.IsNull(await FindAsync(source, "r.corp.com/b"));
        Assert.HasCount(1, Runs("corp"));
    }

    [TestMethod]
    public async Task APassingFailureIsTriedAgainABitLater()
    {
        Helper("corp", $"[ $(wc -l < corp.runs) -lt 3 ] && {{ echo database is locked >&2; exit 2; }}\n{Answer}");
        WriteDockerConfig("""{"credsStore":"corp"}""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(CreateWithTime(), "r.corp.com/a"));
        Assert.HasCount(3, Runs("corp"));
        CollectionAssert.AreEqual(new double[] { 1, 2 }, Time.Waits.Select(wait => wait.TotalSeconds).Where(wait => wait < 10).ToArray());
    }

    [TestMethod]
    [DataRow("echo; echo 'vault is sealed' >&2; echo more >&2; exit 3", "exit code 3, 'vault is sealed'", 3)]
    [DataRow("echo 'token expired, please log in'; exit 1", "exit code 1, 'token expired, please log in'", 3)]
    [DataRow("exit 4", "exit code 4.", 3)]
    [DataRow("echo no credentials server URL; exit 1", "no credentials server URL", 1)]
    [DataRow("echo not json", "not the JSON of a credential", 3)]
    [DataRow("echo '{\"Secret\":1}'", "not the JSON of a credential", 3)]
    [DataRow("head -c 200000 /dev/zero | tr '\\0' x", "more than 64 KiB", 3)]
    [DataRow("head -c 200000 /dev/zero | tr '\\0' x >&2; exit 1", "xxx…'", 3)]
    public async Task AFailureNamesHelperServerAndWhatItSaid(string body, string expected, int runs)
    {
        Helper("corp", body);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        ICredentialSource source = CreateWithTime();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync(source, "r.corp.com/a"));
        Assert.AreEqual(ErrorCode.CredentialHelper, e.Code);
        Assert.Contains("'docker-credential-corp'", e.Message);
        Assert.Contains("r.corp.com", e.Message);
        Assert.Contains(expected, e.Message);
        Assert.IsLessThan(400, e.Message.Length);
        Assert.HasCount(runs, Runs("corp"));
        await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync(source, "r.corp.com/b"));
        Assert.HasCount(runs, Runs("corp"), "a failure is kept");
    }

    [TestMethod]
    public async Task ASecretIsNotInTheFailure()
    {
        Helper("corp", """echo '{"Username":"ann","Secret":"hunter2"}'; echo 'cannot cache hunter2' >&2; exit 1""");
        WriteDockerConfig("""{"credsStore":"corp"}""");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync(CreateWithTime(), "r.corp.com/a"));
        Assert.Contains("cannot cache ***", e.Message);
        Assert.DoesNotContain("hunter2", e.ToString());
        Assert.DoesNotContain(line => line.Contains("hunter2"), Traced);
    }

    [TestMethod]
    public async Task AMissingHelperIsNamed()
    {
        WriteDockerConfig("""{"credsStore":"nowhere"}""");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("r.corp.com/a"));
        Assert.AreEqual(ErrorCode.CredentialHelper, e.Code);
        Assert.Contains("'docker-credential-nowhere'", e.Message);
        Assert.Contains("not on the PATH", e.Message);
    }

    [TestMethod]
    public async Task AFileThatIsNotExecutableIsNoHelper()
    {
        Helper("corp", Answer);
        SetMode(Path.Combine(Programs, "docker-credential-corp"), UnixFileMode.UserRead);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("r.corp.com/a"));
        Assert.Contains("not on the PATH", e.Message);
    }

    [TestMethod]
    public async Task AFileThatIsNoProgramIsAFailure()
    {
        string path = Write(Path.Combine(Programs, "docker-credential-corp"), "\0\u0001\u0002");
        SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("r.corp.com/a"));
        Assert.AreEqual(ErrorCode.CredentialHelper, e.Code);
        Assert.Contains("cannot be run", e.Message);
    }

    [TestMethod]
    public async Task AHelperGetsTheGivenEnvironmentAndNoOther()
    {
        Variables["CORP_REALM"] = "north";
        Helper("corp", """echo "{\"Username\":\"$CORP_REALM\",\"Secret\":\"${DOTNET_ROOT-unset}${USER-unset}\"}" """);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        Assert.AreEqual(new Credential.Basic("north", "unsetunset"), await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    public async Task AHelperThatDoesNotReadIsAskedAllTheSame()
    {
        string path = Write(Path.Combine(Programs, "docker-credential-corp"), $"#!/bin/sh\nexec <&-\n{Answer}\n");
        SetMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        WriteDockerConfig("""{"credsStore":"corp"}""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("r.corp.com/a"));
    }
}
