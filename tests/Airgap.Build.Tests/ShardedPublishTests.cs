using System.Text.RegularExpressions;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A publish in stages, through the packed package: the plan, its shards, and the finish.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed partial class ShardedPublishTests
{
    private const string Items =
        TestProject.SimpleBundle + """<ImgpkgBundle Include="registry.local:5055/user1/nested-bundle:v1.0.0" />""";

    /// <summary>Only a target of that name leaves the relocation to a later stage: what is not asked for so is not skipped.</summary>
    [TestMethod]
    [DataRow("-p:AirgapOutputPath=PlanImgpkgBundles/", true)]
    [DataRow("-p:Note=-t:FinishImgpkgBundles", true)]
    [DataRow("-target:PlanImgpkgBundles", false)]
    [DataRow("-t PlanImgpkgBundles", false)]
    [DataRow("/t:Other;PlanImgpkgBundles", false)]
    public async Task AWordOfTheCommandLineDoesNotMakeAStage(string argument, bool relocates)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync(), far = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        await File.WriteAllTextAsync(project["Directory.Build.targets"], "<Project><Target Name=\"Other\" /></Project>");
        // In a process of its own, whose command line counts.
        DotnetResult published = (await Dotnet.RunAsync(
            project.Folder,
            ["publish", .. argument.Split(' '), $"-p:RestoreSources={PackedPackage.Feed}", $"-p:AirgapRegistry={far.Host}/apps",
                .. relocates ? (string[])[] : ["-p:AirgapPlan=plan.json", "-p:AirgapShards=2"]],
            project.Environment)).Succeeded();

        Assert.AreEqual(relocates, far.Requests.Any(request => request.Method == "PUT"), published.Output);
        Assert.AreEqual(!relocates, File.Exists(project["plan.json"]), published.Output);
    }

    [TestMethod]
    public async Task ThreeStages_LeaveTheResultOfOnePublish()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync(), far = await RegistryFixture.StartEmptyAsync();
        using TestProject alone = new TestProject(Items).Reaching(source), project = new TestProject(Items).Reaching(source);
        (await alone.RelocateAsync($"-p:AirgapRegistry={one.Host}/apps")).Succeeded();
        string[] to = [$"-p:AirgapRegistry={far.Host}/apps", "-p:AirgapPlan=airgap.plan.json"];

        DotnetResult unclear = await project.RelocateAsync(to);
        Assert.HasCount(1, unclear.Lines("error AIRGAP2244").Distinct(), unclear.Output);
        DotnetResult plan = (await project.RunAsync("build", ["-c", "Release", "-t:PlanImgpkgBundles", "-p:AirgapShards=3", .. to]))
            .Succeeded();
        Assert.HasCount(1, plan.Lines("airgap.plan.json (plan: "), plan.Output);
        Assert.Contains("3 shards of ", plan.Output);
        Assert.Contains("nothing was moved", plan.Output);
        Assert.IsFalse(Directory.Exists(project.Artifacts));
        Assert.IsEmpty(far.Requests.Where(request => request.Method is not ("GET" or "HEAD")));

        project.Environment["CI_NODE_INDEX"] = "2";
        project.Environment["CI_NODE_TOTAL"] = "3";
        DotnetResult part = (await project.RelocateAsync(["-p:AirgapShard=auto", .. to])).Succeeded();
        Assert.HasCount(1, part.Lines("airgap.plan.json (shard 2/3: "), part.Output);
        DotnetResult early = await project.RunAsync("build", ["-c", "Release", "-t:FinishImgpkgBundles", .. to]);
        Assert.HasCount(2, early.Lines("error AIRGAP2242").Distinct(), "one for each bundle");
        Assert.Contains("shards 1/3, 3/3 have to run again", early.Output);
        Assert.Contains("run these shards again with the same plan (AirgapShard)", early.Output);

        (await project.RelocateAsync(["-p:AirgapShard=1", .. to])).Succeeded();
        // One of the shards runs on a machine that has only the tool.
        (await Dotnet.RunAsync(
            project.Folder, ["exec", PackedPackage.Tool, "copy", "--plan", "airgap.plan.json", "--shard", "3"], project.Environment))
            .Succeeded();
        source.Clear();
        DotnetResult finish = (await project.RunAsync("build", ["-c", "Release", "-t:FinishImgpkgBundles", .. to])).Succeeded();
        Assert.IsEmpty(source.Requests, "a finish asks the source for nothing");
        Assert.Contains($"App -> {project.Artifacts}{Path.DirectorySeparatorChar} (2 bundles: ", finish.Output);

        Dictionary<string, string> expected = FilesOf(alone, one), found = FilesOf(project, far);
        CollectionAssert.AreEquivalent(expected.Keys, found.Keys);
        foreach ((string file, string text) in expected)
            Assert.AreEqual(text, found[file], file);
        using RegistryContent here = RegistryContent.At(one.Host), there = RegistryContent.At(far.Host);
        foreach (string repository in await here.RepositoriesAsync())
        {
            CollectionAssert.AreEquivalent((await here.TagsAsync(repository)).ToArray(), (await there.TagsAsync(repository)).ToArray());
            await there.AssertCompleteAsync(repository, "v1.0.0");
        }
    }

    [TestMethod]
    public async Task EachProjectOfASolutionHasItsPlan()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        using TestProject first = new TestProject(TestProject.SimpleBundle).Reaching(source);
        Directory.CreateDirectory(first["second"]);
        File.WriteAllText(first["second/second.csproj"], File.ReadAllText(first.ProjectFile).Replace(
            TestProject.SimpleBundle, """<ImgpkgBundle Include="registry.local:5055/user1/index-bundle:v1.0.0" />""",
            StringComparison.Ordinal));
        File.WriteAllText(first["Both.slnx"],
            """<Solution><Project Path="App.csproj" /><Project Path="second/second.csproj" /></Solution>""");
        string[] to = ["Both.slnx", "-c", "Release", $"-p:AirgapRegistry={far.Host}/apps", "-p:AirgapPlan=airgap.plan.json"];
        (await first.RunAsync("build", ["-t:PlanImgpkgBundles", .. to])).Succeeded();
        Assert.IsTrue(File.Exists(first["airgap.plan.json"]) && File.Exists(first["second/airgap.plan.json"]));
        foreach (string shard in new[] { "1/2", "2/2" })
            (await first.RunAsync("build", ["-t:PublishImgpkgBundles", $"-p:AirgapShard={shard}", .. to])).Succeeded();
        (await first.RunAsync("build", ["-t:FinishImgpkgBundles", .. to])).Succeeded();
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/index-bundle", "v1.0.0");
        Assert.IsTrue(File.Exists(first.Manifest));
    }

    private static Dictionary<string, string> FilesOf(TestProject project, RegistryFixture registry) => Directory
        .GetFiles(project.Artifacts, "*", SearchOption.AllDirectories)
        .ToDictionary(
            file => Path.GetRelativePath(project.Artifacts, file),
            file => Path.GetExtension(file) == ".html" ? "relocation.json as a page" : Told()
            .Replace(File.ReadAllText(file).Replace(registry.Host, "HOST", StringComparison.Ordinal)
                .Replace(Path.GetFileName(project.Folder), "PROJECT", StringComparison.Ordinal), "…"));

    // Removes times and what the run itself moved: the shards moved the bytes.
    [GeneratedRegex("\"(?:ended|elapsedSeconds|seconds|outcome|summary|action|retries|count|bytes|created|time)\": ?(?:\"[^\"]*\"|[0-9.]+)")]
    private static partial Regex Told();
}
