using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Content;

namespace Airgap.Cluster.Applying;

/// <summary>
/// Deletes a PackageRepository in order to recreate it, so that kapp-controller fetches it. Without it, its Packages are gone, so it is
/// deleted only once the cluster has shown that it takes the new one.
/// </summary>
/// <param name="client">The cluster.</param>
/// <param name="removal">How the deletion is sent and waited for.</param>
internal sealed class Refetch(ClusterClient client, Removal removal)
{
    private const string Reviews = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <summary>Deletes it and waits until it is gone.</summary>
    /// <param name="repository">The repository as it is in the cluster.</param>
    /// <param name="trial">What the server says to a dry run of the manifest; only a success deletes anything.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException">It may not be recreated, or deleted, or is not gone in time.</exception>
    public async Task DeleteAsync(JsonElement repository, ClusterResponse trial, CancellationToken cancellationToken)
    {
        string name = $"PackageRepository {repository.FullName()}";
        if (!trial.IsSuccess && !ClusterRefusal.IsNoDryRun(trial))
            throw ClusterRefusal.Of(trial, name, "applied");
        await RequireCreateAsync(repository, name, cancellationToken);
        string path = ResourceKind.PackageRepository.PathOf(
            repository.Text("metadata", "namespace"), repository.Text("metadata", "name")!);
        string uid = repository.Text("metadata", "uid") ?? "";
        ClusterResponse response = await removal.DeleteAsync(path, uid, isDry: false, cancellationToken);
        if (!response.IsSuccess && response.Status != 404)
            throw ClusterRefusal.Of(response, name, "deleted in order to recreate it");
        if ((await removal.WaitAsync([(path, uid)], cancellationToken))[0] is { } why)
        {
            throw new AirgapException(
                ErrorCode.ObjectDeleting, $"{name} was deleted in order to recreate it, and was not recreated: {why}.",
                "Check whether kapp-controller runs, which completes the deletion (dotnet airgap doctor), and run the command again.");
        }
    }

    /// <summary>A failure after the deletion, which says what is missing now.</summary>
    public static Diagnostic Missing(Diagnostic failure) => failure with
    {
        Message = $"{failure.Message.TrimEnd('.')}. It was deleted in order to recreate it, and is missing now.",
        Advice = $"Apply it again as soon as that is mended. {failure.Advice}",
    };

    // A dry run of a patch does not show it, because the object exists. A cluster that does not answer the question is no obstacle.
    private async Task RequireCreateAsync(JsonElement repository, string name, CancellationToken cancellationToken)
    {
        ClusterResponse response = await client.SendAsync(HttpMethod.Post, Reviews, JsonBytes.Object(writer =>
        {
            writer.WriteString("apiVersion", "authorization.k8s.io/v1");
            writer.WriteString("kind", "SelfSubjectAccessReview");
            writer.WriteStartObject("spec");
            writer.WriteStartObject("resourceAttributes");
            writer.WriteString("verb", "create");
            writer.WriteString("group", ResourceKind.GroupOf(ResourceKind.PackageRepository.ApiVersion));
            writer.WriteString("resource", ResourceKind.PackageRepository.Plural);
            writer.WriteString("namespace", repository.Text("metadata", "namespace"));
            writer.WriteString("name", repository.Text("metadata", "name"));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }), "application/json", cancellationToken);
        if (response.IsSuccess && response.Object.Find("status", "allowed") is { ValueKind: JsonValueKind.False })
        {
            throw new AirgapException(
                ErrorCode.ClusterForbidden,
                $"{name} was not applied: it would be deleted and recreated, and the user of the context may not create it.",
                $"Request the right to create {ResourceKind.PackageRepository.Plural} in the namespace " +
                $"{repository.Text("metadata", "namespace")}, or use another context (--context).");
        }
    }
}
