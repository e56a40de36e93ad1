using System.IO.Compression;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PackageTests
{
    [TestMethod]
    public async Task Package_HoldsToolAndEvaluator_AndNoSymbols()
    {
        if (PackedTool.IsGiven)
            Assert.Inconclusive("The tests run a tool that was packed elsewhere.");
        await PackedTool.PathAsync();

        using ZipArchive package = await ZipFile.OpenReadAsync(Directory.GetFiles(PackedTool.Packages).Single());
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];

        Assert.Contains("tools/net10.0/any/dotnet-airgap.dll", files);
        Assert.Contains("tools/net10.0/any/evaluation/Airgap.Evaluation.dll", files);
        Assert.Contains("tools/net10.0/any/evaluation/Airgap.Evaluation.runtimeconfig.json", files);
        Assert.Contains("tools/net10.0/any/evaluation/Microsoft.Build.Locator.dll", files);
        Assert.IsFalse(files.Any(file => file.EndsWith(".pdb", StringComparison.Ordinal)), "Symbols are packed.");
        Assert.IsFalse(files.Any(file => file.Contains("/Microsoft.Build.dll", StringComparison.Ordinal)), "MSBuild comes from the SDK.");
    }

    [TestMethod]
    public async Task TwoPacksAreTheSameToTheByte()
    {
        if (PackedTool.IsGiven)
            Assert.Inconclusive("The tests run a tool that was packed elsewhere.");
        await PackedTool.PathAsync();
        using TempFolder folder = new();
        await PackedTool.PackAsync(folder.Path);

        string first = Directory.GetFiles(PackedTool.Packages).Single();
        string second = Directory.GetFiles(folder.Path).Single();
        Assert.AreEqual(Path.GetFileName(first), Path.GetFileName(second));
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(first), await File.ReadAllBytesAsync(second), first);
    }

    [TestMethod]
    public async Task InstalledTool_RunsByItsNameAndAsADotnetCommand()
    {
        string tool = await PackedTool.PathAsync();
        Dictionary<string, string?> environment = PackedTool.DotnetEnvironment();
        environment["PATH"] = Path.GetDirectoryName(tool) + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");

        CliResult direct = (await Cli.RunAsync(tool, ["version"], environment)).EnsureSuccess();
        CliResult command = (await Cli.RunAsync("dotnet", ["airgap", "version"], environment)).EnsureSuccess();

        Assert.StartsWith("dotnet-airgap version 0.", direct.Output);
        Assert.AreEqual(direct.Output, command.Output);
    }
}
