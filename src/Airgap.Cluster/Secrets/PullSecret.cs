using System.Text;
using Airgap.Cluster.Applying;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;
using Airgap.Oci;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Transfer.Kubernetes;

namespace Airgap.Cluster.Secrets;

/// <summary>A pull secret with the credentials that a copy from this machine would use. Its text contains them.</summary>
internal sealed class PullSecret
{
    private PullSecret(string name, string? ns, string data) => (Name, Namespace, Data) = (name, ns, data);

    /// <summary>The Secret's name.</summary>
    public string Name { get; }

    /// <summary>Its namespace; null for none.</summary>
    public string? Namespace { get; }

    private string Data { get; }

    /// <summary>Finds the credentials.</summary>
    /// <param name="name">The Secret's name.</param>
    /// <param name="ns">Its namespace; null for none.</param>
    /// <param name="places">Hosts, each with a path where credentials are recorded for one.</param>
    /// <param name="credentials">Where credentials come from.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.SecretNotMade"/>, <see cref="ErrorCode.InvalidKubernetesName"/>, or what a
    /// credential source says.</exception>
    public static async Task<PullSecret> MakeAsync(
        string name, string? ns, IEnumerable<string> places, ICredentialSource credentials, CancellationToken cancellationToken)
    {
        KubernetesName.RequireSubdomain(name, "the name of a Secret");
        if (ns is not null)
            KubernetesName.RequireLabel(ns, "the namespace of a Secret");
        SortedDictionary<string, Credential.Basic> found = new(StringComparer.Ordinal);
        foreach (string place in places)
        {
            RepositoryName repository = Repository(place);
            found[repository.Registry] = await credentials.FindAsync(repository, cancellationToken) switch
            {
                Credential.Basic { UserName.Length: > 0 } basic => basic,
                null or Credential.Anonymous => throw new AirgapException(
                    ErrorCode.SecretNotMade,
                    $"There are no credentials for {repository.Registry} on this machine.",
                    "Log in (docker login " +
                    $"{repository.Registry}), or set IMGPKG_USERNAME and IMGPKG_PASSWORD; --debug shows the requests."),
                { } other => throw new AirgapException(
                    ErrorCode.SecretNotMade,
                    "The credentials for " +
                    $"{repository.Registry} are of a kind ({other}) that a cluster does not take from a pull secret: it takes user name " +
                    "and password.",
                    "Make an account or access key with a password for the cluster, and give it by IMGPKG_USERNAME and IMGPKG_PASSWORD."),
            };
        }

        return new PullSecret(name, ns, Convert.ToBase64String(Document(found)));
    }

    /// <summary>The manifest. The value is under <c>data</c>, which can be applied twice without a conflict with itself.</summary>
    public string ToYaml() => $"""
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: {Name}
        {(Namespace is null ? "" : $"  namespace: {Namespace}\n")}type: kubernetes.io/dockerconfigjson
        data:
          .dockerconfigjson: {Data}

        """.ReplaceLineEndings("\n");

    /// <summary>Applies it to a cluster. It replaces a placeholder; values of another owner are a conflict.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="ns">The namespace where the Secret names none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="AirgapException">What the cluster refuses.</exception>
    public async Task<ApplyOutcome> ApplyAsync(ClusterClient client, string ns, CancellationToken cancellationToken)
    {
        string place = Namespace ?? ns;
        ClusterResponse before = await client.GetAsync(ResourceKind.Secret.PathOf(place, Name), cancellationToken);
        bool isPlaceholder = before.IsSuccess && (SecretContent.HasPlaceholder(before.Object) || SecretContent.Hosts(before.Object) is []);
        ManifestDocument document = ManifestDocument.Read("the Secret", Encoding.UTF8.GetBytes(ToYaml())).Single();
        ClusterResponse response =
            await new Applier(client, ns, isDry: false).SendAsync(document, isForced: isPlaceholder, cancellationToken);
        string recreate = $"kubectl -n {place} delete secret {Name}, then run this command again";
        if (!response.IsSuccess)
        {
            AirgapException refusal = ClusterRefusal.Of(response, $"Secret {place}/{Name}", "applied", $"Recreate it: {recreate}.");
            // The type of a Secret cannot be changed, nor anything of an immutable one.
            throw ClusterRefusal.IsImmutable(response)
                ? new AirgapException(refusal.Code, refusal.Message,
                    $"Recreate it: {recreate}.")
                { StatusCode = refusal.StatusCode } : refusal;
        }

        return Applier.OutcomeOf(before, response);
    }

    /// <summary>The name, never the credentials.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";

    // A pull secret contains only the host, spelt exactly as in the image.
    private static RepositoryName Repository(string place) => place.Contains('/', StringComparison.Ordinal)
        ? RepositoryName.Parse(place)
        : RepositoryName.TryParse($"{place}/airgap", out RepositoryName? named, out _) && named.Registry == place
            ? named
            : throw new AirgapException(
                ErrorCode.InvalidRepository, $"'{place}' is not a registry's host.",
                "Write HOST[:PORT] as the images name it, such as registry.corp.com:5000; Docker Hub is index.docker.io.");

    private static byte[] Document(SortedDictionary<string, Credential.Basic> found)
    {
        return JsonBytes.Object(writer =>
        {
            writer.WriteStartObject("auths");
            foreach ((string host, Credential.Basic credential) in found)
            {
                writer.WriteStartObject(host);
                writer.WriteString("username", credential.UserName);
                writer.WriteString("password", credential.Password);
                writer.WriteString("auth", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        });
    }
}
