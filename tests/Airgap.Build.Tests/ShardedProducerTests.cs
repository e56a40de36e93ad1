using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>
/// A bundle that the project makes, with the image of another project of the solution, in stages: only the machine of the plan has both.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ShardedProducerTests
{
    private const string Reference =
        """<ProjectReference Include="..\Web\Web.csproj" AirgapImage="true" ReferenceOutputAssembly="false" />""";

    [TestMethod]
    public async Task ThePlanPushesWhatNoOtherMachineHas()
    {
        await using RegistryFixture images = await RegistryFixture.StartEmptyAsync(), far = await RegistryFixture.StartEmptyAsync();
        using ImageSolution solution = await ImageSolution.CreateAsync(
            Reference, images, "<ContainerArchiveOutputPath>out/</ContainerArchiveOutputPath>");
        solution.WritePackage("team/web:latest");
        string[] to = [$"-p:AirgapRegistry={far.Host}/apps", "-p:AirgapPlan=plan.json"];

        DotnetResult refused = await RunAsync("build", "PlanImgpkgBundles", to);
        Assert.HasCount(1, refused.Lines("error AIRGAP2243").Distinct(), refused.Output);
        Assert.Contains("Set AirgapBundleRepository to a repository that all machines read", refused.Output);
        Assert.IsFalse(File.Exists(solution["Repository/plan.json"]));
        Assert.IsEmpty(far.Requests.Where(request => request.Method is not ("GET" or "HEAD")));

        to = [.. to, $"-p:AirgapBundleRepository={far.Host}/own/repository"];
        // As users type it, in a separate process: Publish runs first, and leaves the relocation to the stage.
        DotnetResult plan = (await Dotnet.RunAsync(
            solution["Repository"],
            ["publish", "-t:PlanImgpkgBundles", $"-p:RestoreSources={PackedPackage.Feed}", "-p:AirgapShards=2", .. to],
            solution.Environment)).Succeeded();
        Assert.HasCount(1, plan.Lines("plan.json (plan: "), plan.Output);
        Assert.Contains("the project's bundle alone was pushed", plan.Output);
        using RegistryContent content = RegistryContent.At(far.Host);
        CollectionAssert.AreEqual((string[])["own/repository"], (await content.RepositoriesAsync()).ToArray());

        Directory.Delete(solution["Web/out"], recursive: true);
        foreach (string shard in new[] { "1", "2" })
            (await Dotnet.RunAsync(
                solution["Repository"], ["exec", PackedPackage.Tool, "copy", "--plan", "plan.json", "--shard", shard],
                solution.Environment)).Succeeded();
        (await RunAsync("build", "FinishImgpkgBundles", to)).Succeeded();
        await content.AssertCompleteAsync("apps/repository", "1.2.3");
        await content.AssertCompleteAsync("apps/repository", solution.Pinned());

        // A second stage in the same build would do nothing, and says so.
        DotnetResult twice = await RunAsync("build", "PublishImgpkgBundles;FinishImgpkgBundles", [.. to, "-p:AirgapShard=1"]);
        Assert.HasCount(1, twice.Lines("error AIRGAP2244").Distinct(), twice.Output);

        Task<DotnetResult> RunAsync(string command, string targets, string[] properties) => WarmBuilds.RunAsync(
            solution["Repository"],
            [command, $"-t:{targets}", "-c", "Release", $"-p:RestoreSources={PackedPackage.Feed}", .. properties], solution.Environment);
    }
}
