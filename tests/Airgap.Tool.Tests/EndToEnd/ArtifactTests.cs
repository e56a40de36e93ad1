using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>copy --artifacts</c> through an archive.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ArtifactTests
{
    private const string Sbom = "sha256:78f6d4210d90623f2b121273592bb062f11056f4017907ea5d76b15e6945cbc8";

    [TestMethod]
    public async Task AReferrerAndASignatureTravelThroughATar()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult written = await bench.RunAsync(
            "copy", "-b", "registry.local:5055/user1/signed-bundle:v1.0.0", "--artifacts", "--to-tar", "out.tar");
        Assert.AreEqual(0, written.ExitCode, written.Error);
        CliResult imported = await bench.RunAsync("copy", "--tar", "out.tar", "--to-repo", "mirror.local:5000/apps/it");
        Assert.AreEqual(0, imported.ExitCode, imported.Error);

        using RegistryContent content = new(bench.Registry.Address);
        await content.AssertCompleteAsync("apps/it", Sbom);
        IReadOnlyList<string> tags = await content.TagsAsync("apps/it");
        Assert.Contains("sha256-fc5ad7de19b06bfa4e0202727df33738f4c0aaee2d63968034d3f24adb38f437.sig", tags);
        Assert.Contains($"{Sbom.Replace(':', '-')}.imgpkg", tags);
    }

    [TestMethod]
    public async Task WithoutTheFlagTheyStay()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult copied = await bench.RunAsync(
            "copy", "-b", "registry.local:5055/user1/signed-bundle:v1.0.0", "--to-repo", "mirror.local:5000/apps/it");
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        Assert.Contains("AIRGAP2170", copied.Error);
        Assert.Contains("At least 2 signatures and 1 SBOM", copied.Error);
        Assert.Contains("--artifacts all", copied.Error);
        using RegistryContent content = new(bench.Registry.Address);
        Assert.IsFalse(await content.HasManifestAsync("apps/it", Sbom));
        Assert.IsFalse((await content.TagsAsync("apps/it")).Any(tag => tag.EndsWith(".sig", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task UnderImgpkgsNameNobodyIsAskedForThem()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult copied = await bench.RunAsImgpkgAsync(
            "copy", "-b", "registry.local:5055/user1/signed-bundle:v1.0.0", "--to-tar", "out.tar");
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        Assert.DoesNotContain("AIRGAP2170", copied.Error);
        Assert.IsFalse(bench.Registry.Requests.Any(
            request => request.Path.Contains("/tags/list", StringComparison.Ordinal)
            || request.Path.Contains("/referrers/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AWordThatMeansNothingIsRefused()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult wrong = await bench.RunAsync(
            "copy", "-b", "registry.local:5055/user1/signed-bundle:v1.0.0", "--artifacts=some", "--to-tar", "out.tar");
        Assert.Contains("all, signatures or none", wrong.Error);
        CliResult both = await bench.RunAsync(
            "copy", "-b", "registry.local:5055/user1/signed-bundle:v1.0.0", "--artifacts", "none", "--cosign-signatures",
            "--to-tar", "out.tar");
        Assert.Contains("AIRGAP2011", both.Error);
        Assert.IsEmpty(bench.Registry.Requests);
    }
}
