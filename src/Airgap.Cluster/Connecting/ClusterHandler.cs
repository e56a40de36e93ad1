using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Airgap.Cluster.Connecting;

/// <summary>The connections to a cluster: its proxy, certificates and limits.</summary>
internal static class ClusterHandler
{
    /// <summary>Makes the handler. Nothing is connected yet.</summary>
    /// <param name="target">The cluster.</param>
    /// <param name="certificate">The client's certificate; null for none.</param>
    public static SocketsHttpHandler Create(ClusterTarget target, SslStreamCertificateContext? certificate)
    {
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            AllowAutoRedirect = false,
            UseCookies = false,
            // Warnings come in UTF-8.
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            RequestHeaderEncodingSelector = HeaderLines.EncodingOf,
            SslOptions = Tls(target, certificate),
        };
        if (target.Proxy is { } proxy)
            handler.Proxy = new WebProxy(proxy) { Credentials = UserOf(proxy) };
        return handler;
    }

    private static NetworkCredential? UserOf(Uri proxy)
    {
        string[] user = [.. proxy.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString)];
        return proxy.UserInfo.Length == 0 ? null : new NetworkCredential(user[0], user.Length > 1 ? user[1] : "");
    }

    private static SslClientAuthenticationOptions Tls(ClusterTarget target, SslStreamCertificateContext? certificate)
    {
        SslClientAuthenticationOptions options = new()
        {
            ClientCertificateContext = certificate,
            // A resumed session has the certificate that it began with, which may be an earlier one.
            AllowTlsResume = target.Plugin is null && target.ClientCertificate is null,
        };
        if (target.SkipVerification)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (target.Authorities is { } authorities)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
