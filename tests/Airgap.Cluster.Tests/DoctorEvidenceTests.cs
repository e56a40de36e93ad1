using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Each finding of a doctor names its evidence: one row for each kind of finding, with the lines of its evidence.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed partial class DoctorEvidenceTests
{
    private const string Group = "/apis/packaging.carvel.dev/v1alpha1";
    private const string Packages = "/apis/data.packaging.carvel.dev/v1alpha1";
    private const string Forbidden = "apply/secret/forbidden-get.json";

    // The cluster (a recording, and the namespace; nothing for an empty cluster), the code, and lines of the
    // evidence.
    public static IEnumerable<object[]> Findings() =>
    [
        [ErrorCode.KindNotServed, "nothing", "GET /apis/packaging.carvel.dev/v1alpha1: 404"],
        [ErrorCode.PackagesNotServed, "down", "APIService v1alpha1.data.packaging.carvel.dev: FailedDiscoveryCheck: "],
        [ErrorCode.PackagesNotServed, "down", "kapp-controller is looked for in the namespace kapp-controller: "],
        [ErrorCode.NotExamined, "all forbidden", "GET /apis/packaging.carvel.dev/v1alpha1/packagerepositories: 403"],
        [ErrorCode.NotExamined, "secrets forbidden", "GET /api/v1/namespaces/packages/secrets: 403"],
        [ErrorCode.NotExamined, "packages forbidden", "GET /apis/data.packaging.carvel.dev/v1alpha1/namespaces/packages/packages: 403"],
        [ErrorCode.MalformedSyncPeriod, "packagerepositories/sync-period-malformed", "spec.syncPeriod: "],
        [ErrorCode.NotObserved, "packagerepositories/sync-period-malformed", "metadata.generation 1, status.observedGeneration missing"],
        [ErrorCode.PlaceholderNotFilled, "placeholder", "type kubernetes.io/dockerconfigjson; for 127.0.0.1:15001"],
        [ErrorCode.Paused, "packagerepositories/paused", "spec.paused: true"],
        [ErrorCode.Paused, "packageinstalls/paused", "spec.paused: true"],
        [ErrorCode.RepositoryFailed, "packagerepositories/image-missing", "3 failures one after another"],
        [ErrorCode.RepositoryFailed, "packagerepositories/conflict-other-repository", "is defined by PackageRepository "],
        [ErrorCode.InstallFailed, "packageinstalls/image-gone", "status.conditions: "],
        [ErrorCode.ObjectDeleting, "packageinstalls/delete-stuck", "status.conditions: "],
        [ErrorCode.VersionGone, "packageinstalls/version-gone", "asked for: hello.rig.example.com 1.0.0; there: 1.1.0"],
        [ErrorCode.ImagesOutside, "packagerepositories/success-not-relocated", "@sha256:"],
        [ErrorCode.NoPackagesListed, "none listed", "no Package has the annotation packaging.carvel.dev/package-repository-ref: "],
        [ErrorCode.CachedMirror, "stories/update-same-digest-mirror-to-mirror", "status.template.stderr: -> 127.0.0.1:15000/"],
    ];

    [TestMethod]
    [DynamicData(nameof(Findings))]
    public async Task AFinding_ShowsByWhatItWasFound(ErrorCode code, string cluster, string evidence)
    {
        await using FakeKubernetes server = await StartAsync(cluster);
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        string? ns = cluster.EndsWith("forbidden", StringComparison.Ordinal) ? "packages" : null;

        DoctorReport report = await new Doctor(client, new DoctorOptions { Namespace = ns }).ExamineAsync(CancellationToken.None);

        string[] lines = [.. report.Findings.Where(finding => finding.Diagnostic.Code == code).SelectMany(finding => finding.Evidence)];
        Assert.IsTrue(lines.Any(line => line.Contains(evidence, StringComparison.Ordinal)),
            $"{code}: {string.Join('\n', lines)}\nfound: {string.Join(", ", report.Findings.Select(finding => finding.Diagnostic.Code))}");
        foreach (Finding finding in report.Findings)
        {
            Assert.IsNotEmpty(finding.Evidence, finding.Diagnostic.Message);
            Assert.IsFalse(finding.Evidence.Any(string.IsNullOrWhiteSpace), finding.Diagnostic.Message);
        }
    }

    /// <summary>A new kind of finding needs a row above; a refusal ends the command, and is no finding.</summary>
    [TestMethod]
    public void EachKindOfFinding_HasARow()
    {
        string sources = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Cluster");
        ErrorCode[] made = [.. Directory.GetFiles(Path.Combine(sources, "Diagnosing"), "*.cs")
            .Append(Path.Combine(sources, "Causes", "Explanation.cs"))
            .SelectMany(file => Code().Matches(File.ReadAllText(file))).Select(match => Enum.Parse<ErrorCode>(match.Groups[1].Value))];
        CollectionAssert.AreEquivalent(
            made.Append(ErrorCode.CachedMirror).Except([ErrorCode.ObjectRefused, ErrorCode.ClusterForbidden]).Distinct().ToArray(),
            Findings().Select(row => (ErrorCode)row[0]).Distinct().ToArray());
    }

    private static async Task<FakeKubernetes> StartAsync(string cluster)
    {
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        if (cluster == "nothing")
            return server;
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json");
        JsonElement[] repositories = [], installs = [], packages = [];
        if (cluster.Contains('/', StringComparison.Ordinal))
        {
            JsonElement recorded = KubernetesFixtures.Read($"{cluster}.json");
            if (cluster.StartsWith("packageinstalls/", StringComparison.Ordinal))
                installs = [KubernetesFixtures.Body(recorded.GetProperty("packageInstall"))];
            else
                repositories = [KubernetesFixtures.Body(recorded.GetProperty("get"))];
            packages = PackagesOf(recorded);
        }

        if (cluster == "none listed")
            repositories = [KubernetesFixtures.Body(KubernetesFixtures.Read("packagerepositories/success-tag.json").GetProperty("get"))];
        if (cluster == "down")
        {
            return server.Replay("discovery/kapp-controller-not-running/apiservice.json")
                .Replay("discovery/kapp-controller-not-running/packages-list.json")
                .On("GET", $"{Group}/packagerepositories", KubernetesAnswer.List("1"))
                .On("GET", $"{Group}/packageinstalls", KubernetesAnswer.List("1"))
                .On("GET", "/api/v1/secrets", KubernetesAnswer.List("1"));
        }

        server.Replay("discovery/with-kapp-controller/apiservice.json");
        KubernetesAnswer none = KubernetesAnswer.List("1"), forbidden = KubernetesAnswer.Recorded(Forbidden);
        JsonElement[] secrets = cluster != "placeholder" ? []
            : [KubernetesFixtures.Body(KubernetesFixtures.Exchanges(
                KubernetesFixtures.Read("apply/secret/filled-then-reapplied-stringData.json")).First())];
        server.On("GET", $"{Group}/packagerepositories", cluster == "all forbidden" ? forbidden : KubernetesAnswer.List("1", repositories));
        server.On("GET", $"{Group}/packageinstalls", KubernetesAnswer.List("1", installs));
        server.On("GET", $"{Packages}/packages", KubernetesAnswer.List("1", packages));
        server.On("GET", "/api/v1/secrets", KubernetesAnswer.List("1", secrets));
        server.On("GET", $"{Group}/namespaces/packages/packagerepositories", none);
        server.On("GET", $"{Group}/namespaces/packages/packageinstalls", none);
        server.On("GET", $"{Packages}/namespaces/packages/packages", cluster == "packages forbidden" ? forbidden : none);
        return server.On("GET", "/api/v1/namespaces/packages/secrets", cluster == "secrets forbidden" ? forbidden : none);
    }

    private static JsonElement[] PackagesOf(JsonElement recorded) =>
        recorded.TryGetProperty("packages", out JsonElement packages) && packages.ValueKind == JsonValueKind.Object
            && packages.TryGetProperty("response", out JsonElement response)
            && response.TryGetProperty("body", out JsonElement list) ? [.. list.Items("items")] : [];

    [GeneratedRegex(@"ErrorCode\.(\w+)")]
    private static partial Regex Code();
}
