using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Publishing.Tests;

/// <summary>
/// The publisher with a real registry. Its sources are the relocated bundles, each with all its images in one repository.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PublisherTests
{
    [TestMethod]
    public async Task EachItemHasItsArtifactsAndTheRunItsReport()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        List<PublishedFile> told = [];

        PublishResult result = await RunAsync(
            registry,
            folder,
            told,
            PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0", ("PackageRepository", "simple")),
            PublishItems.Image($"{registry.Host}/user1/plain:1", ("Repository", "images/plain")));

        Assert.AreSequenceEqual(
            new[] { "simple.bundle-lock.yml", "simple.packagerepository.yml", "plain.images-lock.yml", "Kustomization",
                "kustomization.yaml", "relocation.json", "relocation.html" },
            result.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.AreSequenceEqual(result.Files, told);
        Assert.IsTrue(result.Files.All(file => File.Exists(file.Path)));
        Assert.Contains($"image: {registry.Host}/apps/simple-app-bundle@{result.Items[0].Result.Root!.Item.Digest}\n",
            File.ReadAllText(result.Files[1].Path));
        Assert.StartsWith("1 bundle, 1 image: ", result.Summary);
        Assert.IsEmpty(Directory.GetFiles(folder["airgap"], "*", SearchOption.AllDirectories)
            .Except(result.Files.Select(file => file.Path)), "Nothing partial is left.");
    }

    [TestMethod]
    public async Task AFailureKeepsWhatIsCompleteAndWritesNothingOfTheRest()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        registry.OnRequest = (request, _) => request.Repository == "apps/index-bundle" && request.Kind == RequestKind.ManifestPut
            ? Fault.Status(403) : null;
        using TempFolder folder = new();
        List<PublishedFile> told = [];

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(
            registry,
            folder,
            told,
            PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0"),
            PublishItems.Bundle($"{registry.Host}/mirror/index-bundle:v1.0.0")));

        Assert.AreEqual(ErrorCode.Forbidden, e.Code);
        Assert.AreEqual(new SourceLocation("App.csproj", 7), e.Location);
        Assert.AreSequenceEqual(
            new[] { "simple-app-bundle.bundle-lock.yml", "simple-app-bundle.packagerepository.yml" },
            Directory.GetFiles(folder["airgap"], "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.HasCount(2, told);
    }

    [TestMethod]
    [DataRow("apps/simple-app-bundle", RequestKind.ManifestPut)]
    [DataRow("mirror/simple-app-bundle", RequestKind.ManifestGet)]
    public async Task KeepingGoingTheOtherItemsHaveTheirArtifactsAndTheReportTellsWhy(string repository, RequestKind refused)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        registry.OnRequest = (request, _) => request.Repository == repository && request.Kind == refused ? Fault.Status(403) : null;
        using TempFolder folder = new();
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));

        PublishResult result = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0"),
                PublishItems.Bundle($"{registry.Host}/mirror/index-bundle:v1.0.0")],
            PublishItems.To($"{registry.Host}/apps", folder.Path) with { KeepGoing = true },
            CancellationToken.None);

        Assert.AreEqual(ErrorCode.Forbidden, result.Failures[0].Code);
        Assert.IsTrue(result.Failures.All(failure => failure.Location == new SourceLocation("App.csproj", 7)));
        Assert.EndsWith(", 1 failed", result.Summary);
        Assert.EndsWith("mirror/index-bundle:v1.0.0", Assert.ContainsSingle(result.Items).Item.Include);
        Assert.AreSequenceEqual(
            new[] { "index-bundle.bundle-lock.yml", "kustomization.yaml", "relocation.html", "relocation.json" },
            Directory.GetFiles(folder["airgap"]).Select(Path.GetFileName)
            .Where(name => !name!.Contains("packagerepository", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.IsFalse(File.Exists(folder["airgap/manifests/simple-app-bundle.packagerepository.yml"]));
        Assert.Contains("\"errors\"", File.ReadAllText(folder["airgap/relocation.json"]));
        Assert.Contains("AIRGAP1004", File.ReadAllText(folder["airgap/relocation.json"]));
        using RegistryContent content = RegistryContent.At(registry.Host);
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("apps/simple-app-bundle"));
    }

    [TestMethod]
    public async Task AManifestThatWasAskedForAndCannotBeIsAWarning()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["locks"]);
        string digest = (await RegistryContent.At(registry.Host).ManifestAsync("user1/plain", "1")).Digest;
        File.WriteAllText(folder["locks/plain.yml"],
            $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {registry.Host}/user1/plain@{digest}\n");

        PublishResult result = await RunAsync(registry, folder, [], PublishItems.Lock("locks/plain.yml", ("PackageRepository", "wanted")));

        Diagnostic warning = Assert.ContainsSingle(result.Warnings);
        Assert.AreEqual(ErrorCode.NotAPackageRepository, warning.Code);
        Assert.AreEqual(7, warning.Location?.Line);
        Assert.IsFalse(File.Exists(folder["airgap/manifests/wanted.packagerepository.yml"]));
        Assert.IsTrue(File.Exists(folder["airgap/wanted.images-lock.yml"]));
        Assert.Contains("AIRGAP4101", File.ReadAllText(folder["airgap/relocation.json"]));
    }

    [TestMethod]
    public async Task ABundleLockIsItsBundleWithTheLocksTag()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string digest = (await RegistryContent.At(registry.Host).ManifestAsync("mirror/simple-app-bundle", "v1.0.0")).Digest;
        File.WriteAllText(folder["any.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: BundleLock\nbundle:\n  image: " +
            $"{registry.Host}/mirror/simple-app-bundle@{digest}\n  tag: v1.0.0\n");

        await RunAsync(registry, folder, [], PublishItems.Lock("any.yml"));

        using RegistryContent content = RegistryContent.At(registry.Host);
        await content.AssertCompleteAsync("apps/simple-app-bundle", "v1.0.0");
        Assert.IsTrue(File.Exists(folder["airgap/manifests/simple-app-bundle.packagerepository.yml"]));
    }

    [TestMethod]
    public async Task TheReportStaysWhenNothingMovedAndIsWrittenWhenItWouldBeWrong()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        PublishItem item = PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0");
        await RunAsync(registry, folder, [], item);
        string first = File.ReadAllText(folder["airgap/relocation.json"]);
        string page = File.ReadAllText(folder["airgap/relocation.html"]);

        PublishResult second = await RunAsync(registry, folder, [], item);
        Assert.AreEqual("1 bundle: 1 up to date", second.Summary);
        Assert.AreEqual(first, File.ReadAllText(folder["airgap/relocation.json"]));
        Assert.AreEqual(page, File.ReadAllText(folder["airgap/relocation.html"]));

        File.Delete(folder["airgap/relocation.html"]);
        await RunAsync(registry, folder, [], item);
        Assert.Contains("<h1><bdi>simple-app-bundle</bdi></h1>", File.ReadAllText(folder["airgap/relocation.html"]));

        await RunAsync(registry, folder, [], item with { Metadata = new Dictionary<string, string> { ["PackageRepository"] = "renamed" } });
        Assert.Contains("\"outcome\": \"present\"", File.ReadAllText(folder["airgap/relocation.json"]));

        File.WriteAllText(folder["airgap/relocation.json"], "{");
        await RunAsync(registry, folder, [], item);
        Assert.Contains("manifests/simple-app-bundle.packagerepository.yml", File.ReadAllText(folder["airgap/relocation.json"]));
    }

    [TestMethod]
    public async Task ANameTheClusterWouldRefuseCostsNoTransfer()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(
            registry, folder, [], PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0", ("SyncPeriod", "often"))));
        Assert.AreEqual(ErrorCode.InvalidPackageRepository, e.Code);
        Assert.IsEmpty(registry.Requests);
    }

    [TestMethod]
    public async Task OfTwoThatPublishTheSameBundleTheSecondFindsItThere()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        TaskCompletionSource firstIsUnderWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource secondWaits = new(TaskCreationOptions.RunContinuationsAsynchronously);
        destination.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.UploadPost)
                return null;
            firstIsUnderWay.TrySetResult();
            return Fault.Delay(secondWaits.Task);
        };
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        PublishItem[] items = [PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0")];

        Task<PublishResult> first = new Publisher(client)
            .RunAsync(items, PublishItems.To($"{destination.Host}/apps", folder["one"]), CancellationToken.None);
        await firstIsUnderWay.Task;
        Task<PublishResult> second = new Publisher(client, new WaitObserver(secondWaits))
            .RunAsync(items, PublishItems.To($"{destination.Host}/apps", folder["two"]), CancellationToken.None);

        Assert.StartsWith("1 bundle: 1 copied", (await first).Summary);
        Assert.AreEqual("1 bundle: 1 up to date", (await second).Summary);
    }

    private sealed class WaitObserver(TaskCompletionSource waits) : ITransferObserver
    {
        public void Notice(string message)
        {
            if (message.StartsWith("Waiting for ", StringComparison.Ordinal))
                waits.TrySetResult();
        }
    }

    private static async Task<PublishResult> RunAsync(
        RegistryFixture registry, TempFolder folder, List<PublishedFile> told, params PublishItem[] items)
    {
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        return await new Publisher(client)
        {
            OnArtifact = told.Add
        }.RunAsync(items, PublishItems.To($"{registry.Host}/apps", folder.Path), CancellationToken.None);
    }
}
