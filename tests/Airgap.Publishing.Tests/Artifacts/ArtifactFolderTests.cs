using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Publishing.Tests.Artifacts;

/// <summary>The artifact folder shows the last publish, can be applied unchanged, and keeps the user's changes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ArtifactFolderTests : IDisposable
{
    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    private PublishSettings Settings => PublishItems.To("final.local/apps", _folder.Path);

    private string List => _folder["obj/airgap.artifacts.txt"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task SecretsAndExportsOfOneNameAreMerged()
    {
        await RunAsync(Settings, Simple(Secretgen("one")), Nested([.. Secretgen("two"), ("Repository", "other.local/apps/nested")]));

        string export = File.ReadAllText(_folder["airgap/manifests/access_pull.secretexport.yml"]);
        Assert.Contains("""toNamespaces: ["one", "two"]""", export);
        string secret = File.ReadAllText(Assert.ContainsSingle(Directory.GetFiles(_folder["airgap/secrets"])));
        Assert.Contains("final.local", secret);
        Assert.Contains("other.local", secret);
        Assert.ContainsSingle(Directory.GetFiles(_folder["airgap/manifests"])
            .Where(file => File.ReadAllText(file).Contains("kind: Secret", StringComparison.Ordinal)));
        Assert.DoesNotContain("kind: Secret\n", await KustomizeAsync());
    }

    [TestMethod]
    public async Task NamespacesAreFilesThatSortBeforeAllThatStandsInThem()
    {
        await RunAsync(Settings, Simple([.. Secretgen("one"), ("CreateNamespace", "true")]),
            Nested([.. Secretgen("0two"), ("CreateNamespace", "true")]));

        string[] names = [.. Directory.GetFiles(_folder["airgap/manifests"], "*.yml").Select(file => Path.GetFileName(file)!)
            .Order(StringComparer.Ordinal)];
        Assert.AreSequenceEqual(new[] { "00-0two.namespace.yml", "00-access.namespace.yml", "00-one.namespace.yml" }, names[..3]);
        Assert.HasCount(3, Regex.Matches(await KustomizeAsync(), "kind: Namespace"));
        Assert.AreEqual("---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: access\n",
            File.ReadAllText(_folder["airgap/manifests/00-access.namespace.yml"]));

        await RunAsync(Settings, Simple(Secretgen("one")));
        Assert.IsEmpty(Directory.GetFiles(_folder["airgap/manifests"], "*.namespace.yml"));
    }

    [TestMethod]
    public async Task FluxAndArgoCDHaveAFileOfTheirOwn_WhichStandsInTheKustomization()
    {
        PublishResult result = await RunAsync(
            Settings, Simple(("GitOps", "Flux"), ("InstallNamespace", "apps")),
            PublishItems.Image("registry.local:5055/user1/plain:1", ("GitOps", "argocd"), ("GitOpsPath", "config")));

        string flux = File.ReadAllText(_folder["airgap/manifests/simple-app-bundle.gitops.yml"]);
        Assert.Contains($"  url: oci://final.local/apps/simple-app-bundle\n  ref:\n    digest: {PublishItems.Digest}\n", flux);
        Assert.Contains("  - name: registry.local:5055/apps/frontend\n    newName: final.local/apps/simple-app-bundle\n    digest: sha256:",
            flux);
        Assert.Contains("    path: config\n", File.ReadAllText(_folder["airgap/manifests/plain.gitops.yml"]));
        Assert.HasCount(3, Regex.Matches(await KustomizeAsync(), "(?m)^kind: (OCIRepository|Kustomization|Application)$"));
        Assert.DoesNotContain(warning => warning.Code == ErrorCode.ImageNotReplaced, result.Warnings);
        Diagnostic warning = result.Warnings.Single(warning => warning.Code == ErrorCode.ContentNotTaken);
        Assert.Contains("final.local/apps/plain@", warning.Message, "what imgpkg pushed, Flux takes and Argo CD does not");

        await RunAsync(Settings, Simple());
        Assert.IsEmpty(Directory.GetFiles(_folder["airgap/manifests"], "*.gitops.yml"));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(Settings, Simple(("GitOpsPath", "config"))));
        Assert.AreEqual(ErrorCode.InvalidArgument, e.Code);
    }

    [TestMethod]
    public async Task KubectlTakesTheFolderInOneGo_NamespacesFirst_AndNoPlaceholder()
    {
        await RunAsync(
            Settings,
            Simple(
                [.. Secretgen("packages"), ("CreateNamespace", "true"), ("PackageInstall", "simple-app.corp.com@>=1.0.0"),
                    ("ServiceAccount", "installer"), ("InstallNamespace", "apps"), ("GitOps", "Flux")]));

        foreach (string[] way in (string[][])[["-f", _folder["airgap/manifests"]], ["-k", _folder["airgap"]]])
        {
            string[] taken = await Kubectl.TryAsync(way);

            Assert.AreSequenceEqual(
                new[] { "namespace/access", "namespace/apps", "namespace/packages" }, taken[..3], string.Join(' ', taken));
            foreach (string expected in (string[])[
                "packagerepository.packaging.carvel.dev/", "packageinstall.packaging.carvel.dev/simple-app",
                "secretexport.secretgen.carvel.dev/pull", "ocirepository.source.toolkit.fluxcd.io/",
                "kustomization.kustomize.toolkit.fluxcd.io/"])
                Assert.IsTrue(taken.Any(each => each.StartsWith(expected, StringComparison.Ordinal)),
                    $"{expected} of {string.Join(' ', taken)}");
            Assert.DoesNotContain("secret/pull", taken, "a placeholder is filled in by hand, once");
        }

        // If requested, the Secret is among the others.
        await RunAsync(
            Settings with { SecretManifests = true }, Simple([.. Secretgen("packages"), ("CreateNamespace", "true")]));
        Assert.Contains("secret/pull", await Kubectl.TryAsync("-k", _folder["airgap"]));
    }

    [TestMethod]
    public async Task ConflictingObjects_AreRefused_BeforeAnythingMoves()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(
            Settings,
            PublishItems.Bundle("registry.local:5055/mirror/simple-app-bundle:v1.0.0", ("PackageRepository", "a-b")),
            PublishItems.Bundle("registry.local:5055/mirror/a_b:v1.0.0", ("PackageRepository", "true"))));

        Assert.AreEqual(ErrorCode.ConflictingObject, e.Code);
        Assert.Contains("PackageRepository 'a-b'", e.Message);
        Assert.IsEmpty(_registry.Calls);
    }

    [TestMethod]
    public async Task ArtifactsOfRenamedAndRemovedItemsGo_AndChangedOnesStay()
    {
        await RunAsync(Settings, Simple(("PackageRepository", "first")), Nested());
        File.AppendAllText(_folder["airgap/nested-bundle.bundle-lock.yml"], "# mine\n");
        File.WriteAllText(_folder["airgap/notes.txt"], "mine");

        PublishResult result = await RunAsync(Settings, Simple(("PackageRepository", "second")));

        Assert.AreSequenceEqual(
            new[] { "kustomization.yaml", "manifests/Kustomization", "manifests/second.packagerepository.yml",
                "nested-bundle.bundle-lock.yml", "notes.txt", "relocation.html", "relocation.json", "second.bundle-lock.yml" },
            Files());
        Diagnostic warning = Assert.ContainsSingle(result.Warnings.Where(warning => warning.Code == ErrorCode.ArtifactChanged));
        Assert.Contains("nested-bundle.bundle-lock.yml", warning.Message);
        Assert.IsEmpty(OfTheFolder(await RunAsync(Settings, Simple(("PackageRepository", "second")))),
            "It is told once; then the file is the user's.");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task APublishToAnArchiveAloneLeavesNoKustomizationOfTheRegistry(bool keepsList)
    {
        await RunAsync(Settings, keepsList, Simple());
        Assert.IsTrue(File.Exists(_folder["airgap/kustomization.yaml"]));

        await RunAsync(Settings with { Registry = "", Archive = "out/a.tar" }, keepsList, Simple());

        Assert.IsFalse(File.Exists(_folder["airgap/kustomization.yaml"]));
        Assert.IsFalse(File.Exists(_folder["airgap/manifests/Kustomization"]));
        if (keepsList)
            Assert.AreSequenceEqual(new[] { "relocation.html", "relocation.json" }, Files());
    }

    [TestMethod]
    public async Task AFilledSecretIsNeverOverwritten_AndAMissingRegistryIsTold()
    {
        (string, string)[] secret = [("SecretName", "pull"), ("PullSecret", "SecretRefWithPlaceholder"), ("Namespace", "packages")];
        await RunAsync(Settings, Simple(secret));
        string file = _folder["airgap/secrets/packages_pull.secret.yml"];
        Assert.Contains("REPLACE_ME", File.ReadAllText(file));
        if (!OperatingSystem.IsWindows())
            Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        string filled = File.ReadAllText(file).Replace("REPLACE_ME", "real", StringComparison.Ordinal);
        File.WriteAllText(file, filled);

        Assert.IsEmpty(OfTheFolder(await RunAsync(Settings, Simple(secret))));
        PublishResult moved = await RunAsync(Settings with { Registry = "new.local/apps" }, Simple(secret));

        Assert.AreEqual(filled, File.ReadAllText(file));
        Assert.Contains("new.local",
            Assert.ContainsSingle(moved.Warnings.Where(warning => warning.Code == ErrorCode.SecretNotUpdated)).Message);
        Assert.DoesNotContain("REPLACE_ME", await KustomizeAsync());
    }

    [TestMethod]
    public async Task AnUntouchedPlaceholderFollowsTheProject_AndGoesWithIt()
    {
        (string, string)[] secret = [("SecretName", "pull"), ("PullSecret", "SecretRefWithPlaceholder"), ("Namespace", "packages")];
        await RunAsync(Settings, Simple(secret));
        await RunAsync(Settings with { Registry = "new.local/apps" }, Simple(secret));
        Assert.Contains("new.local", File.ReadAllText(_folder["airgap/secrets/packages_pull.secret.yml"]));

        await RunAsync(Settings with { SecretManifests = true }, Simple(secret));
        Assert.IsFalse(Directory.Exists(_folder["airgap/secrets"]));
        Assert.Contains("- packages_pull.secret.yml", File.ReadAllText(_folder["airgap/manifests/Kustomization"]));

        await RunAsync(Settings, Simple());
        Assert.IsFalse(File.Exists(_folder["airgap/manifests/packages_pull.secret.yml"]));
    }

    [TestMethod]
    public async Task CleanRemovesWhatIsAsItWasWritten_AndNothingElse()
    {
        await RunAsync(Settings, Simple(("SecretName", "pull"), ("PullSecret", "SecretRefWithPlaceholder"), ("Namespace", "packages")));
        string kustomization = _folder["airgap/kustomization.yaml"];
        File.WriteAllLines(kustomization, File.ReadAllLines(kustomization)[1..]);
        File.WriteAllText(_folder["precious.txt"], "precious");
        File.WriteAllText(_folder["airgap/mine.yml"], "mine");
        Directory.CreateDirectory(_folder["other"]);
        File.WriteAllText(_folder["other/theirs.packagerepository.yml"], "theirs");
        foreach (string other in (string[])["precious.txt", "other/theirs.packagerepository.yml"])
            File.AppendAllText(List,
                $"{PublishedFileList.DigestOf(_folder[other])}  {_folder[other]}\n{PublishedFileList.DigestOf(_folder[other])}  " +
                $"{_folder[$"airgap/../{other}"]}\n{_folder[other]}\n");
        File.AppendAllText(List, $"{new string('0', 64)}  {_folder["airgap/mine.yml"]}\n");

        IReadOnlyList<Diagnostic> warnings = new ArtifactCleaner(Settings.FullOutputPath).Clean(List);

        Assert.AreSequenceEqual(new[] { "kustomization.yaml", "mine.yml" }, Files());
        Assert.IsTrue(File.Exists(_folder["precious.txt"]));
        Assert.IsTrue(File.Exists(_folder["other/theirs.packagerepository.yml"]));
        Assert.IsFalse(File.Exists(List));
        foreach (string named in (string[])["kustomization.yaml", "mine.yml", "precious.txt", "theirs.packagerepository.yml"])
            Assert.IsTrue(warnings.Any(
                warning => warning.Code == ErrorCode.ArtifactChanged && warning.Message.Contains(named, StringComparison.Ordinal)), named);
    }

    [TestMethod]
    public async Task CleanRemovesAllOfAFormerFolder_WithTheFolder()
    {
        using (ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
            File.WriteAllText(_folder["key.pem"], key.ExportPkcs8PrivateKeyPem());
        await RunAsync(Settings with
        {
            SigningKey = "key.pem",
            RepositoryTemplate = "{registry}/{prefix}/{source.repository}",
            MirrorFormats = [MirrorFormat.RegistriesConf, MirrorFormat.HostsToml, MirrorFormat.ImageDigestMirrorSet,
                MirrorFormat.ImageTagMirrorSet],
        }, Simple());
        Assert.IsGreaterThanOrEqualTo(4, Directory.GetFiles(_folder["airgap/mirrors"], "*", SearchOption.AllDirectories).Length);
        Assert.IsTrue(File.Exists(_folder["airgap/relocation.json.sigstore.json"]));

        // The project has named another folder since.
        Assert.IsEmpty(new ArtifactCleaner(_folder["elsewhere"]).Clean(List).Select(warning => warning.Message));
        Assert.IsFalse(Directory.Exists(_folder["airgap"]));

        await RunAsync(Settings, Simple());
        Assert.IsEmpty(new ArtifactCleaner(Settings.FullOutputPath).Clean(List));
        Assert.IsFalse(Directory.Exists(_folder["airgap"]));
    }

    [TestMethod]
    public async Task CleanFollowsNoLink()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Links need a privilege.");
        await RunAsync(Settings, Simple());
        Directory.CreateDirectory(_folder["outside"]);
        File.Copy(_folder["airgap/manifests/Kustomization"], _folder["outside/Kustomization"]);
        Directory.Delete(_folder["airgap/manifests"], recursive: true);
        Directory.CreateSymbolicLink(_folder["airgap/manifests"], _folder["outside"]);

        new ArtifactCleaner(Settings.FullOutputPath).Clean(List);

        Assert.IsTrue(File.Exists(_folder["outside/Kustomization"]));
    }

    [TestMethod]
    public async Task TheFoldersOfManifestsHoldYamlForTheClusterAlone_AndKustomizeTakesBoth()
    {
        await RunAsync(Settings, Simple(Secretgen("one")), Nested(Secretgen("two")));

        foreach (string file in Directory.GetFiles(_folder["airgap/manifests"]).Where(file => Path.GetFileName(file) != "Kustomization"))
            Assert.MatchesRegex(new Regex("^---\napiVersion: (packaging|secretgen)\\.carvel\\.dev/v1alpha1\nkind: "),
                File.ReadAllText(file));
        string both = await KustomizeAsync();
        Assert.HasCount(2, Regex.Matches(both, "kind: PackageRepository"));
        Assert.HasCount(1, Regex.Matches(both, "kind: SecretExport"));
        Assert.AreEqual(both, await KustomizeAsync("airgap/manifests"));
    }

    private static (string, string)[] Secretgen(string ns) =>
        [("SecretName", "pull"), ("PullSecret", "SecretgenController"), ("SecretNamespace", "access"), ("Namespace", ns)];

    // The output of kustomize for the folder; without kubectl, the files that the list names.
    private async Task<string> KustomizeAsync(string folder = "airgap")
    {
        if (Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(path => File.Exists(Path.Combine(path, "kubectl"))))
        {
            CliResult result = await Cli.RunAsync(
                "kubectl", ["kustomize", _folder[folder]], new Dictionary<string, string?>(), _folder.Path);
            Assert.AreEqual(0, result.ExitCode, result.Error);
            return result.Output;
        }

        Assert.AreNotEqual("1", Environment.GetEnvironmentVariable("AIRGAP_REQUIRE_PEERS"), "kubectl is missing.");
        return string.Concat(File.ReadLines(_folder["airgap/manifests/Kustomization"])
            .Where(line => line.StartsWith("- ", StringComparison.Ordinal))
            .Select(line => File.ReadAllText(_folder[$"airgap/manifests/{line[2..]}"])));
    }

    private string[] Files() =>
    [
        .. Directory.GetFiles(_folder["airgap"], "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_folder["airgap"], file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    private static PublishItem Simple(params (string, string)[] metadata) =>
        PublishItems.Bundle("registry.local:5055/mirror/simple-app-bundle:v1.0.0", metadata);

    private static PublishItem Nested(params (string, string)[] metadata) =>
        PublishItems.Bundle("registry.local:5055/mirror/nested-bundle:v1.0.0", metadata);

    private Task<PublishResult> RunAsync(PublishSettings settings, params PublishItem[] items) =>
        RunAsync(settings, keepsList: true, items);

    private async Task<PublishResult> RunAsync(PublishSettings settings, bool keepsList, params PublishItem[] items)
    {
        PublishedFileList list = new(keepsList ? List : null);
        PublishResult result = await new Publisher(_registry) { Artifacts = list }.RunAsync(items, settings, CancellationToken.None);
        list.Save();
        return result;
    }

    // The fixture's Packages name a plain image as a bundle, so every publish of it warns.
    private static IEnumerable<Diagnostic> OfTheFolder(PublishResult result) =>
        result.Warnings.Where(warning => warning.Code != ErrorCode.FetchedImageIsNoBundle);
}
