using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Artifacts;

/// <summary><c>kubectl apply -k</c> accepts the artifacts' folder.</summary>
[TestClass]
public sealed class KustomizationTests : IDisposable
{
    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task TheManifestsAreListedAndNothingElse()
    {
        PublishResult result = await RunAsync(
            Settings, Simple(("PackageRepository", "b")), Nested(("PackageRepository", "a")),
            PublishItems.Image("registry.local:5055/user1/plain:1"));
        Assert.EndsWith("resources:\n- manifests\n", File.ReadAllText(_folder["airgap/kustomization.yaml"]));
        string[] lines = File.ReadAllLines(_folder["airgap/manifests/Kustomization"]);
        Assert.AreSequenceEqual(
            new[] { "apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "resources:", "- a.packagerepository.yml",
                "- b.packagerepository.yml" },
            lines[1..]);
        Assert.HasCount(2, result.Files.Where(file => file.Kind == PublishedFileKind.Kustomization).ToArray());
        DateTime written = File.GetLastWriteTimeUtc(_folder["airgap/kustomization.yaml"]);

        await RunAsync(Settings, Simple(("PackageRepository", "b")), Nested(("PackageRepository", "a")));
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(_folder["airgap/kustomization.yaml"]));
    }

    [TestMethod]
    [DataRow("kustomization.yaml")]
    [DataRow("kustomization.yml")]
    [DataRow("Kustomization")]
    public async Task AKustomizationOfTheUsersStaysWithAWarning(string name)
    {
        Directory.CreateDirectory(_folder["airgap"]);
        File.WriteAllText(_folder[$"airgap/{name}"], "resources: []\n");

        PublishResult result = await RunAsync(Settings, Simple());

        Assert.ContainsSingle(result.Warnings.Where(warning => warning.Code == ErrorCode.ForeignKustomization));
        Assert.AreEqual("resources: []\n", File.ReadAllText(_folder[$"airgap/{name}"]));
        Assert.ContainsSingle(Directory.GetFiles(_folder["airgap"], "*ustomization*"));
        Assert.IsEmpty((await RunAsync(Settings with { Kustomization = false }, Simple())).Warnings
            .Where(warning => warning.Code == ErrorCode.ForeignKustomization));
    }

    [TestMethod]
    public async Task WithoutAManifestThereIsNone()
    {
        await RunAsync(Settings, PublishItems.Image("registry.local:5055/user1/plain:1"));
        Assert.IsFalse(File.Exists(_folder["airgap/kustomization.yaml"]));
    }

    private PublishSettings Settings => PublishItems.To("final.local/apps", _folder.Path);

    private static PublishItem Simple(params (string, string)[] metadata) =>
        PublishItems.Bundle("registry.local:5055/mirror/simple-app-bundle:v1.0.0", metadata);

    private static PublishItem Nested(params (string, string)[] metadata) =>
        PublishItems.Bundle("registry.local:5055/mirror/nested-bundle:v1.0.0", metadata);

    private Task<PublishResult> RunAsync(PublishSettings settings, params PublishItem[] items) =>
        new Publisher(_registry).RunAsync(items, settings, CancellationToken.None);
}
