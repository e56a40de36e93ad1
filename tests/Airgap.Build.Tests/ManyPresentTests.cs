using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary><c>AirgapAskInBulk</c> and <c>AirgapEarlierPlan</c> for many images that are all present at the destination.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ManyPresentTests
{
    private const int Images = 40;

    [TestMethod]
    public async Task AnEarlierPlanAndBulkQuestionsTakeFewRequests()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await ManyImages.WriteAsync(source.Address, source.Host, Images);
        string bundle = $"{source.Host}/{ManyImages.Bundle}", to = $"{far.Host}/apps/bundle";
        using TestProject project = new($"""<ImgpkgBundle Include="{bundle}" />""");
        foreach (string[] how in new string[][] { ["--plan-out", "plan.json"], [] })
            (await Dotnet.RunAsync(
                project.Folder, ["exec", PackedPackage.Tool, "copy", "-b", bundle, "--to-repo", to, .. how], project.Environment))
                .Succeeded();
        source.Clear();
        far.Clear();

        DotnetResult again = (await project.RelocateAsync(
            $"-p:AirgapRegistry={far.Host}/apps", "-p:AirgapArtifacts=none", "-p:AirgapAskInBulk=true",
            "-p:AirgapEarlierPlan=plan.json")).Succeeded();

        Assert.Contains("1 up to date", again.Output);
        Assert.IsLessThan(
            Images, source.Requests.Count + far.Requests.Count, string.Join('\n', source.Requests.Concat(far.Requests)));
        Assert.HasCount(4, far.Of(RequestKind.ManifestPut));
        Assert.IsEmpty(far.Of(RequestKind.BlobHead));
    }

    [TestMethod]
    public async Task WhereTheySaveNothingIsAWarning_AndAnotherFileAnError()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        await File.WriteAllTextAsync(project["plan.json"], "{}");
        DotnetResult archive = await project.RelocateAsync(
            "-p:AirgapArchive=out/", "-p:AirgapAskInBulk=true", "-p:AirgapEarlierPlan=plan.json");
        archive.FailedWith("AIRGAP2240");
        Assert.Contains("AirgapAskInBulk saves no requests here", archive.Lines("warning AIRGAP2123")[0]);
        Assert.HasCount(1, archive.Lines("warning AIRGAP2123").Distinct(), archive.Output);
    }
}
