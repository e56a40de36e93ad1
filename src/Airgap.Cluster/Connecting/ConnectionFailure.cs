using System.Security.Authentication;

namespace Airgap.Cluster.Connecting;

/// <summary>Why a connection to a cluster failed, in words of the kubeconfig instead of the runtime's.</summary>
internal static class ConnectionFailure
{
    /// <summary>The reason, without a full stop.</summary>
    public static string Words(Exception failure, ClusterTarget target)
    {
        Exception root = failure;
        while (root.InnerException is { } inner)
            root = inner;
        return Certificate(root, target) ?? Plain(failure, target) ?? root.Message.TrimEnd('.') + Through(target);
    }

    private static string? Certificate(Exception root, ClusterTarget target)
    {
        if (root is not AuthenticationException)
            return null;
        if (root.Message.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal))
            return $"its certificate is for another name than {target.ServerName ?? target.Server.Host} (tls-server-name)";
        return !root.Message.Contains("PartialChain", StringComparison.Ordinal)
            && !root.Message.Contains("UntrustedRoot", StringComparison.Ordinal) ? null
            : target.IsPod
                ? "the authority of the pod's service account (ca.crt) did not issue its certificate"
            : target.Authorities is null
                ? "no authority that this machine trusts issued its certificate, and the kubeconfig names none (certificate-authority)"
                : "the certificate-authority of the kubeconfig did not issue its certificate";
    }

    // A server that expects https ends the connection.
    private static string? Plain(Exception failure, ClusterTarget target) =>
        target.Server.Scheme == "http" && failure is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            ? "it ends the connection; it may expect https, and the kubeconfig says http" : null;

    private static string Through(ClusterTarget target) => target.Proxy is not { } proxy ? ""
        : $" (through the proxy-url {proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)} of the kubeconfig)";
}
