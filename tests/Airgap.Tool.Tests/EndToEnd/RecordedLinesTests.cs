using System.Text.RegularExpressions;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Each command's terminal output, compared with imgpkg's recorded output.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed partial class RecordedLinesTests
{
    [TestMethod]
    [DataRow("copy-flag-without-need.txt")]
    [DataRow("copy-foreign-to-repo.txt")]
    [DataRow("copy-foreign-to-tar.txt")]
    [DataRow("copy-lock.txt")]
    [DataRow("copy-tar-to-repo.txt")]
    public async Task Copy_PrintsTheSameLines(string file)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] recorded = await File.ReadAllLinesAsync(Fixtures.Golden("lines/" + file));
        string[] args = recorded[0]["$ imgpkg ".Length..]
            .Replace(" golden/", $" {Fixtures.Golden("")}/", StringComparison.Ordinal)
            .Replace(" input/", $" {Fixtures.Input("")}/", StringComparison.Ordinal)
            .Split(' ');

        CliResult own = await bench.RunAsync(args);
        CliResult imgpkg = await bench.RunAsImgpkgAsync(args);

        Assert.AreEqual(0, own.ExitCode, own.Error);
        string expected = Normal(recorded[1..^1]);
        Assert.AreEqual(expected, Normal(own.Output.TrimEnd().Split('\n')));
        Assert.AreEqual(expected, Normal(imgpkg.Output.TrimEnd().Split('\n')));
        Assert.IsEmpty(imgpkg.Error);
    }

    [TestMethod]
    public async Task UnderImgpkgsName_WithoutATerminal_NothingIsPrinted()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        CliResult result = await bench.RunAsImgpkgAsync(
            "copy", "-b", "registry.local:5055/user1/foreign-bundle:v1.0.0", "--to-tar", "out.tar");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsEmpty(result.Output);
        Assert.IsEmpty(result.Error);
        Assert.IsTrue(File.Exists(bench.Folder["out.tar"]));
    }

    [TestMethod]
    public async Task OwnName_WarnsOnStandardError_WithACode()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        CliResult result = await bench.RunAsync("copy", "-b", "registry.local:5055/user1/foreign-bundle:v1.0.0", "--to-tar", "out.tar");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("dotnet-airgap: Warning: AIRGAP2102: ", result.Error);
        Assert.DoesNotContain("Succeeded", result.Output);
    }

    // Times differ between runs, and so does the order of layers and of Go's maps.
    private static string Normal(IEnumerable<string> lines)
    {
        string[] all = [.. lines.Select(line => Time().Replace(line, "(time)"))];
        return string.Join('\n',
            all.OrderBy(line => line.Contains("done: file 'sha256-", StringComparison.Ordinal)
                ? 1 : line.Contains(" - ", StringComparison.Ordinal) ? 2 : 0).ThenBy(line => line, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"\([0-9.]+(µs|ms|s)\)$")]
    private static partial Regex Time();
}
