using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests;

/// <summary>A cluster may use another host name for the mirror than the machine that fills it.</summary>
[TestClass]
public sealed class ClusterRegistryTests
{
    private readonly FakeRegistry _registry = new();

    [TestMethod]
    public async Task ManifestsAndLocksSayTheHostThatTheClusterKnows()
    {
        await GeneratedRepository.CreateAsync(_registry, 1, 1);
        using TempFolder folder = new();
        PublishItem item = PublishItems.Bundle(
            $"{GeneratedRepository.Bundle}:v1", ("ClusterRegistry", "mirror.inside:5000"), ("Repository", "apps/repo"),
            ("PackageRepository", "repo"), ("PullSecret", "SecretRefWithPlaceholder"), ("Namespace", "packages"));
        PublishResult result = await new Publisher(_registry).RunAsync([item], PublishItems.To("push.outside", folder.Path), default);
        Digest digest = result.Items[0].Result.Root!.Item.Digest;
        Assert.Contains(digest, _registry.Get("push.outside/apps/repo").Manifests);
        Assert.Contains($"image: mirror.inside:5000/apps/repo@{digest}\n",
            File.ReadAllText(folder["airgap/manifests/repo.packagerepository.yml"]));
        Assert.Contains($"image: mirror.inside:5000/apps/repo@{digest}\n", File.ReadAllText(folder["airgap/repo.bundle-lock.yml"]));
        Assert.Contains("mirror.inside:5000", File.ReadAllText(Directory.GetFiles(folder["airgap/secrets"]).Single()));
        Assert.Contains($"push.outside/apps/repo@{digest}", File.ReadAllText(folder["airgap/relocation.json"]));

        // A second run finds everything there, and the same mirror.
        PublishResult again = await new Publisher(_registry).RunAsync([item], PublishItems.To("push.outside", folder.Path), default);
        Assert.IsFalse(again.Warnings.Any(warning => warning.Code is ErrorCode.MirrorChanged or ErrorCode.VersionDropped));
        Assert.Contains($"image: mirror.inside:5000/apps/repo@{digest}\n",
            File.ReadAllText(folder["airgap/manifests/repo.packagerepository.yml"]));
    }

    [TestMethod]
    [DataRow("mirror")]
    [DataRow("mirror.inside/apps")]
    [DataRow("https://mirror.inside")]
    public void AnInvalidHost_IsRefused(string host)
    {
        PublishItem item = PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", ("ClusterRegistry", host));
        Assert.AreEqual(ErrorCode.InvalidRepository,
            new Publisher(_registry).Validate([item], PublishItems.To("push.outside")).Single().Code);
    }
}
