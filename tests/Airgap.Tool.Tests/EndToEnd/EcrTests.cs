using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Amazon's registries through the packed tool, with a service and a registry that behave as documented.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class EcrTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    private const string Simple = "registry.local:5055/user1/simple-app-bundle:v1.0.0";

    [TestMethod]
    public async Task ACopyCreatesEveryRepositoryThatItNeeds()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using Bench bench = await StartAsync(ecr);
        await File.WriteAllTextAsync(bench.Folder["settings.json"], """{"ecr":{"imageTagMutability":"IMMUTABLE"}}""");
        string[] create = ["--registry-insecure", "--create-repositories", "--repository-settings", "settings.json"];

        CliResult without = await bench.RunAsync("copy", "-b", Simple, "--to-repo", $"{Host}/made/simple", "--registry-insecure");
        CliResult dry = await bench.RunAsync(["copy", "-b", Simple, "--to-repo", $"{Host}/made/simple", "--dry-run", .. create]);
        CliResult[] both = await Task.WhenAll(Enumerable.Range(0, 2).Select(
            _ => bench.RunAsync(["copy", "-b", Simple, "--to-repo", $"{Host}/made/simple", .. create])));
        CliResult template = await bench.RunAsync(
            ["copy", "-b", Simple, "--to-repo", $"{Host}/made/all", "--repo-template",
                "{registry}/{prefix}/{source.repository}", .. create]);

        without.AssertFailed("AIRGAP1007", "have missing repositories created (--create-repositories)");
        Assert.AreEqual(0, dry.ExitCode, dry.Error);
        Assert.Contains($"  create  the ECR repository {Host}/made/simple", dry.Output);
        foreach (CliResult copy in both)
            Assert.AreEqual(0, copy.ExitCode, copy.Error);
        Assert.HasCount(1, both.Where(
            copy => copy.Error.Contains($"Created the ECR repository {Host}/made/simple.", StringComparison.Ordinal)));
        Assert.AreEqual(0, template.ExitCode, template.Error);
        Assert.IsGreaterThan(2, ecr.Repositories.Count, string.Join(' ', ecr.Repositories.Keys));
        Assert.IsTrue(ecr.Repositories.Values.All(input => input.GetProperty("imageTagMutability").GetString() == "IMMUTABLE"));
        Assert.DoesNotContain(FakeEcr.SecretKey, string.Concat(both.Select(copy => copy.Output + copy.Error)));
    }

    [TestMethod]
    public async Task ExistingBlobs_AreChecked_AHundredAtATime()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using Bench bench = await StartAsync(ecr);
        ecr.HasLayer = FakeEcr.LayersOf(bench.Registry);
        string[] copy = ["copy", "-b", Simple, "--to-repo", $"{Host}/made/simple", "--registry-insecure", "--create-repositories"];
        CliResult first = await bench.RunAsync(copy);
        Assert.AreEqual(0, first.ExitCode, first.Error);
        bench.Registry.Clear();

        CliResult again = await bench.RunAsync(copy);

        Assert.AreEqual(0, again.ExitCode, again.Error);
        Assert.IsGreaterThan(0, ecr.Count("BatchCheckLayerAvailability"));
        Assert.IsEmpty(bench.Registry.Of(RequestKind.BlobHead).Where(request => request.Repository == "made/simple"));
        Assert.IsEmpty(bench.Registry.Of(RequestKind.UploadPost));

        ecr.Denied.Add("BatchCheckLayerAvailability");
        CliResult denied = await bench.RunAsync(copy);
        Assert.AreEqual(0, denied.ExitCode, denied.Error);
        Assert.IsNotEmpty(bench.Registry.Of(RequestKind.BlobHead), "each blob is asked for by itself then");
    }

    private static async Task<Bench> StartAsync(FakeEcr ecr)
    {
        Bench bench = await Bench.StartWithFixturesAsync();
        bench.Registry.OnRequest = ecr.Bend(Host);
        foreach ((string name, string value) in ecr.Variables)
            bench.Environment[name] = value;
        // The real host receives no request.
        bench.Environment["HTTPS_PROXY"] = bench.Environment["https_proxy"] = "http://127.0.0.1:9";
        return bench;
    }
}
