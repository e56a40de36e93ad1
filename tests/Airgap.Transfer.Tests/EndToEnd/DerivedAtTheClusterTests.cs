using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// What kapp-controller does with a PackageRepository and its Packages, as far as possible without a cluster: it pulls the bundle with its
/// lock rewritten, replaces kbld ids by the lock's images, pulls each Package's bundle from there, and so on.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DerivedAtTheClusterTests : WireTestBase
{
    [TestMethod]
    public async Task EveryImageOfEveryChosenPackageIsFoundAtTheMirrorAlone()
    {
        await using DockerRegistry docker = await DockerRegistry.StartAsync();
        FakeRegistry source = new();
        await GeneratedRepository.CreateAsync(source, 6, 3);
        BundleSelection selection = new()
        {
            Packages = [.. PackageChoice.ParseAll("p0.example.com; p1.internal.example.com@latest; p5.internal.example.com@1.0.0")],
            Platforms = [.. PlatformChoice.ParseAll("linux/amd64; linux/arm64")],
        };
        using RegistryContent content = RegistryContent.At(docker.Host);
        Dictionary<string, string> originalIds = await SourceIdsAsync(source);
        string root;
        ConcurrentDictionary<string, bool> hosts = [];
        using RegistryClient client = new(
            new RegistryOptions
            {
                MapEndpoint = (host, port) =>
                {
                    hosts[$"{host}:{port}"] = true;
                    return (host, port);
                },
            },
            CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true, Environment = new Dictionary<string, string>() }));
        using (Deriver deriver = new(source, selection, null, 4))
        using (Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", Token))
        {
            TransferPlan plan = await new Relocator(derivation.Over(source))
                .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), Token);
            await using RegistryFixture unused = await RegistryFixture.StartEmptyAsync();
            using RegistryClient pushing = Client(unused);
            await new Relocator(pushing).RunAsync(plan, Repository(docker.Host, "apps/it"), new TransferOptions(), Token);
            root = $"{docker.Host}/apps/it@{derivation.Digest}";
        }

        // Fetch, and images.yml rewritten to the mirror.
        using TempFolder folder = new();
        Dictionary<string, string> repository = await PullAsync(client, root, folder["repository"]);
        (string Image, string Id)[] locked = [.. ClosureChecker.Locked(repository)];
        Assert.HasCount(5, locked, "Two versions of the first, one of each other, and what no Package names.");
        foreach ((string image, string id) in locked)
        {
            Assert.StartsWith($"{docker.Host}/apps/it@sha256:", image);
            Assert.IsTrue(id.Length == 0 || originalIds.ContainsKey(id), $"{id} is an id of the original.");
        }

        // kbld: a reference that equals an id, to the character, becomes the lock's image.
        List<string> bundles = [];
        foreach (string line in repository.Where(file => file.Key.StartsWith("packages/", StringComparison.Ordinal))
            .SelectMany(file => file.Value.Split('\n')).Where(line => line.Contains(" image: ", StringComparison.Ordinal)))
        {
            string named = line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..];
            bundles.Add(locked.Single(entry => entry.Id == named).Image);
        }

        Assert.HasCount(4, bundles);
        Assert.IsNotEmpty(hosts);
        for (int i = 0; i < bundles.Count; i++)
        {
            // A PackageInstall fetches its bundle from the mirror, and finds all that its lock pins there.
            Dictionary<string, string> package = await PullAsync(client, bundles[i], folder[$"package{i}"]);
            (string Image, string Id)[] images = [.. ClosureChecker.Locked(package)];
            Assert.HasCount(2, images);
            Assert.Contains("config/app.yml", package.Keys);
            foreach ((string image, _) in images)
            {
                Assert.StartsWith($"{docker.Host}/apps/it@sha256:", image);
                await content.AssertCompleteAsync("apps/it", image.Split('@')[1]);
            }
        }

        Assert.AreSequenceEqual([docker.Host], hosts.Keys, "Nobody but the mirror is asked.");
    }

    private async Task<Dictionary<string, string>> PullAsync(RegistryClient client, string reference, string folder)
    {
        await new Puller(client).PullAsync(
            new PullRequest { Source = new RelocationSource.Bundle(ImageReference.Parse(reference)), Output = folder }, Token);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'), File.ReadAllText);
    }

    private static async Task<Dictionary<string, string>> SourceIdsAsync(FakeRegistry source)
    {
        FakeRepository repository = source.Get(GeneratedRepository.Bundle);
        ClosureChecker checker = new(
            (_, digest) => Task.FromResult(repository.BytesOf(Digest.Parse(digest))),
            (_, digest) => Task.FromResult(repository.BytesOf(Digest.Parse(digest))), home: null);
        Dictionary<string, string> ids = [];
        foreach ((string image, string id) in ClosureChecker.Locked(
            await checker.FilesAsync(GeneratedRepository.Bundle, repository.Tags["v1"].ToString())))
            ids[id] = image;
        return ids;
    }
}
