using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A sample builds wherever it is copied to.</summary>
[TestClass]
public sealed class SampleTests
{
    [TestMethod]
    public async Task SimpleAppGoesFromRegistryToRegistry()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using Sample sample = new("SimpleApp", registry);
        await sample.PublishAsync("-p:SourceRegistry=registry.local:5055", $"-p:AirgapRegistry={registry.Host}/apps");
        Assert.Contains($"image: {registry.Host}/apps/simple-app-bundle@sha256:", sample.Manifest("simple-package-repository"));
    }

    [TestMethod]
    public async Task ArchiveGoesOutAndIn()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using Sample sample = new("Archive", source);
        await sample.PublishAsync("-p:SourceRegistry=registry.local:5055", "-p:AirgapArchive=carry/", $"-p:AirgapRegistry={destination.Host}/apps");
        string manifest = sample.Manifest("nested-repository");
        Assert.IsEmpty(destination.Requests);
        source.Clear();
        await sample.PublishAsync("-p:AirgapSourceArchive=carry/", $"-p:AirgapRegistry={destination.Host}/apps");
        Assert.AreEqual(manifest, sample.Manifest("nested-repository"));
        Assert.Contains($"image: {destination.Host}/apps/platform/nested@sha256:", manifest);
        Assert.IsEmpty(source.Requests);
        using RegistryContent content = RegistryContent.At(destination.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        await content.AssertCompleteAsync("apps/platform/nested", "v1.0.0");
    }

    private sealed class Sample : IDisposable
    {
        private readonly TempFolder _folder = new();
        private readonly Dictionary<string, string?> _environment;

        public Sample(string name, RegistryFixture registry)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "samples", name)))
                File.Copy(file, _folder[Path.GetFileName(file)]);
            _environment = new()
            {
                ["NUGET_PACKAGES"] = PackedPackage.PackageFolder,
                ["DOCKER_CONFIG"] = PackedPackage.PackageFolder,
                ["HTTP_PROXY"] = registry.Address.ToString(),
                ["NO_PROXY"] = "127.0.0.1",
            };
        }

        public async Task PublishAsync(params string[] arguments) => (await Dotnet.RunAsync(
            _folder.Path,
            ["publish", $"-p:RestoreSources={PackedPackage.Feed}", "-p:UseSharedCompilation=false", "-p:UseAppHost=false", .. arguments],
            _environment)).Succeeded();

        public string Manifest(string name) => File.ReadAllText(_folder[$"bin/Release/net10.0/airgap/{name}.packagerepository.yml"]);

        public void Dispose() => _folder.Dispose();
    }
}
