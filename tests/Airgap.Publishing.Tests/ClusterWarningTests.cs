using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Pushing;

namespace Airgap.Publishing.Tests;

/// <summary>Errors that a cluster would find are reported when the manifest is written.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ClusterWarningTests
{
    private string _fill = "";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task AVersionThatTheMirrorHadAndTheNewBundleHasNot()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        await PushAsync(client, folder, $"{registry.Host}/apps/repository:v1", "1.0.0", "1.1.0");
        await PushAsync(client, folder, $"{registry.Host}/source/repository:v1", "1.1.0", "1.2.0");

        PublishResult result = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{registry.Host}/source/repository:v1")], PublishItems.To($"{registry.Host}/apps", folder.Path),
            TestContext.CancellationToken);

        Diagnostic warning = result.Warnings.Single(warning => warning.Code == ErrorCode.VersionDropped);
        Assert.Contains("simple-app.corp.com.1.0.0,", warning.Message);
        Assert.DoesNotContain("1.1.0", warning.Message);
        PublishResult again = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{registry.Host}/source/repository:v1")], PublishItems.To($"{registry.Host}/apps", folder.Path),
            TestContext.CancellationToken);
        Assert.IsEmpty(again.Warnings);
    }

    // The Packages of a file that is too large are unknown, and may be the same.
    [TestMethod]
    public async Task AVersionInAFileThatIsNotSearched_IsNotCalledDropped()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        await PushAsync(client, folder, $"{registry.Host}/apps/repository:v1", "1.0.0");
        _fill = new string('#', 4 * 1024 * 1024);
        await PushAsync(client, folder, $"{registry.Host}/source/repository:v1", "1.0.0");

        PublishResult result = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{registry.Host}/source/repository:v1")], PublishItems.To($"{registry.Host}/apps", folder.Path),
            TestContext.CancellationToken);

        Assert.AreEqual(ErrorCode.PackageFileNotSearched, result.Warnings.Single().Code);
    }

    [TestMethod]
    public async Task AnImageThatANestedBundlesLockMisses()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        Directory.CreateDirectory(folder["app/.imgpkg"]);
        File.WriteAllText(folder["app/.imgpkg/images.yml"], new ImagesLock([]).ToYaml());
        File.WriteAllText(folder["app/config.yml"], "image: docker.io/library/nginx:1\ntemplate: {image: \"{{ .Values.image }}\"}\n");
        PushResult app = await new Pusher(client).PushAsync(
            new PushRequest
            {
                Inputs = [folder["app"]],
                Destination = ImageReference.Parse($"{registry.Host}/source/repository:app"),
                IsBundle = true
            }, TestContext.CancellationToken);
        await PushAsync(client, folder, $"{registry.Host}/source/repository:v1",
            [new LockedImage(app.Reference, LockedImage.NoAnnotations)], "1.0.0");

        PublishResult result = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{registry.Host}/source/repository:v1")], PublishItems.To($"{registry.Host}/apps", folder.Path),
            TestContext.CancellationToken);

        Diagnostic warning = result.Warnings.Single(warning => warning.Code == ErrorCode.NestedImageNotLocked);
        Assert.Contains("'docker.io/library/nginx:1' in config.yml(1,8)", warning.Message);
    }

    [TestMethod]
    [DataRow("packages/a.yml", true)]
    [DataRow("other/a.yml", false)]
    public async Task AnImageWithoutPackages_HasNoPackageRepository(string file, bool expected)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        string path = folder["content/" + file];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "kind: Package\n", TestContext.CancellationToken);
        await new Pusher(client).PushAsync(
            new PushRequest
            {
                Inputs = [folder["content"]],
                Destination = ImageReference.Parse($"{registry.Host}/source/image:v1")
            }, TestContext.CancellationToken);

        PublishResult result = await new Publisher(client).RunAsync(
            [PublishItems.Image($"{registry.Host}/source/image:v1", ("PackageRepository", "plain"))],
            PublishItems.To($"{registry.Host}/apps", folder.Path), TestContext.CancellationToken);

        string manifest = folder["airgap/manifests/plain.packagerepository.yml"];
        Assert.AreEqual(expected,
            File.Exists(manifest) && File.ReadAllText(manifest).Contains("    image:\n      url: ", StringComparison.Ordinal));
        Assert.AreEqual(expected ? ErrorCode.PlainImageRepository : ErrorCode.NotAPackageRepository, result.Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow(401, true)]
    [DataRow(403, true)]
    [DataRow(404, true)]
    [DataRow(500, false)]
    [DataRow(0, false)]
    public async Task AMirrorThatHandsNothingOutWithoutCredentials(int status, bool expected)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        registry.OnRequest = (_, _) => status == 0 ? null : Fault.Status(status);
        Diagnostic? refusal = await AnonymousPull.FindRefusalAsync(
            new RegistryOptions
            {
                RetryCount = 1
            }, ImageReference.Parse($"{registry.Host}/mirror/simple-app-bundle:v1.0.0"), "simple", TestContext.CancellationToken);
        Assert.AreEqual(expected, refusal?.Code == ErrorCode.AnonymousPullRefused);
    }

    [TestMethod]
    [DataRow("mirror.corp.example", null, false, true)]
    [DataRow("mirror.corp.example", "cluster.corp.example", false, false)]
    [DataRow("mirror.local", null, false, false)]
    [DataRow("mirror.corp.example", null, true, false, DisplayName = "Behind the air gap, it is not asked")]
    public async Task AMirrorByPlainHttpFromWhichAClusterDoesNotFetch(string host, string? clusterHost, bool toArchive, bool expected)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        (string, int) local = ("127.0.0.1", int.Parse(registry.Host.Split(':')[1], CultureInfo.InvariantCulture));
        ConcurrentDictionary<string, bool> asked = [];
        using RegistryClient client = new(
            new RegistryOptions
            {
                AllowInsecure = true,
                MapEndpoint = (name, _) =>
                {
                    asked[name] = true;
                    return local;
                },
            },
            CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));

        PublishResult result = await new Publisher(client).RunAsync(
            [
                PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0",
                    [("PackageRepository", "plain"), .. clusterHost is null ? [] : new[] { ("ClusterRegistry", clusterHost) }]),
            ],
            PublishItems.To($"{host}/apps", folder.Path) with { Archive = toArchive ? "carried.tar" : "" }, TestContext.CancellationToken);

        Assert.AreEqual(
            expected, result.Warnings.Any(warning => warning.Code == ErrorCode.ClusterNeedsTls), string.Join('\n', result.Warnings));
        Assert.AreEqual(!toArchive, asked.ContainsKey(host));
    }

    [TestMethod]
    public async Task AMirrorByTls_IsFetchedFrom() => Assert.IsNull(await PlainHttpMirror.FindProblemAsync(
        new FakeRegistry(), RepositoryName.Parse("mirror.corp.example/apps"), "it", TestContext.CancellationToken));

    [TestMethod]
    public async Task APrivateAuthorityThatTheClusterIsNotToldOf()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        File.WriteAllText(folder["ca.pem"], "-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----");
        PublishSettings settings = PublishItems.To($"{registry.Host}/apps", folder.Path) with
        {
            Access = new RegistryAccess { CaCertificates = [folder["ca.pem"]] }
        };
        PublishItem Item(string name, params (string, string)[] metadata) =>
            PublishItems.Bundle($"{registry.Host}/mirror/simple-app-bundle:v1.0.0", [("PackageRepository", name), .. metadata]);

        PublishResult silent = await new Publisher(client).RunAsync([Item("silent")], settings, TestContext.CancellationToken);
        PublishResult told = await new Publisher(client).RunAsync(
            [Item("told", ("ControllerConfig", "true"))], settings, TestContext.CancellationToken);

        Assert.IsTrue(silent.Warnings.Any(warning => warning.Code == ErrorCode.ClusterTrustNotWritten));
        Assert.IsFalse(told.Warnings.Any(warning => warning.Code == ErrorCode.ClusterTrustNotWritten));
        Assert.Contains(
            "  name: kapp-controller-config\n  namespace: kapp-controller\nstringData:\n  caCerts: |2\n    -----BEGIN " +
            "CERTIFICATE-----\n    MIID\n",
            string.Concat(told.Files.Where(file => file.Path.EndsWith(".yml", StringComparison.Ordinal))
                .Select(file => File.ReadAllText(file.Path))));
    }

    private static RegistryClient Client() =>
        new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));

    private Task PushAsync(RegistryClient client, TempFolder folder, string reference, params string[] versions) =>
        PushAsync(client, folder, reference, [], versions);

    private async Task PushAsync(RegistryClient client, TempFolder folder, string reference, LockedImage[] images, params string[] versions)
    {
        string root = folder[Guid.NewGuid().ToString("N")];
        Directory.CreateDirectory(Path.Combine(root, ".imgpkg"));
        Directory.CreateDirectory(Path.Combine(root, "packages"));
        await File.WriteAllTextAsync(
            Path.Combine(root, ".imgpkg", "images.yml"), new ImagesLock([.. images]).ToYaml(), Encoding.UTF8,
            TestContext.CancellationToken);
        foreach (string version in versions)
            await File.WriteAllTextAsync(
                Path.Combine(root, "packages", $"{version}.yml"), $"kind: Package\nmetadata:\n  name: simple-app.corp.com.{version}\n{_fill}",
                TestContext.CancellationToken);
        await new Pusher(client).PushAsync(
            new PushRequest
            {
                Inputs = [root],
                Destination = ImageReference.Parse(reference),
                IsBundle = true
            }, TestContext.CancellationToken);
    }
}
