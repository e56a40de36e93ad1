using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.Oci.Wire;

/// <summary>
/// Decides which server certificates are trusted: those of the system's authorities, and of authorities that a user
/// names. Records why a host was not trusted, because the handler's exception does not tell.
/// </summary>
internal sealed class TlsTrust : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly ConcurrentDictionary<string, string> _refusals = new(StringComparer.OrdinalIgnoreCase);
    private readonly X509Certificate2Collection _authorities;
    private readonly HostCertificates? _identity;
    private readonly bool _verify;

    /// <param name="options">The settings.</param>
    /// <param name="host">The certificates of the only host; null for all hosts without their own.</param>
    /// <param name="identifies">True to identify ourselves with their pairs.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidCertificate"/>.</exception>
    public TlsTrust(RegistryOptions options, HostCertificates? host = null, bool identifies = false)
    {
        _verify = options.VerifyCertificates;
        ImmutableArray<string> named = options.CaCertificatePaths.IsDefault ? [] : options.CaCertificatePaths;
        _authorities = Load(host is null ? named : [.. named, .. host.Authorities]);
        _identity = identifies ? host : null;
    }

    /// <summary>True if we identify ourselves.</summary>
    public bool Identifies => _identity is not null;

    /// <summary>What is visibly wrong with our certificate, such as <c>, which expired on …</c>; empty for nothing.</summary>
    public string Flaw => _identity?.FlawAt(DateTime.UtcNow) ?? "";

    public SslClientAuthenticationOptions CreateOptions()
    {
        SslClientAuthenticationOptions options = new()
        {
            RemoteCertificateValidationCallback = IsTrusted,

            // Fetching missing intermediates would connect to hosts that the user did not name.
            CertificateChainPolicy = new X509ChainPolicy
            {
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
        };
        _identity?.AddTo(options);
        return options;
    }

    /// <summary>The reason why the host's certificate was refused; null if it was not.</summary>
    public string? RefusalOf(string host) => _refusals.GetValueOrDefault(host);

    public void Dispose()
    {
        foreach (X509Certificate2 certificate in _authorities)
            certificate.Dispose();
    }

    private static X509Certificate2Collection Load(ImmutableArray<string> paths)
    {
        X509Certificate2Collection all = [];
        foreach (string path in paths)
        {
            int before = all.Count;
            string? problem = null;
            Exception? cause = null;
            try
            {
                all.ImportFromPemFile(path);
                if (all.Count == before)
                    problem = "it contains no certificate in PEM form";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
            {
                (problem, cause) = (e is FileNotFoundException or DirectoryNotFoundException
                    ? "the file does not exist" : e.Message.TrimEnd('.'), e);
            }

            if (problem is not null)
            {
                throw new AirgapException(
                    ErrorCode.InvalidCertificate,
                    $"The certificate file '{path}' cannot be used: {problem}.",
                    "Give a PEM file (-----BEGIN CERTIFICATE-----) of the authority that signed the registry's certificate.",
                    cause)
                { Location = new SourceLocation(path) };
            }
        }

        return all;
    }

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!_verify || errors == SslPolicyErrors.None)
            return true;
        string? reason = errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it presented none"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? $"it is for another host ({certificate?.Subject})"
            : ChainProblem(certificate, chain);
        if (reason is null)
            return true;
        if (sender is SslStream stream)
            _refusals[stream.TargetHostName] = reason;
        return false;
    }

    // The system does not trust it; try the user's own authorities.
    private string? ChainProblem(X509Certificate? certificate, X509Chain? chain)
    {
        if (certificate is not X509Certificate2 leaf || _authorities.Count == 0)
            return Describe(chain);
        using X509Chain own = new();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.DisableCertificateDownloads = true;
        own.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        own.ChainPolicy.ExtraStore.AddRange(_authorities);
        if (chain is not null)
        {
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            foreach (X509ChainElement element in chain.ChainElements)
                own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        string? problem = own.Build(leaf) || IsAnchored(own) ? null : Describe(own);
        foreach (X509ChainElement element in own.ChainElements)
            element.Certificate.Dispose();
        return problem;
    }

    // The runtime requires a chain to end at a root. Go, and thus imgpkg and docker, trust any named authority, even an
    // intermediate one.
    private bool IsAnchored(X509Chain chain) =>
        chain.ChainStatus.All(status =>
            status.Status is X509ChainStatusFlags.NoError or X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot)
        && chain.ChainElements.Any(
            element => _authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));

    private static string Describe(X509Chain? chain)
    {
        string[] reasons = chain is null ? [
            ] : [.. chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.'))
                .Where(text => text.Length > 0).Distinct()];
        return reasons.Length == 0 ? "its issuer is not trusted" : string.Join("; ", reasons);
    }
}
