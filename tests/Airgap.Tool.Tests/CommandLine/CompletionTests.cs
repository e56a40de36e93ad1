using System.Globalization;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.CommandLine;

[TestClass]
public sealed class CompletionTests
{
    [TestMethod]
    [DataRow("bash", "complete -o bashdefault")]
    [DataRow("zsh", "#compdef ")]
    [DataRow("fish", "complete -c ")]
    [DataRow("powershell", "Register-ArgumentCompleter")]
    public async Task EveryShell_HasAScriptForTheNameThatWasTyped(string shell, string phrase)
    {
        CliResult own = await InProcess.RunAsync("completion", shell);
        CliResult imgpkg = await InProcess.RunAsAsync("imgpkg", "completion", shell);

        Assert.AreEqual(0, own.ExitCode, own.Error);
        Assert.AreEqual(0, imgpkg.ExitCode, imgpkg.Error);
        Assert.Contains(phrase, own.Output);
        Assert.Contains("dotnet-airgap", own.Output);
        Assert.Contains("imgpkg", imgpkg.Output);
        Assert.DoesNotContain("airgap", imgpkg.Output);
        foreach (string placeholder in new[] { "NAME", "FUNCTION", "\r" })
            Assert.DoesNotContain(placeholder, own.Output);
    }

    [TestMethod]
    [DataRow("co", "completion copy")]
    [DataRow(" co", "completion copy")]
    [DataRow("copy --to", "--to-oci --to-oci-tar --to-repo --to-tar")]
    [DataRow("copy --js", "--json")]
    [DataRow("--json copy --lock-", "--lock-output")]
    [DataRow("describe -o ", "text yaml")]
    [DataRow("describe -o y", "yaml")]
    [DataRow("describe --output-type=", "--output-type=text --output-type=yaml")]
    [DataRow("copy --resume=f", "--resume=false")]
    [DataRow("tag ", "list ls resolve")]
    [DataRow("completion ", "bash fish powershell zsh")]
    [DataRow("copy --lock ", "")]
    [DataRow("copy --lock --to", "")]
    [DataRow("push --file-exclude-", "")]
    [DataRow("nonsense --nonsense=", "")]
    [DataRow("copy -b 127.0.0.1:1/a/b:", "")]
    [DataRow("copy --registry-retry-count=x -b 127.0.0.1:1/a/b:", "")]
    [DataRow("copy -b Bad!:", "")]
    [DataRow("copy -b a/b@sha256:", "")]
    public async Task TheLastWord_IsCompleted(string line, string expected)
    {
        CliResult result = await InProcess.RunAsync(string.Create(CultureInfo.InvariantCulture, $"[suggest:{line.Length}]"), line);

        Assert.AreEqual(0, result.ExitCode);
        Assert.IsEmpty(result.Error);
        Assert.AreEqual(expected,
            string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd('\r'))));
    }

    [TestMethod]
    [DataRow("[suggest:2]", "copy --json", "completion copy")]
    [DataRow("[suggest]", "copy --to-t", "--to-tar")]
    [DataRow("[suggest:8]", "describe", "describe")]
    [DataRow("[suggest:99]", "tag", "list ls resolve")]
    public async Task ThePosition_IsTheCursors(string directive, string line, string expected)
    {
        CliResult result = await InProcess.RunAsync(directive, line);

        Assert.AreEqual(expected,
            string.Join(' ', result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(word => word.TrimEnd('\r'))));
    }
}
