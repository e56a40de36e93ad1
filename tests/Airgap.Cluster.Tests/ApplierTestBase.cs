using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.TestKit.Kubernetes;

namespace Airgap.Cluster.Tests;

/// <summary>Manifests that are applied.</summary>
public abstract class ApplierTestBase
{
    private protected const string Repository = """
        apiVersion: packaging.carvel.dev/v1alpha1
        kind: PackageRepository
        metadata: {name: simple-package-repository, namespace: packages}
        spec: {fetch: {imgpkgBundle: {image: "127.0.0.1:15000/apps/hello-repo@sha256:87e13a2375e6884c97a279d21fe7363e828052351c627f651dbc06371d65ad73"}}}
        """;

    private protected const string RepositoryPath =
        "/apis/packaging.carvel.dev/v1alpha1/namespaces/packages/packagerepositories/simple-package-repository";
    private protected const string SecretPath = "/api/v1/namespaces/packages/secrets/ph-string";

    private protected static async Task<IReadOnlyList<AppliedObject>> ApplyAsync(FakeKubernetes server, string folder, bool isDry = false)
    {
        using ClusterClient client = new(new ClusterTarget { Server = server.Address, Origin = "a test" });
        return await new Applier(client, "packages", isDry).ApplyAsync(
            ManifestReader.Read([folder], "packages", isAsked: false), _ => { }, CancellationToken.None);
    }
}
