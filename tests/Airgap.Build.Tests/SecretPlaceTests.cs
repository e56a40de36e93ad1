using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>
/// A secret of each place that a build takes one from is in no diagnostic log, binary log, report, receipt, summary, timeline or audit
/// log, whether the registry accepts it or not.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class SecretPlaceTests
{
    private const string User = "robot";
    private const string Password = "s3cret+of/the=test&more?yes";
    private const string Token = "t0ken.of-the_test.eyJhbGciOiJub25lIn0";

    [TestMethod]
    [DataRow("auth", 0)]
    [DataRow("password", 0)]
    [DataRow("identity token", 0)]
    [DataRow("registry token", 1)]
    [DataRow("podman", 0)]
    [DataRow("hosts", 0)]
    [DataRow("variables", 0)]
    [DataRow("token variable", 1)]
    [DataRow("proxy", 0)]
    [DataRow("proxy that is gone", 1)]
    public async Task ItIsInNothingThatABuildLeaves(string place, int exitCode)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using TokenServer tokens = await TokenServer.StartAsync(User, Password);
        await using RegistryFixture destination = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Tokens = tokens });
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string refresh = tokens.MakeRefreshToken();
        Put(place, project, source, destination.Host, refresh);

        DotnetResult result = await project.RelocateAsync(
            $"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapSummary=summary.md", "-p:AirgapTimeline=timeline.json",
            "-p:AirgapReceipt=receipt.json", "-p:AirgapAuditLog=audit.jsonl", "-p:AirgapRecordUser=true", "-v:diag", "-bl:log.binlog");

        Assert.AreEqual(exitCode, result.ExitCode, result.Output);
        if (exitCode == 0)
            Assert.IsNotEmpty(tokens.Issued);
        KnownSecrets secrets = new();
        secrets.Add(Password, Token, refresh);
        secrets.Add(tokens.Issued);
        Assert.IsNull(secrets.FindIn(result.Output), result.Output);
        string[] found = [.. secrets.FindBelow(project.Folder, path => path.StartsWith(project["docker"], StringComparison.Ordinal))];
        Assert.IsEmpty(found, string.Join('\n', found));
        Assert.IsTrue(File.Exists(project["log.binlog"]) && File.Exists(project["timeline.json"]) && File.Exists(project["audit.jsonl"]));
    }

    [TestMethod]
    public async Task APasswordInAPropertyOrAnIncludeIsRefusedWithoutRepeatingIt()
    {
        using TestProject project = new($"""<ImgpkgBundle Include="{User}:hunter2hunter2@registry.corp.com/apps/web:v1" />""");
        DotnetResult result = await project.RelocateAsync(
            $"-p:AirgapRegistry=https://{User}:letmein2letmein@registry.corp.com/apps", "-p:AirgapSummary=summary.md");
        Assert.AreEqual(1, result.ExitCode, result.Output);
        Assert.DoesNotContain("hunter2", result.Output);
        Assert.DoesNotContain("letmein", result.Output);
        Assert.DoesNotContain("letmein", File.Exists(project["summary.md"]) ? File.ReadAllText(project["summary.md"]) : "");
    }

    private static void Put(string place, TestProject project, RegistryFixture source, string host, string refresh)
    {
        string docker = Directory.CreateDirectory(project["docker"]).FullName;
        string auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        string entry = place switch
        {
            "password" => $$"""{"username":"{{User}}","password":"{{Password}}"}""",
            "identity token" => $$"""{"auth":"{{Convert.ToBase64String("<token>:"u8)}}","identitytoken":"{{refresh}}"}""",
            "registry token" => $$"""{"registrytoken":"{{Token}}"}""",
            _ => $$"""{"auth":"{{auth}}"}""",
        };
        string config = $$$"""{"auths":{"{{{host}}}":{{{entry}}}}}""";
        switch (place)
        {
            case "podman":
                File.WriteAllText(Path.Combine(docker, "auth.json"), config);
                project.Environment["REGISTRY_AUTH_FILE"] = Path.Combine(docker, "auth.json");
                return;
            case "hosts":
                project.Environment["IMGPKG_REGISTRY_HOSTNAME_0"] = host;
                project.Environment["IMGPKG_REGISTRY_USERNAME_0"] = User;
                project.Environment["IMGPKG_REGISTRY_PASSWORD_0"] = Password;
                return;
            case "variables":
                project.Environment["IMGPKG_USERNAME"] = User;
                project.Environment["IMGPKG_PASSWORD"] = Password;
                return;
            case "token variable":
                project.Environment["IMGPKG_TOKEN"] = Token;
                return;
        }

        File.WriteAllText(Path.Combine(docker, "config.json"), config);
        project.Environment["DOCKER_CONFIG"] = docker;
        if (place.StartsWith("proxy", StringComparison.Ordinal))
        {
            string proxy = place == "proxy" ? source.Host : "127.0.0.1:1";
            project.Environment["HTTP_PROXY"] = $"http://{User}:{Uri.EscapeDataString(Password)}@{proxy}/";
        }
    }
}
