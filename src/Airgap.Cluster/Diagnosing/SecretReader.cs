using System.Text.Json;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Diagnosing;

/// <summary>The result of reading a Secret.</summary>
/// <param name="Name"><c>NAMESPACE/NAME</c>.</param>
/// <param name="Words">A summary in one line.</param>
/// <param name="Secret">The Secret if its credentials look valid; null otherwise.</param>
internal sealed record SecretLookup(string Name, string Words, JsonElement? Secret);

/// <summary>Explains a problem with the Secret of a PackageRepository or PackageInstall without showing its content.</summary>
internal sealed class SecretReader(ClusterClient client)
{
    // The remaining possibility when everything else about the Secret is right.
    private const string Refused = "refused";

    /// <summary>Examines the Secret that kapp-controller used.</summary>
    public async Task<SecretLookup> LookAsync(ReconcileState state, string host, CancellationToken cancellationToken)
    {
        string ns = state.Object.Text("metadata", "namespace") ?? "default";
        string? asked = state.SecretName;
        // If no Secret is named, kapp-controller makes one that secretgen-controller may fill.
        string name = asked ?? $"{state.Object.Text("metadata", "name")}-fetch-0";
        ClusterResponse response = await client.GetAsync(ResourceKind.Secret.PathOf(ns, name), cancellationToken);
        string words = response switch
        {
            { Status: 404 } when asked is null => "no Secret is named, and there is no placeholder for secretgen-controller",
            { Status: 404 } => $"the Secret {ns}/{name} does not exist",
            { IsSuccess: false } =>
                $"the Secret {ns}/{name} may not be read, so its fault is unknown: it is missing, for another host, a " +
                "placeholder, or has a wrong password",
            _ => asked is null ? Placeholder(response, $"{ns}/{name}", host) : Content(response, $"{ns}/{name}", host),
        };
        return new SecretLookup($"{ns}/{name}", words,
            response.IsSuccess && words.EndsWith(Refused, StringComparison.Ordinal) ? response.Object : null);
    }

    private static string Placeholder(ClusterResponse response, string secret, string host)
    {
        if (response.Object.Find("metadata", "annotations", "secretgen.carvel.dev/image-pull-secret") is null)
            return Content(response, secret, host);
        return response.Object.Text("metadata", "annotations", "secretgen.carvel.dev/status") is not { } status
            ? $"no Secret is named, and nothing fills {secret}: secretgen-controller does not run"
            : !status.Contains("secretNames", StringComparison.Ordinal)
                ? $"no Secret is named, and nothing is exported to this namespace: {secret} is empty (SecretExport: spec.toNamespaces)"
                : Content(response, secret, host);
    }

    private static string Content(ClusterResponse response, string secret, string host)
    {
        if (SecretContent.HasPlaceholder(response.Object))
            return $"the Secret {secret} holds {SecretContent.Placeholder}";
        if (response.Object.Text("type") != "kubernetes.io/dockerconfigjson")
            return $"the Secret {secret} has the keys {string.Join(", ", response.Object.Fields("data").Select(entry => entry.Name))}, and " +
                $"its values are {Refused}";
        return SecretContent.Hosts(response.Object) switch
        {
            null => $"the Secret {secret} cannot be read as a pull secret",
            [] => $"the Secret {secret} is empty",
            { } hosts when !hosts.Any(found => SecretContent.IsFor(found, host)) =>
                $"the Secret {secret} is for {string.Join(", ", hosts)}, not for {host}",
            _ => $"the Secret {secret} is for {host}, and its user or password is {Refused}",
        };
    }
}
