using Airgap.Oci.Auth;
using Airgap.Oci.Credentials;
using Airgap.Oci.Credentials.Docker;
using Airgap.Oci.Files;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Tests.Auth.Sources;

[TestClass]
public sealed class DockerConfigTests : SourceTest
{
    [TestMethod]
    public async Task EveryKindOfEntryIsRead()
    {
        WriteDockerConfig($$"""
            {
              "HttpHeaders": {"User-Agent": ["x"]},
              "auths": {
                "auth.corp.com": {"auth": "{{Base64("ann:p:w")}}", "email": "ann@corp.com"},
                "plain.corp.com": {"username": "ann", "password": "pw"},
                "identity.corp.com": {"auth": "{{Base64("ann:pw")}}", "identitytoken": "i"},
                "token.corp.com": {"registrytoken": "r", "identitytoken": "i"},
                "empty.corp.com": {},
                "null.corp.com": null
              }
            }
            """);
        Assert.AreEqual(new Credential.Basic("ann", "p:w"), await FindAsync("auth.corp.com/a"));
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("plain.corp.com/a"));
        Assert.AreEqual(new Credential.IdentityToken("i"), await FindAsync("identity.corp.com/a"));
        Assert.AreEqual(new Credential.Bearer("r"), await FindAsync("token.corp.com/a"));
        Assert.IsNull(await FindAsync("empty.corp.com/a"));
        Assert.IsNull(await FindAsync("null.corp.com/a"));
        Assert.IsNull(await FindAsync("unknown.corp.com/a"));
    }

    [TestMethod]
    [DataRow("YW5uOnB3", "ann", "pw")]
    [DataRow("YW5uOnB3MQ==", "ann", "pw1")]
    [DataRow("YW5uOnB3MQ", "ann", "pw1")]
    [DataRow(" YW5uOnB3MQ= ", "ann", "pw1")]
    [DataRow("YW5uOn5-fj8_", "ann", "~~~??")]
    [DataRow("YW5uOnB3AAA=", "ann", "pw")]
    public async Task AuthIsBase64WithOrWithoutPadding(string auth, string userName, string password)
    {
        WriteDockerConfig($$$"""{"auths":{"r.corp.com":{"auth":"{{{auth}}}"}} }""");
        Assert.AreEqual(new Credential.Basic(userName, password), await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    [DataRow("\"auth\":\"YW5uOg==\"")]
    [DataRow("\"username\":\"ann\"")]
    [DataRow("\"username\":\"ann\",\"password\":\"\"")]
    public async Task AUserNameWithoutAPasswordIsNoLogin(string entry)
    {
        WriteDockerConfig($$$"""{"auths":{"r.corp.com":{ {{{entry}}} }} }""");
        Assert.IsNull(await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    [DataRow("c2VjcmV0")] // no colon
    [DataRow("!secret!")]
    [DataRow("OnNlY3JldA==")] // no user
    public async Task ABrokenAuthIsAnErrorOfItsEntryOnly(string auth)
    {
        string file = WriteDockerConfig($$$"""
            {"auths":{
              "good.corp.com":{"auth":"{{{Base64("ann:pw")}}}"},
              "bad.corp.com":{"auth":"{{{auth}}}"}} }
            """);
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync("good.corp.com/a"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("bad.corp.com/a"));
        Assert.AreEqual(ErrorCode.InvalidDockerConfig, e.Code);
        Assert.AreEqual(file, e.Location?.File);
        Assert.AreEqual(3, e.Location?.Line);
        Assert.DoesNotContain(auth, e.ToDiagnostic().Text);
        Assert.DoesNotContain("secret", e.ToDiagnostic().Text);
    }

    [TestMethod]
    [DataRow("registry.corp.com", "registry.corp.com/a")]
    [DataRow("Registry.corp.com", "registry.corp.com/a")]
    [DataRow("registry.corp.com/", "registry.corp.com/a")]
    [DataRow("https://registry.corp.com", "registry.corp.com/a")]
    [DataRow("http://registry.corp.com/v1/", "registry.corp.com/a")]
    [DataRow("https://registry.corp.com/v2/", "registry.corp.com/a")]
    [DataRow("registry.corp.com/v1/", "registry.corp.com/a")]
    [DataRow("registry.corp.com:5000", "registry.corp.com:5000/a")]
    [DataRow("registry.corp.com/apps", "registry.corp.com/apps/a")]
    [DataRow("registry.corp.com/apps/a", "registry.corp.com/apps/a")]
    [DataRow("https://index.docker.io/v1/", "ubuntu")]
    [DataRow("index.docker.io", "ubuntu")]
    [DataRow("docker.io", "ubuntu")]
    [DataRow("docker.io/library/ubuntu", "ubuntu")]
    public async Task KeysComeInManySpellings(string key, string repository)
    {
        WriteDockerConfig($$$"""{"auths":{"{{{key}}}":{"username":"ann","password":"pw"}} }""");
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(repository));
    }

    [TestMethod]
    [DataRow("registry.corp.com/apps", "registry.corp.com/apps2/a")]
    [DataRow("registry.corp.com/apps", "registry.corp.com/a")]
    [DataRow("registry.corp.com", "registry.corp.com:5000/a")]
    [DataRow("corp.com", "registry.corp.com/a")]
    public async Task CredentialsGoNowhereElse(string key, string repository)
    {
        WriteDockerConfig($$$"""{"auths":{"{{{key}}}":{"username":"ann","password":"pw"}} }""");
        Assert.IsNull(await FindAsync(repository));
    }

    [TestMethod]
    public async Task TheLongestKeyWins()
    {
        WriteDockerConfig("""
            {"auths":{
              "r.corp.com":{"username":"host","password":"pw"},
              "r.corp.com/apps/a":{"username":"repository","password":"pw"},
              "r.corp.com/apps":{"username":"folder","password":"pw"}}}
            """);
        Assert.AreEqual(new Credential.Basic("repository", "pw"), await FindAsync("r.corp.com/apps/a"));
        Assert.AreEqual(new Credential.Basic("folder", "pw"), await FindAsync("r.corp.com/apps/b"));
        Assert.AreEqual(new Credential.Basic("host", "pw"), await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    public async Task DockersOwnSpellingOfAKeyWins()
    {
        WriteDockerConfig("""
            {"auths":{
              "r.corp.com":{"username":"host","password":"pw"},
              "https://r.corp.com/v1/":{"username":"url","password":"pw"},
              "https://index.docker.io/v1/":{"username":"hub","password":"pw"},
              "docker.io":{"username":"alias","password":"pw"},
              "https://e.corp.com":{"username":"url","password":"pw"},
              "e.corp.com":{}}}
            """);
        Assert.AreEqual(new Credential.Basic("host", "pw"), await FindAsync("r.corp.com/a"));
        Assert.AreEqual(new Credential.Basic("hub", "pw"), await FindAsync("ubuntu"));
        Assert.AreEqual(new Credential.Basic("url", "pw"), await FindAsync("e.corp.com/a"));
    }

    [TestMethod]
    public async Task ANamedDockerConfigComesBeforeTheHomeFoldersThenPodmans()
    {
        (string Variable, string Value, string File)[] places =
        [
            ("DOCKER_CONFIG", Path.Combine(Folder, "docker"), Path.Combine(Folder, "docker", "config.json")),
            ("", "", Path.Combine(Home, ".docker", "config.json")),
            ("REGISTRY_AUTH_FILE", Path.Combine(Folder, "auth.json"), Path.Combine(Folder, "auth.json")),
            ("XDG_RUNTIME_DIR", Path.Combine(Folder, "run"), Path.Combine(Folder, "run", "containers", "auth.json")),
            ("", "", Path.Combine(Home, ".config", "containers", "auth.json")),
        ];
        for (int i = 0; i < places.Length; i++)
        {
            if (places[i].Variable.Length > 0)
                Variables[places[i].Variable] = places[i].Value;
            Write(
                places[i].File,
                $$$"""{"auths":{"r.corp.com":{"username":"{{{i}}}","password":"pw"},"r{{{i}}}.corp.com":{"username":"{{{i}}}","password":"pw"}} }""");
        }

        ICredentialSource all = Create();
        for (int i = 0; i < places.Length; i++)
        {
            Assert.AreEqual(new Credential.Basic($"{i}", "pw"), await FindAsync("r.corp.com/a"));
            Assert.AreEqual(new Credential.Basic($"{i}", "pw"), await FindAsync(all, $"r{i}.corp.com/a"));
            File.Delete(places[i].File);
        }

        Assert.IsNull(await FindAsync("r.corp.com/a"));
    }

    /// <summary>skopeo opens the same files.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow(null, null, "/run/containers/USER/auth.json", "/home/me/.config/containers/auth.json")]
    [DataRow("/run/me", null, "/run/me/containers/auth.json", "/home/me/.config/containers/auth.json")]
    [DataRow(null, "/etc/me", "/run/containers/USER/auth.json", "/etc/me/containers/auth.json")]
    public void PodmansFilesAreWherePodmanLogsIn(string? runtime, string? configuration, string first, string second)
    {
        Dictionary<string, string> variables = new() { ["HOME"] = "/home/me" };
        if (runtime is not null)
            variables["XDG_RUNTIME_DIR"] = runtime;
        if (configuration is not null)
            variables["XDG_CONFIG_HOME"] = configuration;
        CollectionAssert.AreEqual(
            new[] { "/home/me/.docker/config.json", first.Replace("USER", $"{Posix.User}", StringComparison.Ordinal), second },
            DockerConfigLocations.All(EnvironmentVariables.Capture(variables), null).Select(file => file.Path).ToArray());
    }

    [TestMethod]
    public async Task RelativePathsStartAtTheGivenFolder()
    {
        Variables["DOCKER_CONFIG"] = "ci";
        Write(Path.Combine(Folder, "ci", "config.json"), """{"auths":{"r.corp.com":{"username":"ann","password":"pw"}}}""");
        ICredentialSource source = CredentialSources.CreateDefault(Options with { WorkingDirectory = Folder });
        Assert.AreEqual(new Credential.Basic("ann", "pw"), await FindAsync(source, "r.corp.com/a"));
    }

    [TestMethod]
    [DataRow("{\n  \"auths\": {,\n}", 2, 13)]
    [DataRow("[]", 1, 1)]
    [DataRow("{\"auths\": []}", 1, 11)]
    [DataRow("{\n\"auths\": {\n\"r\": 1}}", 3, 6)]
    [DataRow("{\"auths\": {\"r\": {\"auth\": 1}}}", 1, 26)]
    [DataRow("{\"credHelpers\": {\"r\": {}}}", 1, 23)]
    [DataRow("{\"credsStore\": \"../../bin/evil\"}", 1, 16)]
    [DataRow("{} {}", 1, 4)]
    [DataRow("{\"auths\": {\"\\ud800\": {}}}", 1, 12)]
    public async Task AMalformedFileIsNamedWithLineAndColumn(string content, int line, int column)
    {
        string file = WriteDockerConfig(content);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("r/a.b/c"));
        Assert.AreEqual(ErrorCode.InvalidDockerConfig, e.Code);
        Assert.AreEqual(new SourceLocation(file, line, column), e.Location);
        Assert.Contains(file, e.Message);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" \n")]
    [DataRow("{}")]
    [DataRow("{\"auths\": null, \"credHelpers\": null, \"credsStore\": null}")]
    [DataRow("\uFEFF{}")]
    public async Task AFileWithoutCredentialsIsNoError(string content)
    {
        WriteDockerConfig(content);
        Assert.IsNull(await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    public async Task AFolderInTheFilesPlaceIsNoFile()
    {
        Directory.CreateDirectory(Path.Combine(Home, ".docker", "config.json"));
        Assert.IsNull(await FindAsync("r.corp.com/a"));
    }

    [TestMethod]
    public async Task AnEnormousFileIsRefusedUnread()
    {
        string file = WriteDockerConfig("{}");
        using (FileStream stream = File.OpenWrite(file))
            stream.SetLength((4 << 20) + 1);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => FindAsync("r.corp.com/a"));
        Assert.AreEqual(ErrorCode.InvalidDockerConfig, e.Code);
    }
}
