using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>registry gc</c>, in the test's process.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RegistryGcTests
{
    [TestMethod]
    public async Task AFolderIsCollectedWhenNobodyServesIt()
    {
        using TempFolder folder = new();
        string blob;
        await using (RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = folder.Path }))
        {
            using RegistryWriter writer = new(registry.Address);
            await writer.PushImageAsync("a", "t", [1]);
            blob = (await writer.PushBlobAsync("a", [2])).Digest;
            CliResult held = await InProcess.RunAsync("registry", "gc", "--folder", folder.Path, "--grace", "0");
            held.AssertFailed("AIRGAP2157");
        }

        string data = Path.Combine(folder.Path, "docker/registry/v2/blobs/sha256", blob[7..9], blob[7..], "data");
        Assert.Contains("0 blobs (0 B) removed", (await InProcess.RunAsync("registry", "gc", "--folder", folder.Path)).Output,
            "it is younger than an hour");
        CliResult dry = await InProcess.RunAsync("registry", "gc", "--folder", folder.Path, "--grace", "0", "--dry-run");
        Assert.Contains("1 blob (1 B) to remove, 3 kept; 1 link to remove", dry.Output, dry.Error);
        Assert.IsTrue(File.Exists(data));

        CliResult done = await InProcess.RunAsync("registry", "gc", "--folder", folder.Path, "--grace", "0", "--json");
        Assert.AreEqual(0, done.ExitCode, done.Error);
        Assert.Contains("1 blob (1 B) removed, 3 kept", done.Output);
        Assert.IsFalse(File.Exists(data));
    }

    [TestMethod]
    [DataRow("AIRGAP2022", "registry gc")]
    [DataRow("AIRGAP3001", "registry gc --folder none")]
    [DataRow("AIRGAP2022", "registry gc --folder none --grace never")]
    [DataRow("AIRGAP2022", "serve --folder none --gc-grace never")]
    public async Task InvalidCombinations_AreRefused(string code, string line)
    {
        CliResult result = await InProcess.RunAsync(line.Split(' '));
        result.AssertFailed(code);
    }
}
