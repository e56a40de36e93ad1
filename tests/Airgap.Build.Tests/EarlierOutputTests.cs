using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;

namespace Airgap.Build.Tests;

/// <summary>Outputs of an earlier publish are not mistaken for the result of a failed one.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class EarlierOutputTests
{
    [TestMethod]
    public async Task ASummaryAndATimelineOfAnotherProject_AreReplacedWithAWarning()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject one = new TestProject(TestProject.SimpleBundle).Reaching(source);
        using TestProject two = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string[] publish = ["-p:AirgapRegistry=" + source.Host + "/apps", "-p:AirgapSummary=" + one["summary.md"],
            "-p:AirgapTimeline=" + one["timeline.json"]];
        DotnetResult first = (await one.RelocateAsync(publish)).Succeeded();
        DotnetResult second = (await two.RelocateAsync(publish)).Succeeded();

        Assert.IsEmpty(first.Lines("AIRGAP2211"));
        // Each stands once more in the build's own summary.
        Assert.HasCount(2, second.Lines("AIRGAP2211").Select(line => line.Trim()).Distinct(), second.Output);
    }

    [TestMethod]
    public async Task WhatIsFromBeforeAFailureIsNamedAndTheSummaryStatesIt()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string[] publish = ["-p:AirgapRegistry=" + source.Host + "/apps", "-p:AirgapSummary=summary.md",
            "-p:AirgapLimitRate=other.example.com=1MB/s"];
        DotnetResult good = (await project.RelocateAsync(publish)).Succeeded();
        string page = File.ReadAllText(project["summary.md"]);
        source.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet ? Fault.Status(StatusCodes.Status403Forbidden) : null;
        DotnetResult bad = (await project.RelocateAsync(publish)).FailedWith("AIRGAP1004");

        Assert.IsEmpty(good.Lines("AIRGAP3026"));
        Assert.Contains($"AirgapLimitRate had no effect for other.example.com: this run contacted {source.Host}",
            good.Lines("AIRGAP1061")[0]);
        Assert.IsEmpty(bad.Lines("AIRGAP1061"));
        Assert.Contains("**Complete", page);
        string warning = bad.Lines("AIRGAP3026")[0];
        Assert.Contains(project.Report, warning);
        Assert.DoesNotContain("summary.md", warning);
        page = File.ReadAllText(project["summary.md"]);
        Assert.Contains("**1 failure**: Failed", page);
        Assert.Contains("AIRGAP1004", page);
    }
}
