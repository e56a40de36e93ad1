using System.Text;
using System.Text.Json;
using Airgap.Cluster.Causes;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.Cluster.Probing;
using Airgap.Oci;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Cluster.Tests;

/// <summary>Causes that a cluster does not distinguish are determined from this machine and reported.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ProbeTests
{
    private const string Api = "/apis/packaging.carvel.dev/v1alpha1/";
    private const string Password = "p4ss-never-shown";
    private const string Repository = "mirror/simple-app-bundle";
    private const string Bundle = $"{Repository}:v1.0.0";
    private const string NoDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000001";
    private static readonly RegistryFixtureOptions s_fixtures = new() { WithFixtures = true, ReadOnly = true };

    [TestMethod]
    [DataRow("image-missing", "nowhere/at-all@" + NoDigest, "there is no repository 127.0.0.1:")]
    [DataRow("digest-missing", Repository + "@" + NoDigest, "and does not have " + NoDigest)]
    [DataRow("tag-missing", Repository + ":9.9.9", "with the tag v1.0.0, and does not have the tag 9.9.9")]
    [DataRow("tag-missing", Bundle, "simple-app-bundle:v1.0.0 is there")]
    public async Task AMissingRepository_AndAMissingManifest_AreDistinguished(string name, string image, string words)
    {
        await using RegistryFixture mirror = await RegistryFixture.StartAsync(s_fixtures);

        Finding finding = (await ExamineAsync(Failed(name, $"{mirror.Host}/{image}"))).Single(found => !found.IsWarning);

        Assert.Contains("asked from here with the credentials of this machine: ", finding.Evidence[^1]);
        Assert.Contains(words, finding.Evidence[^1]);
    }

    [TestMethod]
    public async Task AMissingLayer_IsNamed()
    {
        await using RegistryFixture mirror = await RegistryFixture.StartWithFixturesAsync();
        JsonElement manifest = JsonElement.Parse((await RegistryContent.At(mirror.Host).ManifestAsync(Repository, "v1.0.0")).Bytes);
        string layer = manifest.Items("layers").Single().Text("digest")!;
        Directory.Delete(Path.Combine(
            mirror.Folder, "docker/registry/v2/repositories", Repository, "_layers/sha256", layer.Split(':')[1]), recursive: true);

        Finding finding = (await ExamineAsync(Failed("layer-missing", $"{mirror.Host}/{Bundle}"))).Single(found => !found.IsWarning);

        Assert.Contains($"{layer} is missing", finding.Evidence[^1]);
    }

    [TestMethod]
    [DataRow(Password, true, "is there")]
    [DataRow("another", true, "refuses user or password")]
    [DataRow(Password, false, "--try-secrets")]
    public async Task TheClustersSecret_IsTried_OnRequest_AndNeverShown(string password, bool isTried, string words)
    {
        await using RegistryFixture mirror = await RegistryFixture.StartAsync(s_fixtures with { BasicAuth = ("rig", Password) });
        JsonElement repository = Failed("secret-wrong-password", $"{mirror.Host}/{Bundle}");
        string config =
            $$$$"""{"auths":{"https://{{{{mirror.Host}}}}/v2/":{"auth":"{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"rig:{password}"))}}}}"}}}""";
        KubernetesAnswer secret = KubernetesAnswer.Json(
            200,
            $$$$"""{"type":"kubernetes.io/dockerconfigjson","data":{".dockerconfigjson":"{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(config))}}}}"}}""");

        Finding finding = (await ExamineAsync(
            repository, new DoctorOptions
            {
                TriesSecrets = isTried
            }, server => server.On("GET", "/api/v1/namespaces/secret-wrong-password/secrets/mirror-pull", secret)))
                .Single(found => !found.IsWarning);

        Assert.Contains(words, string.Join('\n', finding.Evidence));
        Assert.DoesNotContain(Password, finding + string.Join('\n', finding.Evidence));
        Assert.AreEqual(isTried, mirror.Requests.Count > 0);
    }

    [TestMethod]
    [DataRow(null, "there is no Secret", "does not trust either")]
    [DataRow("own", "1 certificate under caCerts: 'CN=127.0.0.1'", "which these caCerts hold")]
    [DataRow("other", "1 certificate under caCerts", "which these caCerts do not hold")]
    [DataRow("none", "no certificate under caCerts", "does not trust either")]
    public async Task TheAuthority_OfKappControllersSettings_IsTried(string? config, string settings, string seen)
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 own = LoopbackCertificate.Create();
        using System.Security.Cryptography.X509Certificates.X509Certificate2 other = LoopbackCertificate.Create();
        await using RegistryFixture mirror = await RegistryFixture.StartAsync(s_fixtures with { Certificate = own });
        string pem = config switch { "own" => own.ExportCertificatePem(), "other" => other.ExportCertificatePem(), _ => "" };

        Finding finding = (await ExamineAsync(Failed("ca-unknown", $"{mirror.Host}/{Bundle}"), null, server =>
        {
            if (config is not null)
                server.On("GET", "/api/v1/namespaces/kapp-controller/secrets/kapp-controller-config",
                    KubernetesAnswer.Json(200,
                        $$$$"""{"data":{"caCerts":"{{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(pem))}}}}"}}"""));
        })).Single(found => !found.IsWarning);

        Assert.AreEqual(Cause.CertificateUnknownAuthority, finding.Cause);
        Assert.Contains(settings, finding.Evidence[^2]);
        Assert.Contains("is signed by 'CN=127.0.0.1'", finding.Evidence[^1]);
        Assert.Contains(seen, finding.Evidence[^1]);
        Assert.IsEmpty(mirror.Requests, "nothing is sent to see a certificate");
    }

    [TestMethod]
    public async Task AHostName_IsResolved_OnThisMachine()
    {
        Finding finding = (await ExamineAsync(Failed("dns-failure", "mirror.invalid/apps/hello-repo:1"))).Single(found => !found.IsWarning);

        Assert.Contains("this machine cannot resolve mirror.invalid either", finding.Evidence[0]);
        Assert.Contains("127.0.0.1", await MirrorProbe.LookUpAsync("127.0.0.1:5000", CancellationToken.None));
    }

    [TestMethod]
    [DataRow("mirror/nested-bundle:v1.0.0", 0)]
    [DataRow("user1/nested-bundle:v1.0.0", 1)]
    public async Task EveryImage_OfPackages_AndOfNestedBundles_IsLookedForAtTheMirrorAlone(string bundle, int faults)
    {
        await using RegistryFixture mirror = await RegistryFixture.StartAsync(s_fixtures);
        JsonElement recorded = KubernetesFixtures.Read("packagerepositories/success.json");
        string digest = (await RegistryContent.At(mirror.Host).ManifestAsync(bundle.Split(':')[0], "v1.0.0")).Digest;
        string image = $"{mirror.Host}/{bundle.Split(':')[0]}@{digest}";
        JsonElement repository = WithImage(KubernetesFixtures.Body(recorded.GetProperty("get")), image);
        JsonElement package = WithImage(KubernetesFixtures.Body(recorded.GetProperty("packages")).GetProperty("items")[0], image);

        DoctorReport report = await ExamineWholeAsync(
            repository, new DoctorOptions
            {
                FindsLeaks = true
            }, server => server.On("GET", "/apis/data.packaging.carvel.dev/v1alpha1/packages", KubernetesAnswer.List("1", package)));

        Assert.IsGreaterThan(faults == 0 ? 3 : 0, report.Objects.Single().Images!.Value);
        Finding[] found = [.. report.Findings.Where(finding => !finding.IsWarning)];
        Assert.HasCount(faults, found, string.Join('\n', found.SelectMany(finding => finding.Evidence)));
        if (faults > 0)
        {
            Assert.AreEqual(ErrorCode.ImagesOutside, found[0].Diagnostic.Code);
            Assert.Contains("registry.local:5055/", string.Join('\n', found[0].Evidence));
            Assert.Contains($"(of {image})", string.Join('\n', found[0].Evidence));
        }
    }

    private static JsonElement Failed(string name, string image) =>
        WithImage(KubernetesFixtures.Body(KubernetesFixtures.Read($"packagerepositories/{name}.json").GetProperty("get")), image);

    // The recordings name another registry.
    private static JsonElement WithImage(JsonElement recorded, string image)
    {
        string text = recorded.GetRawText();
        string old = recorded.Text("spec", "fetch", "imgpkgBundle", "image")
            ?? recorded.Items("spec", "template", "spec", "fetch").First().Text("imgpkgBundle", "image")!;
        text = text.Replace(old, image, StringComparison.Ordinal)
            .Replace(PackageImages.RepositoryOf(old), PackageImages.RepositoryOf(image), StringComparison.Ordinal);
        return JsonElement.Parse(text.Replace(old.Split('/')[0], image.Split('/')[0], StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<Finding>> ExamineAsync(
        JsonElement repository, DoctorOptions? options = null, Action<FakeKubernetes>? prepare = null) =>
        (await ExamineWholeAsync(repository, options ?? new DoctorOptions(), prepare)).Findings;

    private static async Task<DoctorReport> ExamineWholeAsync(
        JsonElement repository, DoctorOptions options, Action<FakeKubernetes>? prepare)
    {
        await using FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-kapp-controller/apiservice.json");
        server.On("GET", Api + "packagerepositories", KubernetesAnswer.List("1", repository))
            .On("GET", Api + "packageinstalls", KubernetesAnswer.List("1")).On("GET", "/api/v1/secrets", KubernetesAnswer.List("1"));
        prepare?.Invoke(server);
        server.On("GET", "/apis/data.packaging.carvel.dev/v1alpha1/packages", KubernetesAnswer.List("1"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        MirrorProbe mirror = new(
            new RegistryOptions
            {
                ConnectTimeout = TimeSpan.FromSeconds(5)
            }, CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        return await new Doctor(client, options with { Mirror = mirror }).ExamineAsync(CancellationToken.None);
    }
}
