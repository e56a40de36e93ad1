using Airgap.TestKit;
using Airgap.TestKit.Peers;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>The script for each shell, in the shell.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class CompletionScriptTests
{
    // Calls the function as bash does when the tab key is pressed. Each driver gets the script, the rest of the line and the tool's name.
    private const string Bash = """
        source "$1" || exit 1
        COMP_LINE="$TOOL $2"
        COMP_POINT=${#COMP_LINE}
        COMP_WORDS=("$TOOL" ignored)
        COMP_CWORD=1
        "$(complete -p "$3" | sed 's/.*-F \([^ ]*\) .*/\1/')"
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    // A shell in its own terminal receives the line and a tab; the text on its line afterwards is the result.
    private const string Zsh = """
        zmodload zsh/zpty || exit 1
        export SCRIPT=$1 TERM=xterm
        cat > start <<'END'
        PROMPT= RPROMPT=
        autoload -Uz compinit && compinit -u -D
        source "$SCRIPT"
        complete-and-show() {
            zle expand-or-complete
            print -r -- "$BUFFER" > line.new
            mv line.new line
        }
        zle -N complete-and-show
        bindkey '^I' complete-and-show
        print started > started
        END
        arrived() { until [[ -e $1 ]]; do zpty -r -t z ignored || sleep 0.05; done }
        zpty z zsh -f -i
        zpty -w z 'source ./start'
        arrived started
        zpty -n -w z "$3 $2"$'\t'
        arrived line
        zpty -d z
        line=$(<line)
        print -r -- "${line#"$3 "}"
        """;

    private const string Fish = """
        source $argv[1]
        complete -C "$argv[3] $argv[2]"
        """;

    private const string PowerShell = """
        param($script, $line, $tool)
        Get-Content -Raw $script | Invoke-Expression
        $whole = "$tool $line"
        (TabExpansion2 -inputScript $whole -cursorColumn $whole.Length).CompletionMatches | ForEach-Object { $_.CompletionText }
        """;

    private const string Bundle = "registry.local:5055/user1/simple-app-bundle";

    [TestMethod]
    [DataRow("bash", "copy --to-t", "--to-tar")]
    [DataRow("bash", $"tag resolve -i {Bundle}:v", "v1.0.0")]
    [DataRow("zsh", "copy --to-t", "airgap copy --to-tar")]
    [DataRow("fish", "copy --to-t", "--to-tar")]
    [DataRow("fish", $"tag resolve -i {Bundle}:v", $"{Bundle}:v1.0.0")]
    [DataRow("pwsh", "copy --to-t", "--to-tar")]
    public Task TheShell_CompletesTheLine_OfDotnetAirgap(string shell, string line, string expected) =>
        CompletesAsync(shell, "airgap " + line, expected, isImgpkg: false, typed: "dotnet");

    [TestMethod]
    [DataRow("bash", "co", "completion copy")]
    [DataRow("bash", "copy --to-t", "--to-tar")]
    [DataRow("bash", "describe --output-type=y", "yaml", DisplayName = "bash replaces what follows the equals sign")]
    [DataRow("bash", $"copy --to-tar x.tar -b {Bundle}:", "v1.0.0", DisplayName = "a tag, in bash")]
    [DataRow("bash", $"tag resolve -i {Bundle}:v", "v1.0.0", true, DisplayName = "a tag, in bash, as imgpkg")]
    [DataRow("bash", "tag resolve -i registry.local:5055/user1/nothing-here:v", "", true, DisplayName = "no tag, in bash")]
    [DataRow("zsh", "copy --to-t", "copy --to-tar")]
    [DataRow("zsh", "describe --output-type=y", "describe --output-type=yaml")]
    [DataRow("zsh", $"tag resolve -i {Bundle}:v", $"tag resolve -i {Bundle}:v1.0.0", DisplayName = "a tag, in zsh")]
    [DataRow("zsh", "copy --lock star", "copy --lock start", DisplayName = "a file, in zsh")]
    [DataRow("fish", "co", "completion copy")]
    [DataRow("fish", "describe --output-type=y", "--output-type=yaml")]
    [DataRow("fish", $"tag resolve -i {Bundle}:v", $"{Bundle}:v1.0.0", DisplayName = "a tag, in fish")]
    [DataRow("fish", "copy --lock driv", "driver", DisplayName = "a file, in fish")]
    [DataRow("pwsh", "co", "completion copy")]
    [DataRow("pwsh", "describe --output-type=y", "--output-type=yaml")]
    [DataRow("pwsh", $"tag resolve -i {Bundle}:v", $"{Bundle}:v1.0.0", DisplayName = "a tag, in PowerShell")]
    public Task TheShell_CompletesTheLine(string shell, string line, string expected, bool isImgpkg = false) =>
        CompletesAsync(shell, line, expected, isImgpkg, isImgpkg ? "imgpkg" : "dotnet-airgap");

    private static async Task CompletesAsync(string shell, string line, string expected, bool isImgpkg, string typed)
    {
        string program = Peer.Require(shell);
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string kind = shell == "pwsh" ? "powershell" : shell;
        CliResult script = isImgpkg ? await bench.RunAsImgpkgAsync("completion", kind) : await bench.RunAsync("completion", kind);
        Assert.AreEqual(0, script.ExitCode, script.Error);
        await File.WriteAllTextAsync(bench.Folder["script"], script.Output);
        (string driver, string[] options, string name) = shell switch
        {
            "bash" => (Bash, Array.Empty<string>(), "driver"),
            "zsh" => (Zsh, ["-f"], "driver"),
            "fish" => (Fish, ["--no-config"], "driver"),
            _ => (PowerShell, ["-NoProfile", "-NoLogo", "-File"], "driver.ps1"),
        };
        await File.WriteAllTextAsync(bench.Folder[name], driver);
        string tool = await PackedTool.PathAsync();
        bench.Environment["TOOL"] = isImgpkg ? bench.Folder[Path.Combine("home", "imgpkg")] : typed == "dotnet" ? typed : tool;
        bench.Environment["PATH"] = $"{Path.GetDirectoryName(tool)}:{Environment.GetEnvironmentVariable("PATH")}";

        // On a busy machine the registry may respond too late, after two seconds, and tags are missing: then the test tries again.
        string completed = await CompleteAsync();
        for (int again = 0; again < 9 && completed.Length == 0 && expected.Length > 0; again++)
            completed = await CompleteAsync();
        Assert.AreEqual(expected, completed);

        async Task<string> CompleteAsync()
        {
            CliResult result = await Cli.RunAsync(
                program, [.. options, name, bench.Folder["script"], line, typed], bench.Environment, bench.Folder.Path);
            Assert.AreEqual(0, result.ExitCode, result.Error);
            Assert.IsEmpty(result.Error);
            return string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd()));
        }
    }
}
