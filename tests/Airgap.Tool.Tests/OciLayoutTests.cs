using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>OCI layouts on the command line.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class OciLayoutTests
{
    [TestMethod]
    [DataRow("--to-oci", "--oci")]
    [DataRow("--to-oci-tar", "--oci-tar")]
    public async Task AnArchiveGoesOverALayoutToARepositoryAndBack(string to, string from)
    {
        using TempFolder folder = new();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync("copy", "--tar", Fixtures.Golden("nested-bundle.tar"), to, folder["layout"]);
        await InProcess.SucceedAsync("verify", from, folder["layout"]);
        Assert.AreEqual(
            await InProcess.SucceedAsync("describe", "--tar", Fixtures.Golden("nested-bundle.tar")),
            await InProcess.SucceedAsync("describe", from, folder["layout"]));
        await InProcess.SucceedAsync("pull", from, folder["layout"], "-o", folder["pulled"], "-r");
        Assert.IsTrue(File.Exists(folder["pulled/.imgpkg/images.yml"]));
        await InProcess.SucceedAsync("copy", from, folder["layout"], "--to-tar", folder["back.tar"]);
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("nested-bundle.tar")), await File.ReadAllBytesAsync(folder["back.tar"]));

        await InProcess.SucceedAsync(
            "copy", from, folder["layout"], "--to-repo", $"{registry.Host}/apps/it", "--lock-output", folder["lock.yml"]);
        using RegistryContent content = RegistryContent.At(registry.Host);
        await content.AssertCompleteAsync("apps/it", "v1.0.0");
        Assert.Contains("tag: v1.0.0", await File.ReadAllTextAsync(folder["lock.yml"]));
    }

    [TestMethod]
    public async Task AFolderTakesASecondCopyAndForecastsIt()
    {
        using TempFolder folder = new();
        string[] copy = ["copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-oci", folder["layout"]];
        Assert.Contains("nothing was moved", await InProcess.SucceedAsync([.. copy, "--dry-run"]));
        Assert.IsFalse(Directory.Exists(folder["layout"]));
        await InProcess.SucceedAsync(copy);
        byte[] index = await File.ReadAllBytesAsync(folder["layout/index.json"]);
        Assert.Contains("nothing was moved", await InProcess.SucceedAsync([.. copy, "--dry-run"]));
        Assert.DoesNotContain("copied", await InProcess.SucceedAsync(copy));
        CollectionAssert.AreEqual(index, await File.ReadAllBytesAsync(folder["layout/index.json"]));
    }

    [TestMethod]
    public async Task ALayoutIsServed()
    {
        using TempFolder folder = new();
        await InProcess.SucceedAsync("copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-oci-tar", folder["a.tar"]);
        await using ServedTool tool = await ServedTool.StartAsync("--oci-tar", $"{folder["a.tar"]}=platform/app");
        using RegistryContent content = new(tool.Address);
        await content.AssertCompleteAsync("platform/app", "v1.0.0");
        Assert.AreEqual(0, await tool.StopAsync());
    }

    [TestMethod]
    [DataRow("copy --tar a --oci b --to-repo r.example/a", "as a source")]
    [DataRow("copy --oci-tar a --to-repo r.example/a --to-oci b", "Expected either --to-tar or --to-repo")]
    [DataRow("copy --oci-tar a --to-oci b --lock-output c", "Cannot output lock file with tar destination")]
    [DataRow("describe --tar a --oci b", "Expected only one of --tar, --oci, or --oci-tar")]
    [DataRow("verify --oci a --oci-tar b", "Expected only one of --tar, --oci, or --oci-tar")]
    [DataRow("pull --oci a --oci-tar b -o c", "Expected only one of --tar, --oci, or --oci-tar")]
    public async Task FlagsThatExcludeOneAnotherAreRefused(string line, string why)
    {
        CliResult result = await InProcess.RunAsync(line.Split(' '));
        result.AssertFailed(why);
    }
}
