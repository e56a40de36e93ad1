using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;

namespace Airgap.Cluster.Connecting;

/// <summary>The account of the pod that the program runs in.</summary>
/// <remarks>Source: Kubernetes documentation, "Accessing the Kubernetes API from a Pod", without a proxy.</remarks>
internal static class PodAccount
{
    /// <summary>The folder of a pod's account.</summary>
    public const string Folder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Finds it; null outside of a pod, or in one without an account.</summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="folder">The account's folder.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ClusterConfig"/>: the account exists but cannot be used.</exception>
    public static ClusterTarget? TryRead(Func<string, string?> environment, string folder = Folder)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || environment("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port || !File.Exists(Path.Combine(folder, "token")))
            return null;
        try
        {
            return Read(host, port, folder, NamespaceOf(environment, folder));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            throw new AirgapException(
                ErrorCode.ClusterConfig, $"The pod's service account cannot be used: {failure.Message.TrimEnd('.')}.",
                $"See {folder}, or name a kubeconfig: --kubeconfig FILE.", failure);
        }
    }

    /// <summary>
    /// The namespace of objects that name none, in a pod: <c>POD_NAMESPACE</c>, or the account's. Null outside of a pod.
    /// </summary>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="folder">The account's folder.</param>
    /// <remarks>As in client-go, also for a context of a kubeconfig that names no namespace.</remarks>
    public static string? NamespaceOf(Func<string, string?> environment, string folder = Folder)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } || environment("KUBERNETES_SERVICE_PORT") is not { Length: > 0 }
            || !File.Exists(Path.Combine(folder, "token")))
            return null;
        if (environment("POD_NAMESPACE") is { Length: > 0 } set)
            return set;
        try
        {
            return TokenFile.Read(Path.Combine(folder, "namespace")).Trim() is { Length: > 0 } name ? name : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private static ClusterTarget Read(string host, string port, string folder, string? ns)
    {
        string authority = host.Contains(':') && !host.StartsWith('[') ? $"[{host}]:{port}" : $"{host}:{port}";
        if (!Uri.TryCreate($"https://{authority}/", UriKind.Absolute, out Uri? server))
            throw new FormatException("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not an address");
        RotatedToken token = new(Path.Combine(folder, "token"));
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPem(TokenFile.Read(Path.Combine(folder, "ca.crt")));
        if (authorities.Count == 0)
            throw new FormatException($"{Path.Combine(folder, "ca.crt")} holds no certificate");
        return new ClusterTarget
        {
            Server = server,
            Namespace = ns ?? "default",
            Origin = "the pod's service account",
            IsPod = true,
            Authorities = authorities,
            // The kubelet writes a new one before the old one expires.
            Authorization = _ => token.AuthorizeAsync(),
        };
    }
}
