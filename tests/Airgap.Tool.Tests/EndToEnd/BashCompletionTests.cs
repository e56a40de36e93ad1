using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>The script for bash, in bash.</summary>
[TestClass]
public sealed class BashCompletionTests
{
    // As bash calls the function when the tab key is pressed.
    private const string Driver = """
        source "$1" || exit 1
        COMP_LINE="$TOOL $2"
        COMP_POINT=${#COMP_LINE}
        COMP_WORDS=("$TOOL" ignored)
        COMP_CWORD=1
        "$(complete -p "$3" | sed 's/.*-F \([^ ]*\) .*/\1/')"
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    [TestMethod]
    [DataRow("dotnet-airgap", "co", "completion copy")]
    [DataRow("dotnet-airgap", "copy --to-t", "--to-tar")]
    [DataRow("dotnet-airgap", "describe --output-type=y", "yaml", DisplayName = "bash replaces what follows the equals sign")]
    [DataRow("dotnet-airgap", "copy --to-tar x.tar -b registry.local:5055/user1/simple-app-bundle:", "v1.0.0", DisplayName = "a tag")]
    [DataRow("imgpkg", "tag resolve -i registry.local:5055/user1/simple-app-bundle:v", "v1.0.0", DisplayName = "a tag, as imgpkg")]
    [DataRow("imgpkg", "tag resolve -i registry.local:5055/user1/nothing-here:v", "", DisplayName = "no tag")]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Bash_CompletesTheLine(string name, string line, string expected)
    {
        if (!File.Exists("/bin/bash") && !File.Exists("/usr/bin/bash"))
            Assert.Inconclusive("There is no bash here.");
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bool isImgpkg = name == "imgpkg";
        CliResult script = isImgpkg ? await bench.RunAsImgpkgAsync("completion", "bash") : await bench.RunAsync("completion", "bash");
        Assert.AreEqual(0, script.ExitCode, script.Error);
        await File.WriteAllTextAsync(bench.Folder["script"], script.Output);
        await File.WriteAllTextAsync(bench.Folder["driver"], Driver);
        bench.Environment["TOOL"] = isImgpkg ? bench.Folder[Path.Combine("home", "imgpkg")] : await PackedTool.PathAsync();

        CliResult result = await Cli.RunAsync("bash", ["driver", bench.Folder["script"], line, name], bench.Environment, bench.Folder.Path);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsEmpty(result.Error);
        Assert.AreEqual(expected, string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }
}
