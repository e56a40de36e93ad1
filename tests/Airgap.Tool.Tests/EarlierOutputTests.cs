using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Outputs of an earlier run are not mistaken for the result of a failed run.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class EarlierOutputTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task AFailedCopy_ReportsItsFailure_AndNamesWhatIsFromBefore()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] copy =
        [
            "copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--report", _folder["report.html"], "--summary",
            _folder["summary.md"], "--receipt", _folder["receipt.json"], "--lock-output", _folder["lock.yml"], "--json",
        ];
        CliResult good = await InProcess.RunAsync(copy);
        string page = File.ReadAllText(_folder["report.html"]);
        Source.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet ? Fault.Status(403) : null;
        CliResult bad = await InProcess.RunAsync(copy);

        Assert.AreEqual(0, good.ExitCode, good.Error);
        Assert.DoesNotContain("AIRGAP3026", good.Output);
        Assert.Contains("Complete and verified", page);
        Assert.AreEqual(1, bad.ExitCode);
        page = File.ReadAllText(_folder["report.html"]);
        Assert.DoesNotContain("Complete", page);
        Assert.Contains("<code class=\"code\">AIRGAP1004</code>", page);
        Assert.Contains("Failed while planning", page);
        Assert.DoesNotContain("copied",
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("<script", StringComparison.Ordinal)]);
        string summary = File.ReadAllText(_folder["summary.md"]);
        Assert.Contains("**1 failure**: Failed while planning", summary);
        Assert.Contains("AIRGAP1004", summary);
        Assert.DoesNotContain("| Image |", summary);
        JsonElement document = JsonDocument.Parse(bad.Output).RootElement;
        JsonElement warning = Assert.ContainsSingle(document.GetProperty("warnings").EnumerateArray());
        Assert.AreEqual("AIRGAP3026", warning.GetProperty("code").GetString());
        Assert.Contains(
            $"'{_folder["lock.yml"]}', '{_folder["receipt.json"]}' are from before this run, which failed and did not write them.",
            warning.GetProperty("message").GetString()!);
        Assert.AreEqual("AIRGAP1004", document.GetProperty("errors")[0].GetProperty("code").GetString());
        CollectionAssert.AreEquivalent(
            new[] { "page", "summary" },
            document.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("kind").GetString()).ToArray());
    }

    [TestMethod]
    public async Task AReport_StatesAFailureAfterTheContentArrived()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        far.OnRequest = (request, _) => request.Kind == RequestKind.ManifestPut
            && request.Reference.EndsWith(".sig", StringComparison.Ordinal) ? Fault.Status(403) : null;
        CliResult unsigned = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--report", _folder["report.html"], "--sign-images", "--sign-key",
            Private("p256"));

        Assert.AreEqual(1, unsigned.ExitCode);
        string page = File.ReadAllText(_folder["report.html"]);
        Assert.DoesNotContain("Complete and verified", page);
        Assert.Contains("1 failure", page);
        Assert.Contains("simple-app-bundle", page[page.IndexOf("<tbody", StringComparison.Ordinal)..]);
    }

    [TestMethod]
    public async Task AReceiptThatIsRead_IsNoOutput()
    {
        File.WriteAllText(_folder["receipt.json"], "");
        CliResult failed = await InProcess.RunAsync("diff", "--receipt", _folder["receipt.json"], "--to-repo", $"{Source.Host}/a/b");

        Assert.AreEqual(1, failed.ExitCode);
        Assert.DoesNotContain("AIRGAP3026", failed.Error);
    }

    [TestMethod]
    [DataRow("copy -b {0}/mirror/none:v1 --to-tar {1}", "out.tar")]
    [DataRow("copy -b {0}/mirror/none:v1 --to-repo {0}/a/b --plan-out {1}", "plan.json")]
    [DataRow("copy -b {0}/mirror/none:v1 --to-repo {0}/a/b --dry-run --plan {1}", "plan.json")]
    [DataRow("describe -b {0}/mirror/none:v1 --html={1}", "page.html")]
    [DataRow("packages list -b {0}/mirror/none:v1 --html={1}", "page.html")]
    [DataRow("package-repository -b {0}/mirror/none:v1 -o {1}", "repository.yml")]
    [DataRow("pull -b {0}/mirror/none:v1 -o {1} --force", "pulled/file")]
    public async Task EachCommand_NamesItsOutputThatIsFromBefore(string line, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
        string output = file.Contains('/', StringComparison.Ordinal) ? _folder["pulled"] : _folder[file];
        File.WriteAllText(_folder[file], file == "plan.json" ? "" : "before");
        CliResult failed = await InProcess.RunAsync(
            [.. line.Split(' ').Select(word => string.Format(null, word, Source.Host, output))]);

        failed.AssertFailed("AIRGAP1005", $"AIRGAP3026: '{output}' is from before this run, which failed and did not write it.");
    }

    [TestMethod]
    [DataRow("/", "AIRGAP2022")]
    [DataRow("file", "AIRGAP3014")]
    public async Task AnOutputThatIsRefused_IsNotNamedAgain(string output, string code)
    {
        File.WriteAllText(_folder["file"], "before");
        CliResult failed = await InProcess.RunAsync(
            "pull", "-b", $"{Source.Host}/mirror/none:v1", "-o", output == "/" ? Path.GetPathRoot(_folder["file"])! : _folder[output]);

        failed.AssertFailed(code);
        Assert.DoesNotContain("AIRGAP3026", failed.Error);
    }
}
