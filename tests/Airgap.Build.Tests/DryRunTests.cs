using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary><c>-p:AirgapDryRun=true</c> reports the plan, writes <c>plan.json</c>, and moves nothing.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class DryRunTests
{
    [TestMethod]
    public async Task ADryRunWritesItsPlanAndNothingElse()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        source.OnRequest = (_, _) => Fault.Custom((context, serve) =>
        {
            context.Response.Headers["ratelimit-limit"] = "100;w=21600";
            context.Response.Headers["ratelimit-remaining"] = "1;w=21600";
            return serve(context);
        });
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string[] arguments = [$"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapDryRun=true", "-p:AirgapUpdateLock=true"];

        DotnetResult plain = (await project.RelocateAsync(arguments)).Succeeded();

        string quota = Assert.ContainsSingle(plain.Lines("warning AIRGAP1052: ").Distinct());
        Assert.Contains("registry.local:5055 has 1 pulls left of 100 in 6 h, and this needs at least 2", quota);
        Assert.Contains("AirgapRegistriesConf", quota);
        string plan = Path.Combine(project.Artifacts, "plan.json");
        Schemas.AssertValid("plan", File.ReadAllText(plan));
        string[] written = [.. Directory.GetFiles(project.Folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(project.Folder, file))];
        Assert.AreSequenceEqual(
            new[] { Path.GetRelativePath(project.Folder, plan) },
            written.Where(file => file.Contains("airgap", StringComparison.Ordinal) && !file.StartsWith("obj", StringComparison.Ordinal)));
        string line = Assert.ContainsSingle(plain.Lines("App -> "));
        Assert.Contains($"{plan} (dry run: 1 bundle: 1 to copy (", line);
        Assert.HasCount(4, plain.Lines(" kB  registry.local:5055/").Concat(plain.Lines(" B  registry.local:5055/"))
            .ToArray(), plain.Output);
        Assert.Contains("airgap.lock.json would change: 1 tag locked: 1 added", plain.Output);

        DotnetResult terminal = (await project.RelocateAsync([.. arguments, "-tl:on"])).Succeeded();
        Assert.HasCount(1, terminal.Lines("(dry run: 1 bundle: 1 to copy ("), terminal.Output);
        Assert.DoesNotContain(" kB  registry.local", terminal.Output);

        Assert.IsEmpty(source.Requests.Concat(destination.Requests).Where(request => request.Method is not ("GET" or "HEAD")));
        Assert.IsNotEmpty(destination.Requests);

        (await project.RunAsync("clean", "-c", "Release")).Succeeded();
        Assert.IsFalse(File.Exists(plan));
    }
}
