using System.Net.Security;
using System.Security.Cryptography;

namespace Airgap.Cluster.Connecting;

/// <summary>A client's certificate in files that another program replaces before the certificate expires.</summary>
/// <remarks>
/// As in client-go, new connections use the new certificate. The two files are not replaced at once: until they fit, the former
/// certificate serves.
/// </remarks>
internal sealed class RotatedCertificate
{
    private readonly Lock _lock = new();
    private readonly Func<(string Certificate, string Key)> _read;
    private (string, string) _seen;
    private SslStreamCertificateContext _current;

    /// <summary>Reads the certificate for the first time.</summary>
    /// <param name="read">Reads its files.</param>
    public RotatedCertificate(Func<(string Certificate, string Key)> read)
    {
        _read = read;
        _seen = read();
        _current = ClientCertificates.Of(_seen.Item1, _seen.Item2);
    }

    /// <summary>The certificate that a new connection uses.</summary>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            try
            {
                (string Certificate, string Key) now = _read();
                if (now != _seen)
                    (_current, _seen) = (ClientCertificates.Of(now.Certificate, now.Key), now);
            }
            catch (Exception failure) when (
                failure is IOException or UnauthorizedAccessException or FormatException or CryptographicException or ArgumentException)
            {
                // The next request reads it again.
            }

            return _current;
        }
    }
}
