using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Cluster.Probing;

/// <summary>Examines a mirror's certificate: whether an authority that the cluster trusts has signed it.</summary>
internal static class CertificateProbe
{
    /// <summary>The observation, in one line.</summary>
    /// <param name="host">The mirror.</param>
    /// <param name="authorities">The additional authorities that kapp-controller trusts; null for none.</param>
    /// <param name="limit">The longest wait.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<string> DescribeAsync(
        string host, X509Certificate2Collection? authorities, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate($"https://{host}", UriKind.Absolute, out Uri? uri))
            return $"{host} is not a host";
        using CancellationTokenSource time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        try
        {
            using TcpClient tcp = new();
            await tcp.ConnectAsync(uri.DnsSafeHost, uri.Port, time.Token);
            string seen = "";
            SslStream tls = new(tcp.GetStream(), leaveInnerStreamOpen: false);
            await using (tls)
            {
                SslClientAuthenticationOptions options = new()
                {
                    TargetHost = uri.DnsSafeHost,
                    // Nothing is sent over the connection: it only shows the certificate, even one that is not trusted.
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        seen = certificate is X509Certificate2 shown
                            ? Describe(host, shown, chain, errors, authorities) : $"{host} presents no certificate";
                        return true;
                    },
                };
                await tls.AuthenticateAsClientAsync(options, time.Token);
            }

            return seen;
        }
        catch (Exception failure) when (failure is SocketException or IOException or AuthenticationException)
        {
            return $"the certificate of {host} could not be read from here: {failure.Message.TrimEnd('.')}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the certificate of {host} could not be read from here: no answer in {limit.TotalSeconds:0} s";
        }
    }

    private static string Describe(
        string host, X509Certificate2 certificate, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection? authorities)
    {
        string signed = $"the certificate of {host} is signed by '{certificate.Issuer}'";
        if (certificate.NotAfter.ToUniversalTime() < DateTime.UtcNow)
            return $"{signed}, and expired on {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"{signed}, for another name than {MirrorProbe.HostName(host)}";
        if (authorities is { Count: > 0 })
            return IsSignedBy(certificate, sent, authorities)
                ? $"{signed}, which these caCerts hold: the next attempt trusts it" : $"{signed}, which these caCerts do not hold";
        return errors == SslPolicyErrors.None
            ? $"{signed}, which this machine trusts" : $"{signed}, which this machine does not trust either";
    }

    private static bool IsSignedBy(X509Certificate2 certificate, X509Chain? sent, X509Certificate2Collection authorities)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        // Go trusts an intermediate that is among the roots; so does this.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        foreach (X509ChainElement element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        try
        {
            return chain.Build(certificate)
                && chain.ChainElements.Any(
                    element => authorities.Any(
                        authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
