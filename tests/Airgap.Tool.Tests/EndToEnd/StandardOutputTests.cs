using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>
/// Standard output and standard error may be closed, full or unread: no command aborts, and their text reaches no other file.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(OperatingSystems.Linux)]
public sealed class StandardOutputTests
{
    private const string Bundle = "registry.local:5055/user1/simple-app-bundle:v1.0.0";
    private static readonly string[] s_commands =
        ["version", "-v", "version --json", "--help", $"describe -b {Bundle}", $"tag list -i {Bundle} --json", "completion bash"];

    [TestMethod]
    [DataRow("> /dev/full", "No space left on device")]
    [DataRow(">&-", "Bad file descriptor")]
    public async Task AnUnwritableOutput_IsOneLineAndAFailure(string redirection, string reason)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        foreach (string command in s_commands)
        {
            CliResult result = await ShellAsync(bench, $"\"$TOOL\" {command} {redirection}");
            Assert.AreEqual(1, result.ExitCode, $"{command}: {result.Error}");
            Assert.StartsWith("dotnet-airgap: Error: AIRGAP2075: Standard output was not written: ", result.Error);
            Assert.Contains(reason, result.Error);
        }
    }

    [TestMethod]
    public async Task AReaderThatLeaves_IsNoFailure()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        foreach (string command in s_commands)
        {
            CliResult result = await ShellAsync(bench, $"{{ \"$TOOL\" {command}; echo $? >&2; }} | true");
            Assert.AreEqual("0\n", result.Error, command);
        }
    }

    [TestMethod]
    [DataRow("> /dev/full 2> /dev/full")]
    [DataRow(">&- 2>&-")]
    public async Task ACopyThatNobodyHears_IsDoneAllTheSame(string redirection)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await ShellAsync(bench, $"\"$TOOL\" copy -b {Bundle} --to-tar out.tar {redirection}");
        Assert.AreEqual(1, result.ExitCode);
        Assert.IsEmpty(result.Output + result.Error);
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar")), await File.ReadAllBytesAsync(bench.Folder["out.tar"]));
    }

    [TestMethod]
    public async Task ErrorsThatNobodyHears_EndTheSameWay()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        foreach (string redirection in new[] { "2> /dev/full", "2>&-" })
            Assert.AreEqual(1, (await ShellAsync(bench, $"\"$TOOL\" copy -b {Bundle} {redirection}")).ExitCode, redirection);
    }

    private static async Task<CliResult> ShellAsync(Bench bench, string line)
    {
        bench.Environment["TOOL"] = await PackedTool.PathAsync();
        return await Cli.RunAsync("sh", ["-c", line], bench.Environment, bench.Folder.Path);
    }
}
