using System.Text.Json;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Repositories by a template: each image at its source's path, and each bundle complete where imgpkg looks for it.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class RepositoryTemplateTests
{
    private const string Nested = Fixtures.Registry + "/mirror/nested-bundle:v1.0.0";
    private const string Template = "{registry}/{prefix}/{source.repository}";

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task ABundleAndAllThatItPinsGoWhereTheirSourcesSay(bool throughArchive)
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await GoWhereTheirSourcesSayAsync(far.Host, throughArchive);
    }

    [TestMethod]
    public async Task ImagesGoToTheirOwnRepositories_AtDockersRegistry()
    {
        await using DockerRegistry far = await DockerRegistry.StartAsync();
        await GoWhereTheirSourcesSayAsync(far.Host, throughArchive: true);

        // The same for a publish of a project; the content of the copy stays unchanged.
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        PublishItem item = new(PublishItemKind.Bundle, At(source, Nested), new Dictionary<string, string>(), null);
        PublishSettings settings = new()
        {
            ProjectDirectory = folder.Path,
            OutputPath = "airgap/",
            Registry = $"{far.Host}/published",
            RepositoryTemplate = Template,
        };
        PublishResult published = await new Publisher(client).RunAsync([item], settings, CancellationToken.None);
        Assert.IsEmpty(published.Failures);
        using RegistryContent content = RegistryContent.At(far.Host);
        foreach (string repository in (await content.RepositoriesAsync())
            .Where(name => name.StartsWith("published/", StringComparison.Ordinal)))
        {
            foreach (string tag in await content.TagsAsync(repository))
                await content.AssertCompleteAsync(repository, tag);
        }

        await InProcess.SucceedAsync("verify", "-b", $"{far.Host}/published/mirror/nested-bundle:v1.0.0");
        Assert.IsTrue((await new Publisher(client).RunAsync([item], settings, CancellationToken.None)).Items[0].Result.IsUpToDate);
    }

    private static async Task GoWhereTheirSourcesSayAsync(string farHost, bool throughArchive)
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string[] from = ["-b", At(source, Nested)];
        if (throughArchive)
        {
            await InProcess.SucceedAsync(["copy", .. from, "--to-tar", folder["nested.tar"]]);
            from = ["--tar", folder["nested.tar"]];
        }

        string[] copy = ["copy", .. from, "--to-repo", $"{farHost}/far", "--repo-template", Template];
        using RegistryContent content = RegistryContent.At(farHost);
        string plan = await InProcess.SucceedAsync([.. copy, "--dry-run"]);
        Assert.IsEmpty(await content.RepositoriesAsync(), "a dry run writes nothing");
        Assert.Contains(" mounted",
            await InProcess.SucceedAsync([.. copy, "--lock-output", folder["lock.yml"], "--receipt", folder["receipt.json"]]));
        IReadOnlyList<string> repositories = await content.RepositoriesAsync();
        Assert.Contains("far/mirror/nested-bundle", repositories);
        Assert.IsGreaterThan(2, repositories.Count, string.Join(' ', repositories));
        foreach (string repository in repositories)
            Assert.Contains($"{farHost}/{repository}", plan, "the dry run names each repository");
        await content.AssertCompleteAsync("far/mirror/nested-bundle", "v1.0.0");
        Assert.Contains($"{farHost}/far/mirror/nested-bundle@", await File.ReadAllTextAsync(folder["lock.yml"]));

        // imgpkg's rule: everything of a bundle is in the bundle's own repository, and the nested bundle's images also in its repository.
        await InProcess.SucceedAsync("verify", "-b", $"{farHost}/far/mirror/nested-bundle:v1.0.0");
        await InProcess.SucceedAsync("describe", "-b", $"{farHost}/far/mirror/nested-bundle:v1.0.0");
        await InProcess.SucceedAsync("pull", "-b", $"{farHost}/far/mirror/nested-bundle:v1.0.0", "-r", "-o", folder["pulled"]);
        Assert.Contains($"{farHost}/far/mirror/nested-bundle@", await File.ReadAllTextAsync(folder["pulled/.imgpkg/images.yml"]));
        Assert.DoesNotContain(Fixtures.Registry, ImagesOf(await File.ReadAllTextAsync(folder["pulled/.imgpkg/images.yml"])));
        foreach (string repository in repositories)
        {
            foreach (string tag in (await content.TagsAsync(repository)).Where(tag => tag.EndsWith(".imgpkg", StringComparison.Ordinal)))
                await content.AssertCompleteAsync(repository, tag);
        }

        // A second run finds all of it there.
        Assert.DoesNotContain(" copied", await InProcess.SucceedAsync(copy));
        using JsonDocument receipt = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["receipt.json"]));
        Assert.AreEqual(repositories.Count, receipt.RootElement.GetProperty("places").GetArrayLength());
    }

    [TestMethod]
    public async Task AListOfImagesGoesWhereEachComesFromAndItsLockSaysWhere()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string one = (await InProcess.SucceedAsync("tag", "resolve", "-i", At(source, Fixtures.Registry + "/apps/frontend:1.0.0"))).Trim();
        string two = (await InProcess.SucceedAsync("tag", "resolve", "-i", At(source, Fixtures.Registry + "/apps/backend:1.0.0"))).Trim();
        await File.WriteAllTextAsync(
            folder["in.yml"], $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {one}\n- image: {two}\n");
        await InProcess.SucceedAsync("copy", "--lock", folder["in.yml"], "--to-repo", far.Host, "--repo-template", Template,
            "--lock-output", folder["out.yml"]);
        string written = await File.ReadAllTextAsync(folder["out.yml"]);
        Assert.Contains($"image: {far.Host}/apps/frontend@{one.Split('@')[1]}", written);
        Assert.Contains($"image: {far.Host}/apps/backend@{two.Split('@')[1]}", written);
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.AreSequenceEqual(["apps/backend", "apps/frontend"], (await content.RepositoriesAsync()).Order(StringComparer.Ordinal));
    }

    [TestMethod]
    [DataRow("-b r.example/a:1 --to-tar none.tar --repo-template {registry}/{name}", "AIRGAP2120")]
    [DataRow("--tar none.tar --map a=r.example/b --repo-template {registry}/{name}", "AIRGAP2120")]
    [DataRow("-b r.example/a:1 --to-repo r.example --repo-template {registry}/{nam}", "AIRGAP2117")]
    [DataRow("-b r.example/a:1 --to-repo example --repo-template {registry}/{name}", "AIRGAP2003")]
    public async Task AnImpossibleTemplate_IsRefused(string line, string code)
    {
        CliResult result = await InProcess.RunAsync(["copy", .. line.Split(' ')]);
        result.AssertFailed(code);
    }

    [TestMethod]
    public async Task TwoImagesThatWouldTakeOneTagAreRefused()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync("copy", "-i", At(source, Fixtures.Registry + "/apps/frontend:1.0.0"), "-i",
            At(source, Fixtures.Registry + "/apps/backend:1.0.0"), "--to-oci-tar", folder["two.tar"]);
        CliResult result = await InProcess.RunAsync(
            "copy", "--oci-tar", folder["two.tar"], "--to-repo", far.Host, "--repo-template", "{registry}/all");
        result.AssertFailed("AIRGAP2119");
        await InProcess.SucceedAsync("copy", "--oci-tar", folder["two.tar"], "--to-repo", far.Host, "--repo-template", Template);
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("apps/frontend", "1.0.0");
        await content.AssertCompleteAsync("apps/backend", "1.0.0");
    }

    private static string ImagesOf(string yaml) =>
        string.Join('\n', yaml.Split('\n').Where(line => line.Contains("image:", StringComparison.Ordinal)));

    private static string At(RegistryFixture registry, string reference) =>
        reference.Replace(Fixtures.Registry, registry.Host, StringComparison.Ordinal);
}
