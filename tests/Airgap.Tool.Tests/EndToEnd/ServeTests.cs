using System.Diagnostics;
using System.Globalization;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ServeTests
{
    [TestMethod]
    [DataRow("-INT")]
    [DataRow("-TERM")]
    public async Task Serve_PrintsItsAddressFirst_ServesAndEndsCleanly(string signal)
    {
        using TempFolder folder = new();
        TempFolder.Copy(Path.Combine(Fixtures.Root, "storage"), folder["storage"]);
        using Process tool = await StartAsync("serve", "--folder", folder["storage"], "--listen", "127.0.0.1:0", "--access-log");
        Task<string> error = tool.StandardError.ReadToEndAsync();

        string? address = await tool.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        using RegistryContent content = new(new Uri(address!));
        string[] tags = [.. await content.TagsAsync("user1/simple-app-bundle")];
        (await Cli.RunAsync("kill", [signal, tool.Id.ToString(CultureInfo.InvariantCulture)])).EnsureSuccess();
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Contains("v1.0.0", tags);
        Assert.AreEqual(0, tool.ExitCode);
        Assert.Contains("/v2/user1/simple-app-bundle/tags/list", await error);
    }

    [TestMethod]
    public async Task TakenPort_IsAnError()
    {
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();

        CliResult result = await Cli.RunAsync(
            await PackedTool.PathAsync(), ["serve", "--folder", folder.Path, "--listen", registry.Host], PackedTool.DotnetEnvironment());

        result.AssertFailed("dotnet-airgap: Error: AIRGAP2022: ", "in use");
        Assert.IsEmpty(result.Output);
    }

    private static async Task<Process> StartAsync(params string[] args)
    {
        ProcessStartInfo start = Cli.StartInfo(await PackedTool.PathAsync(), args);
        foreach ((string name, string? value) in PackedTool.DotnetEnvironment())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
