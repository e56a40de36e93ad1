using System.Text.Json;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class TimelineTests
{
    [TestMethod]
    public async Task ACopy_WritesWhatWaitedForWhat_AndItsReportDrawsIt()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string host = bench.Registry.Host;

        (CliResult result, JsonElement document) = await bench.RunJsonAsync(
            "copy", "-b", $"{host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{host}/new/timed", "--timeline", "time.json",
            "--report", "report.html");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("timeline", document.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("kind").GetString()));
        JsonElement[] events = PerfettoRules.AssertShown(bench.Folder["time.json"]);
        ILookup<string?, JsonElement> byPhase = events.ToLookup(each => each.GetProperty("ph").GetString());
        string?[] categories = [.. byPhase["X"].Select(each => each.GetProperty("cat").GetString()).Distinct()];
        foreach (string expected in new[] { "plan", "transfer", "complete", "image", "blob", "manifest", "request" })
            Assert.Contains(expected, categories);
        Assert.IsNotEmpty(byPhase["f"]);
        Assert.HasCount(byPhase["f"].Count(), byPhase["s"]);
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.Headers.ContainsKey("traceparent")), "a file changes no request");
        string page = await File.ReadAllTextAsync(bench.Folder["report.html"]);
        Assert.Contains("<h2 id=\"timeline\">Time</h2>", page);
        Assert.Contains("class=\"bar-time\"", page);
    }

    [TestMethod]
    public async Task AFailedCopy_LeavesItsTimeline_AndOneThatCannotBeWrittenFailsFirst()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string host = bench.Registry.Host;

        CliResult failed = await bench.RunAsync(
            "copy", "-b", $"{host}/mirror/none:1", "--to-repo", $"{host}/new/timed", "--timeline", "time.json");
        Assert.AreEqual(1, failed.ExitCode);
        PerfettoRules.AssertShown(bench.Folder["time.json"]);

        int before = bench.Registry.Requests.Count;
        CliResult refused = await bench.RunAsync(
            "copy", "-b", $"{host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{host}/new/timed", "--timeline", "none/time.json");
        refused.AssertFailed("AIRGAP3001");
        Assert.AreEqual(before, bench.Registry.Requests.Count);
    }
}
