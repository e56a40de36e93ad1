using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;

namespace Airgap.Tool.Tests;

/// <summary>Projects of Harbor and repositories of Quay, which a push needs, through every command that pushes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CreatedProjectTests
{
    private const string Bundle = "mirror/nested-bundle:v1.0.0";

    [TestMethod]
    public async Task CopyPushAndShardsCreateTheProjectOfHarborOnce()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        FakeHarbor harbor = new();
        far.OnRequest = harbor.Bend();
        string[] flags = ["--registry-username", harbor.Login.User, "--registry-password", harbor.Login.Password];
        string[] create = [.. flags, "--create-repositories"];

        CliResult refused = await InProcess.RunAsync(
            ["copy", "-b", $"{source.Host}/{Bundle}", "--to-repo", $"{far.Host}/apps/simple", .. flags]);
        refused.AssertFailed("project apps not found");

        CliResult dry = await InProcess.RunAsync(
            ["copy", "-b", $"{source.Host}/{Bundle}", "--to-repo", $"{far.Host}/apps/simple", "--dry-run", "--json", .. create]);
        JsonElement plan = JsonDocument.Parse(dry.Output).RootElement.GetProperty("plan");
        Schemas.AssertValid("plan", plan.GetRawText());
        Assert.AreEqual($"the Harbor project {far.Host}/apps", plan.GetProperty("items")[0].GetProperty("creates").GetString());
        Assert.IsEmpty(harbor.Created, "a dry run creates nothing");

        CliResult copied = await InProcess.RunAsync(
            ["copy", "-b", $"{source.Host}/{Bundle}", "--to-repo", $"{far.Host}/apps/simple", .. create]);
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        Assert.Contains($"Created the Harbor project {far.Host}/apps.", copied.Error);

        await File.WriteAllTextAsync(folder["file"], "content");
        CliResult pushed = await InProcess.RunAsync(
            ["push", "-i", $"{far.Host}/pushed/config:v1", "-f", folder["file"], .. create]);
        Assert.AreEqual(0, pushed.ExitCode, pushed.Error);

        CliResult planned = await InProcess.RunAsync(
            ["copy", "-b", $"{source.Host}/{Bundle}", "--to-repo", $"{far.Host}/shards/simple", "--plan-out", folder["plan.json"],
                "--shards", "2", .. create]);
        Assert.AreEqual(0, planned.ExitCode, planned.Error);
        Assert.HasCount(2, harbor.Created, "a plan creates nothing");
        CliResult[] shards = await Task.WhenAll(((string[])["1/2", "2/2"]).Select(
            shard => InProcess.RunAsync(["copy", "--plan", folder["plan.json"], "--shard", shard, .. create])));
        foreach (CliResult shard in shards)
            Assert.AreEqual(0, shard.ExitCode, shard.Error);
        CliResult finished = await InProcess.RunAsync(["copy", "--plan", folder["plan.json"], "--finish", .. create]);
        Assert.AreEqual(0, finished.ExitCode, finished.Error);

        CollectionAssert.AreEquivalent(
            new[] { "apps", "pushed", "shards" },
            harbor.Created.Select(project => project.GetProperty("project_name").GetString()).ToArray());
    }

    [TestMethod]
    public async Task AnImportCreatesTheRepositoryOfQuayAndItsOrganization()
    {
        using TempFolder folder = new();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        FakeQuay quay = new();
        far.OnRequest = quay.Bend();
        await File.WriteAllTextAsync(folder["settings.json"], """{"quay":{"createOrganization":true,"visibility":"public"}}""");

        CliResult imported = await InProcess.RunAsync(
            "copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-repo", $"{far.Host}/apps/simple", "--create-repositories",
            "--repository-settings", folder["settings.json"], "--registry-username", "$oauthtoken", "--registry-password",
            FakeQuay.ApplicationToken, "--debug");

        Assert.AreEqual(0, imported.ExitCode, imported.Error);
        Assert.AreEqual("public", quay.Created[^1].GetProperty("visibility").GetString());
        Assert.AreEqual("apps/simple", quay.Repositories.Keys.Single(), "the locations image is in the same repository");
        Assert.DoesNotContain(FakeQuay.ApplicationToken, imported.Output + imported.Error);
    }

    [TestMethod]
    public async Task TheFlag_IsRefused_WithoutAPush()
    {
        using TempFolder folder = new();
        foreach (string[] command in (string[][])[
            ["copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-oci-tar", folder["a.tar"]],
            ["push", "-i", "registry.local/a:1", "-f", Fixtures.Input("simple-app-bundle"), "--to-tar", folder["a.tar"]],
            ["package-repository", "build", Fixtures.Input("simple-app-bundle"), "--to-tar", folder["a.tar"]]])
        {
            CliResult refused = await InProcess.RunAsync([.. command, "--create-repositories"]);
            refused.AssertFailed("AIRGAP2011: Cannot use --create-repositories with an archive or layout: nothing is pushed");
            Assert.IsEmpty(Directory.GetFiles(folder.Path));
        }
    }

    [TestMethod]
    [DataRow("""{"ecr":{"imageTagMutabilty":"IMMUTABLE"}}""", "the setting 'ecr.imageTagMutabilty': it is not a setting")]
    [DataRow("""{"ecr":""", "it is not JSON")]
    public async Task WrongSettingsAreRefusedBeforeAnythingIsAsked(string json, string why)
    {
        using TempFolder folder = new();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await File.WriteAllTextAsync(folder["settings.json"], json);
        string[] copy = ["copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-repo", $"{far.Host}/apps/simple",
            "--repository-settings", folder["settings.json"]];
        CliResult refused = await InProcess.RunAsync([.. copy, "--create-repositories"]);
        refused.AssertFailed("AIRGAP1043", why);
        CliResult alone = await InProcess.RunAsync(copy);
        Assert.Contains("AIRGAP2011", alone.Error);
        Assert.IsEmpty(far.Requests);
    }
}
