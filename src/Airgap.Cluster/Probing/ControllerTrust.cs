using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Cluster.Connecting;
using Airgap.Cluster.Objects;

namespace Airgap.Cluster.Probing;

/// <summary>The additional certificate authorities that kapp-controller is configured to trust.</summary>
/// <param name="Authorities">The authorities; null if none are known.</param>
/// <param name="Words">A summary in one line.</param>
internal sealed record ControllerTrust(X509Certificate2Collection? Authorities, string Words)
{
    private const string Name = "kapp-controller-config";

    /// <summary>Reads kapp-controller's settings.</summary>
    /// <param name="client">The cluster.</param>
    /// <param name="ns">The namespace in which it runs.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<ControllerTrust> ReadAsync(ClusterClient client, string ns, CancellationToken cancellationToken)
    {
        string place = $"{ns}/{Name}";
        ClusterResponse secret = await client.GetAsync(ResourceKind.Secret.PathOf(ns, Name), cancellationToken);
        if (secret.Status == 404)
            return new ControllerTrust(null, $"there is no Secret {place}: kapp-controller trusts its system's authorities alone");
        if (!secret.IsSuccess)
            return new ControllerTrust(null, $"the Secret {place} may not be read, so it is unknown whether it names the authority");
        string pem = SecretContent.Decode(secret.Object.Text("data", "caCerts") ?? "");
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPem(pem);
        }
        catch (CryptographicException)
        {
            return new ControllerTrust(null, $"caCerts of the Secret {place} cannot be read as PEM");
        }

        return authorities.Count == 0
            ? new ControllerTrust(null, $"the Secret {place} has no certificate under caCerts")
            : new ControllerTrust(authorities,
                $"the Secret {place} has {authorities.Count} {(authorities.Count == 1 ? "certificate" : "certificates")} under caCerts: " +
                $"{string.Join(", ", authorities.Take(3).Select(authority => $"'{authority.Subject}'"))}");
    }
}
