using System.Text;
using Airgap.Oci;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Html;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.TestKit;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Tests.Reporting;

/// <summary>The target and length of the Markdown summary.</summary>
[TestClass]
public sealed class SummaryTests : RelocatorTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task GitHubsFileIsAppendedTo()
    {
        File.WriteAllText(_folder["summary.md"], "before\n");
        SummaryOutcome outcome =
            await Target(("GITHUB_STEP_SUMMARY", _folder["summary.md"]), ("TF_BUILD", "")).WriteAsync(await ModelAsync(), Token);

        Assert.IsNull(outcome.Announcement);
        Assert.StartsWith("before\n\n### simple-app-bundle\n", File.ReadAllText(_folder["summary.md"]));
    }

    [TestMethod]
    public async Task GitHubsLimitIsKeptAndAFullFileIsAWarning()
    {
        ReportModel model = await ModelAsync();
        model = model with { Roots = [model.Roots[0] with { Children = [.. Enumerable.Repeat(model.Roots[0].Children[0], 9_000)] }] };
        File.WriteAllText(_folder["summary.md"], new string('x', 500_000));
        SummaryTarget target = Target(("GITHUB_STEP_SUMMARY", _folder["summary.md"]));

        Assert.IsNull((await target.WriteAsync(model, Token)).Warning);
        Assert.IsLessThanOrEqualTo(MarkdownSummary.GitHubLimit, new FileInfo(_folder["summary.md"]).Length);
        Assert.Contains("more, omitted for lack of space.", File.ReadAllText(_folder["summary.md"]));

        Assert.AreEqual(ErrorCode.SummaryNotWritten, (await target.WriteAsync(model, Token)).Warning?.Code);
        Assert.IsLessThanOrEqualTo(MarkdownSummary.GitHubLimit, new FileInfo(_folder["summary.md"]).Length);
    }

    [TestMethod]
    public async Task FailuresThatDoNotFit_AreCounted()
    {
        const int Failures = 100;
        const int Limit = 8_000;
        ReportModel model = (await ModelAsync()) with
        {
            Failures = [.. Enumerable.Range(0, Failures).Select(i => new Diagnostic(ErrorCode.Forbidden, $"No. {i} {new string('x', 200)}", ""))],
        };
        string text = MarkdownSummary.Write(model, Limit);

        int shown = text.Split("\n- AIRGAP").Length - 1;
        Assert.IsLessThan(Failures, shown);
        Assert.Contains($"\n{Failures - shown} more lines are omitted for lack of space.\n", text);
        Assert.IsLessThanOrEqualTo(Limit, Encoding.UTF8.GetByteCount(text));
    }

    [TestMethod]
    public async Task OnlyContentThatWasSentIsCalledVerified()
    {
        ReportModel sent = await ModelAsync();
        ReportModel mounted = sent with { Work = sent.Work with { Mounted = new BlobCount(1, 5) } };
        ReportModel present = sent with { Work = sent.Work with { Present = new BlobCount(1, 5) } };

        Assert.Contains("**Complete and verified**", MarkdownSummary.Write(sent));
        Assert.Contains("Complete and verified</strong>", HtmlReport.Write(sent));
        foreach (ReportModel told in new[] { mounted, present })
        {
            Assert.Contains("**Complete**: ", MarkdownSummary.Write(told));
            Assert.DoesNotContain("Complete and verified", HtmlReport.Write(told));
        }
    }

    [TestMethod]
    public async Task ManyAtOnceLoseNothing()
    {
        ReportModel model = await ModelAsync();
        await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Task.Run(() => Target(("GITHUB_STEP_SUMMARY", _folder["summary.md"])).WriteAsync(model, Token), Token)));
        Assert.HasCount(9, File.ReadAllText(_folder["summary.md"]).Split("### simple-app-bundle"));
    }

    [TestMethod]
    public async Task AzureIsToldByALoggingCommand()
    {
        SummaryOutcome outcome =
            await Target(("TF_BUILD", "True"), ("AGENT_TEMPDIRECTORY", _folder.Path)).WriteAsync(await ModelAsync(), Token);

        Assert.AreEqual($"##vso[task.uploadsummary]{outcome.Path}", outcome.Announcement);
        Assert.StartsWith("### simple-app-bundle\n", File.ReadAllText(outcome.Path!));
    }

    [TestMethod]
    public async Task AFolderThatIsNotThereIsAWarningWhereItWasFoundAndAFailureWhereItWasAskedFor()
    {
        ReportModel model = await ModelAsync();
        Assert.AreEqual(ErrorCode.SummaryNotWritten,
            (await Target(("GITHUB_STEP_SUMMARY", _folder["none/summary.md"])).WriteAsync(model, Token)).Warning?.Code);
        Assert.AreEqual(ErrorCode.SummaryNotWritten,
            (await Target(("TF_BUILD", "True"), ("AGENT_TEMPDIRECTORY", _folder["none"])).WriteAsync(model, Token)).Warning?.Code);
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => SummaryTarget.Find(_folder["none/summary.md"], detects: true, _ => null)!.WriteAsync(model, Token));
    }

    [TestMethod]
    [DataRow("none")]
    [DataRow("false")]
    public void TheSummary_CanBeTurnedOff(string asked) =>
        Assert.IsNull(SummaryTarget.Find(asked, detects: true, _ => _folder["summary.md"]));

    [TestMethod]
    public void NothingIsWrittenWhereNobodyAsksAndNoSystemIsFound() => Assert.IsNull(SummaryTarget.Find("", detects: true, _ => null));

    private static SummaryTarget Target(params (string Name, string Value)[] environment) =>
        SummaryTarget.Find("", detects: true, name => environment.FirstOrDefault(variable => variable.Name == name).Value)!;

    private async Task<ReportModel> ModelAsync()
    {
        ReportBuilder builder = new();
        builder.Add(await CopyToRepositoryAsync(BundleSource("simple-app-bundle"), "mirror.local/apps/simple"));
        return builder.Build();
    }
}
