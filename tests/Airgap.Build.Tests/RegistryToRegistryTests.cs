using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>Option 1: one machine reaches both registries.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class RegistryToRegistryTests
{
    [TestMethod]
    public async Task PublishBringsTheBundleWithAllItPinsAndLeavesItsArtifacts()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);

        DotnetResult result = (await project.PublishAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapArtifacts=none"))
            .Succeeded();

        string place = $"{destination.Host}/apps/simple-app-bundle@{TestProject.SimpleDigest}";
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.AreSequenceEqual(
            File.ReadLines(Fixtures.Golden("simple-app-bundle.mirror-tags.txt"))
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[0]).Order(StringComparer.Ordinal),
            await content.TagsAsync("apps/simple-app-bundle"));
        JsonElement report = project.ReadReport();
        JsonElement item = report.GetProperty("items")[0];
        Assert.AreEqual(place, item.GetProperty("destination").GetString());
        Assert.AreEqual("copied", item.GetProperty("outcome").GetString());
        Assert.AreEqual("v1.0.0", item.GetProperty("tag").GetString());
        Assert.AreEqual(3, item.GetProperty("images").GetArrayLength());
        foreach (JsonElement image in item.GetProperty("images").EnumerateArray())
        {
            Assert.StartsWith($"{destination.Host}/apps/simple-app-bundle@", image.GetProperty("destination").GetString()!);
            await content.AssertCompleteAsync("apps/simple-app-bundle", image.GetProperty("digest").GetString()!);
        }

        string manifest = File.ReadAllText(project.Manifest);
        Assert.Contains("apiVersion: packaging.carvel.dev/v1alpha1\n", manifest);
        Assert.Contains("  name: simple-package-repository\n", manifest);
        Assert.Contains($"      image: {place}\n", manifest);
        string bundleLock = File.ReadAllText(Path.Combine(project.Artifacts, "simple-package-repository.bundle-lock.yml"));
        Assert.Contains($"  image: {place}\n", bundleLock);
        Assert.Contains("  tag: v1.0.0\n", bundleLock);
        Assert.Contains($"App -> {project.Artifacts}{Path.DirectorySeparatorChar} (1 bundle: 1 copied (", result.Output);
        Assert.IsFalse(Directory.EnumerateFiles(project.Folder, "*.packagerepository.yml", SearchOption.AllDirectories)
            .Any(file => file.Contains("publish")), "What lies in the publish folder ends up in containers.");
    }

    [TestMethod]
    public async Task ATemplateKeepsThePathsOfAllThatABundlePins()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);

        (await project.RelocateAsync(
            $"-p:AirgapRegistry={destination.Host}/far", "-p:AirgapRepositoryTemplate={registry}/{prefix}/{source.repository}",
            "-p:AirgapMirrorConfiguration=registries.conf%3Bhosts.toml", "-p:AirgapArtifacts=none")).Succeeded();

        using RegistryContent content = RegistryContent.At(destination.Host);
        JsonElement item = project.ReadReport().GetProperty("items")[0];
        string place = item.GetProperty("destination").GetString()!;
        Assert.Contains($"      image: {place}\n", File.ReadAllText(project.Manifest));
        string[] also = [.. item.GetProperty("images").EnumerateArray().Where(image => image.TryGetProperty("alsoAt", out _))
            .Select(image => image.GetProperty("alsoAt")[0].GetString()!)];
        Assert.HasCount(2, also);
        foreach (string[] parts in also.Append(place).Select(reference => reference[(destination.Host.Length + 1)..].Split('@')))
            await content.AssertCompleteAsync(parts[0], parts[1]);
        Assert.Contains($"location = \"{also[0].Split('@')[0]}\"",
            File.ReadAllText(Path.Combine(project.Artifacts, "mirrors", "registries.conf")));
        Assert.IsNotEmpty(Directory.GetFiles(Path.Combine(project.Artifacts, "mirrors"), "hosts.toml", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task ARepairReadsWhatIsThereAndSendsTheDamagedBlobAgain()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();
        using RegistryContent content = RegistryContent.At(destination.Host);
        using JsonDocument manifest =
            JsonDocument.Parse((await content.ManifestAsync("apps/simple-app-bundle", TestProject.SimpleDigest)).Bytes);
        string layer = manifest.RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!;
        bool isSent = false;
        destination.OnRequest = (request, _) =>
        {
            isSent |= request.Kind is RequestKind.UploadPut or RequestKind.UploadPost
                && request.PathAndQuery.Contains(layer["sha256:".Length..], StringComparison.Ordinal)
                && !request.PathAndQuery.Contains("mount=", StringComparison.Ordinal);
            return !isSent && request.Kind == RequestKind.BlobGet && request.Reference == layer ? Fault.CorruptBody(20) : null;
        };

        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();
        Assert.IsFalse(isSent, "No HEAD finds a flipped bit.");
        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps", "-p:AirgapRepair=true")).Succeeded();
        Assert.IsTrue(isSent);
    }

    [TestMethod]
    public async Task ARepairOfAnArchiveIsAWarning()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        DotnetResult result = (await project.RelocateAsync("-p:AirgapArchive=out/", "-p:AirgapRepair=true")).Succeeded();
        Assert.Contains("warning AIRGAP2085", result.Lines("AIRGAP2085")[0]);
    }

    [TestMethod]
    public async Task ASecondRunMovesNothingAndTouchesNoArtifact()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();
        Dictionary<string, DateTime> before =
            Directory.GetFiles(project.Artifacts, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.HasCount(6, before);
        destination.Clear();
        source.Clear();

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        Assert.Contains("(1 bundle: 1 up to date)", result.Output);
        Assert.IsEmpty(destination.Of(RequestKind.UploadPost));
        foreach ((string file, DateTime time) in before)
            Assert.AreEqual(time, File.GetLastWriteTimeUtc(file), file);
        Assert.AreEqual("copied", project.ReadReport().GetProperty("items")[0].GetProperty("outcome").GetString());
    }

    [TestMethod]
    public async Task MetadataDecideRepositoryAndManifest()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject("""
            <ImgpkgBundle Include="registry.local:5055/user1/nested-bundle:v1.0.0" Repository="team/nested" Namespace="packages" SyncPeriod="1h" SecretName="mirror-pull" PullSecret="SecretgenController" SecretNamespace="registry-access" />
            <ImgpkgBundle Include="registry.local:5055/user1/simple-app-bundle:v1.0.0" PackageRepository="none" />
            <ImgpkgImage Include="registry.local:5055/user1/plain:1" />
            """).Reaching(source);

        DotnetResult result = (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}")).Succeeded();

        Assert.Contains("(2 bundles, 1 image: 3 copied (", result.Output);
        using RegistryContent content = RegistryContent.At(destination.Host);
        Assert.AreSequenceEqual(
            new[] { "plain", "simple-app-bundle", "team/nested" }, (await content.RepositoriesAsync()).Order(StringComparer.Ordinal));
        Assert.AreSequenceEqual(
            new[] { "kustomization.yaml", "nested-bundle.bundle-lock.yml", "plain.images-lock.yml", "relocation.html", "relocation.json",
                "simple-app-bundle.bundle-lock.yml" },
            Directory.GetFiles(project.Artifacts).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.AreSequenceEqual(
            new[] { "Kustomization", "nested-bundle.packagerepository.yml", "registry-access_mirror-pull.secretexport.yml" },
            Directory.GetFiles(Path.Combine(project.Artifacts, "manifests")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.AreEqual("registry-access_mirror-pull.secret.yml",
            Path.GetFileName(Assert.ContainsSingle(Directory.GetFiles(Path.Combine(project.Artifacts, "secrets")))));
        string manifest = File.ReadAllText(Path.Combine(project.Artifacts, "manifests", "nested-bundle.packagerepository.yml"));
        Assert.Contains("  namespace: packages\n", manifest);
        Assert.Contains("  syncPeriod: 1h\n", manifest);
        Assert.DoesNotContain("Secret", manifest);
    }

    [TestMethod]
    public async Task ALockOfImagesGoesToOneRepository()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TestProject project = new TestProject("""<ImgpkgLock Include="locks/frontend.yml" />""").Reaching(source);
        Directory.CreateDirectory(project["locks"]);
        File.Copy(Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml"), project["locks/frontend.yml"]);

        (await project.RelocateAsync($"-p:AirgapRegistry={destination.Host}/apps")).Succeeded();

        using RegistryContent content = RegistryContent.At(destination.Host);
        foreach (JsonElement image in project.ReadReport().GetProperty("items")[0].GetProperty("images").EnumerateArray())
            await content.AssertCompleteAsync("apps/frontend", image.GetProperty("digest").GetString()!);
        Assert.Contains($"image: {destination.Host}/apps/frontend@sha256:",
            File.ReadAllText(Path.Combine(project.Artifacts, "frontend.images-lock.yml")));
    }
}
