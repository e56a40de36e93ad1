using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Probing;

/// <summary>The namespace in which kapp-controller runs.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Words">How it is known, in one line.</param>
internal sealed record ControllerDeployment(string Namespace, string Words)
{
    private const string Deployments = "apis/apps/v1/deployments?labelSelector=app%3Dkapp-controller";
    private const string NamedDeployments = "apis/apps/v1/deployments?fieldSelector=metadata.name%3Dkapp-controller";

    /// <summary>The default place of its installation.</summary>
    public static ControllerDeployment Usual { get; } =
        new(ClusterDocuments.ControllerNamespace, "its default namespace, as the cluster does not show another");

    /// <summary>Finds it: the user's choice, the namespace of its API's service, or that of its Deployment.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="asked">The user's choice; null for none.</param>
    /// <param name="apiService">The APIService of <c>data.packaging.carvel.dev</c>, as the cluster returned it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ControllerDeployment> FindAsync(
        ClusterClient client, string? asked, ClusterResponse apiService, CancellationToken cancellationToken)
    {
        if (asked is not null)
            return new ControllerDeployment(asked, "as given by the user");
        if (apiService.IsSuccess && apiService.Object.Text("spec", "service", "namespace") is { Length: > 0 } served)
            return new ControllerDeployment(served, "the namespace of its API's service");
        foreach (string path in new[] { Deployments, NamedDeployments })
        {
            ClusterResponse list = await client.GetAsync(path, cancellationToken);
            if (!list.IsSuccess)
                break;
            foreach (JsonElement deployment in list.Object.Items("items"))
            {
                if (deployment.Text("metadata", "namespace") is { Length: > 0 } found)
                    return new ControllerDeployment(found, $"the namespace of its Deployment {deployment.Text("metadata", "name")}");
            }
        }

        return Usual;
    }
}
