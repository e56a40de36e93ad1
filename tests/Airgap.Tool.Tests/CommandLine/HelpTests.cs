using Airgap.TestKit;

namespace Airgap.Tool.Tests.CommandLine;

[TestClass]
public sealed class HelpTests
{
    [TestMethod]
    public async Task BareRoot_PrintsHelpAndFails()
    {
        CliResult result = await InProcess.RunAsync();

        result.AssertFailed("package-repository");
    }

    [TestMethod]
    [DataRow("copy")]
    [DataRow("init")]
    [DataRow("package-repository")]
    [DataRow("publish")]
    [DataRow("serve")]
    [DataRow("version")]
    public async Task EveryCommand_HasHelp(string command)
    {
        CliResult result = await InProcess.RunAsync(command, "--help");

        Assert.AreEqual(0, result.ExitCode);
        Assert.IsEmpty(result.Error);
        Assert.Contains($"dotnet airgap {command}", result.Output);
        Assert.Contains("Global options:", result.Output);
        Assert.IsFalse(result.Output.Split('\n').Any(line => line.EndsWith(' ')), "No line ends in blanks.");
    }

    [TestMethod]
    public async Task CopyHelp_GroupsRegistryOptionsAndShowsExamples()
    {
        CliResult result = await InProcess.RunAsync("copy", "-h");

        string own = result.Output[..result.Output.IndexOf("Registry options:", StringComparison.Ordinal)];
        Assert.Contains("Examples:", own);
        Assert.Contains("-b, --bundle REF", own);
        Assert.DoesNotContain("--registry-", own);
    }

    [TestMethod]
    [DataRow("copy")]
    [DataRow("publish")]
    [DataRow("tag list")]
    public async Task AHelpPage_BeginsWithTheCommandsOwnOptions(string command)
    {
        string page = (await InProcess.RunAsync(["help", .. command.Split(' ')])).Output;
        string[] titles = [.. page.Split('\n').Select(line => line.TrimEnd('\r'))
            .Where(line => line.EndsWith(':') && !line.StartsWith(' '))];
        Assert.AreSequenceEqual(
            ["Usage:", "Options:", "Examples:", "Registry options:", "Global options:"], titles.Where(title => title != "Arguments:"));
    }

    [TestMethod]
    [DataRow("imgpkg", "help", "--help")]
    [DataRow("dotnet-airgap", "help copy", "copy --help")]
    [DataRow("imgpkg", "help tag list", "tag list --help")]
    [DataRow("imgpkg", "help tag ls", "tag list -h")]
    public async Task HelpOfACommand_IsItsHelp(string name, string asked, string same)
    {
        CliResult help = await InProcess.RunAsAsync(name, asked.Split(' '));
        Assert.AreEqual(0, help.ExitCode, help.Error);
        Assert.AreEqual((await InProcess.RunAsAsync(name, same.Split(' '))).Output, help.Output);
    }

    [TestMethod]
    public async Task HelpOfNoCommand_NamesTheNearest()
    {
        CliResult result = await InProcess.RunAsync("help", "coppy");
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("Unknown command 'coppy'. Did you mean 'copy'?",
            result.Error.ReplaceLineEndings(" ").Replace("  ", "", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task WhatFollowsAnUnknownCommand_IsNotCalledOne()
    {
        CliResult result = await InProcess.RunAsync("--tty", "publihs", "app.cs", "--deep");
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains("Unknown command 'publihs'.", result.Error);
        Assert.Contains("Did you mean 'publish'?", result.Error);
        Assert.DoesNotContain("app.cs", result.Error);
        Assert.DoesNotContain("--deep", result.Error);
    }

    [TestMethod]
    public async Task HelpBesideNonsense_IsHelp()
    {
        CliResult result = await InProcess.RunAsync("copy", "--nonsense", "--help");

        Assert.AreEqual(0, result.ExitCode);
        Assert.Contains("Usage:", result.Output);
    }

    [TestMethod]
    [DataRow("dotnet-airgap", "version", "dotnet-airgap version 1.2.3")]
    [DataRow("dotnet-airgap", "--version", "dotnet-airgap version 1.2.3")]
    [DataRow("imgpkg", "version", "imgpkg version 1.2.3")]
    [DataRow("imgpkg", "-v", "imgpkg version 1.2.3")]
    public async Task Version_IsTheLineThatScriptsMatch(string name, string argument, string line)
    {
        CliResult result = await InProcess.RunAsAsync(name, argument);

        Assert.AreEqual(0, result.ExitCode);
        Assert.AreEqual(line, result.Output.TrimEnd());
        Assert.IsEmpty(result.Error);
    }

    [TestMethod]
    public async Task GlobalFlags_AreTakenByEveryCommand()
    {
        CliResult result = await InProcess.RunAsync(
            "version", "--tty=true", "--color=false", "-y", "--column", "a,b", "--debug", "--json=false");

        Assert.AreEqual(0, result.ExitCode);
        Assert.AreEqual("dotnet-airgap version 1.2.3", result.Output.TrimEnd());
    }
}
