using System.Text;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Microsoft.Build.Logging.StructuredLogger;

namespace Airgap.Build.Tests;

/// <summary>Credentials come from the environment or docker's config, and are sent only to their registry.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class CredentialTests
{
    private const string Password = "s3cret-of-the-test";

    [TestMethod]
    public async System.Threading.Tasks.Task ASecretIsUsedAndStandsInNoLog()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { BasicAuth = ("robot", Password) });
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        Directory.CreateDirectory(project["docker"]);
        string auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"robot:{Password}"));
        File.WriteAllText(project["docker/config.json"], $"{{\"auths\":{{\"{destination.Host}\":{{\"auth\":\"{auth}\"}}}}}}");
        project.Environment["DOCKER_CONFIG"] = project["docker"];

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps", "-bl:log.binlog", "-v:detailed"))
            .Succeeded();

        Assert.DoesNotContain(Password, result.Output);
        Assert.DoesNotContain(auth, result.Output);
        // A detailed log names the source of the credentials of each host.
        Assert.IsNotEmpty(result.Lines($"credentials for {destination.Host}/apps/simple-app-bundle: "), result.Output);
        Microsoft.Build.Logging.StructuredLogger.Build build = BinaryLog.ReadBuild(project["log.binlog"]);
        Assert.ContainsSingle(build.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Task>(
            task => task.Name.EndsWith("PublishImgpkgBundles", StringComparison.Ordinal)));
        string everything = string.Join('\n', build.FindChildrenRecursive<BaseNode>().Select(node => node.ToString()));
        Assert.Contains("simple-app-bundle", everything);
        Assert.DoesNotContain(Password, everything);
        Assert.DoesNotContain(auth, everything);
    }

    [TestMethod]
    public async System.Threading.Tasks.Task WithoutCredentialsTheUserIsToldWhoWantsThem()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination =
            await RegistryFixture.StartAsync(new RegistryFixtureOptions { BasicAuth = ("robot", Password) });
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).FailedWith("AIRGAP1003");
        Assert.Contains(destination.Host, result.Lines("AIRGAP1003")[0]);
    }
}
