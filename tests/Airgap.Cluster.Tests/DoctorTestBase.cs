using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Diagnosing;
using Airgap.Cluster.Objects;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Recorded clusters, examined.</summary>
public abstract class DoctorTestBase
{
    private protected const string Repositories = "/apis/packaging.carvel.dev/v1alpha1/packagerepositories";
    private protected const string Installs = "/apis/packaging.carvel.dev/v1alpha1/packageinstalls";
    private protected const string Packages = "/apis/data.packaging.carvel.dev/v1alpha1/packages";
    private protected const string Secrets = "/api/v1/secrets";

    // Recorded successes whose Packages name a registry that is not the mirror.
    private protected static readonly string[] s_outside =
        ["success-not-relocated", "success-bundle-as-image", "success-image", "success-duplicate-package", "success-unknown-field"];

    private protected static JsonElement[] PackagesOf(JsonElement recorded) =>
        recorded.TryGetProperty("packages", out JsonElement packages)
            && packages.GetProperty("response").TryGetProperty("body", out JsonElement list) ? [.. list.Items("items")] : [];

    private protected static async Task<FakeKubernetes> StartAsync(
        JsonElement[] repositories, JsonElement[] installs, JsonElement[] packages)
    {
        FakeKubernetes server = await FakeKubernetes.StartAsync();
        server.Replay("discovery/with-kapp-controller/packaging.carvel.dev_v1alpha1.json")
            .Replay("discovery/with-kapp-controller/apiservice.json");
        server.On("GET", Repositories, KubernetesAnswer.List("1", repositories)).On("GET", Installs, KubernetesAnswer.List("1", installs));
        return server.On("GET", Packages, KubernetesAnswer.List("1", packages));
    }

    private protected static async Task<DoctorReport> ExamineAsync(FakeKubernetes server, string? ns = null)
    {
        if (ns is null)
            server.On("GET", Secrets, KubernetesAnswer.List("1"));
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return await new Doctor(client, new DoctorOptions { Namespace = ns }).ExamineAsync(CancellationToken.None);
    }
}
