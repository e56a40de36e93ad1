using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Airgap.TestKit.Network;

/// <summary>A folder of certificates as docker has it, with a pair for a registry that asks for client certificates.</summary>
public sealed class ClientPairs : IDisposable
{
    /// <summary>The password of the encrypted key.</summary>
    public const string Password = "not-told";

    private readonly TempFolder _folder = new();

    /// <summary>The certificate of the registry.</summary>
    public X509Certificate2 Server { get; } = LoopbackCertificate.Create();

    /// <summary>The authority of its clients.</summary>
    public X509Certificate2 Authority { get; } = CreateAuthority();

    /// <summary>The folder, with a folder for each host.</summary>
    public string Folder => _folder.Path;

    /// <summary>Writes a host's folder.</summary>
    /// <param name="host">The host with its port.</param>
    /// <param name="kind">What is wrong with the pair: <c>right</c>, <c>none</c>, <c>foreign</c>, <c>expired</c>, <c>no key</c>,
    /// <c>other key</c> or <c>encrypted</c>.</param>
    public void Write(string host, string kind)
    {
        string folder = _folder[host];
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.crt"), Server.ExportCertificatePem());
        if (kind == "none")
            return;
        using X509Certificate2? other = kind == "foreign" ? CreateAuthority() : null;
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=client", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        DateTimeOffset end = DateTimeOffset.UtcNow.AddDays(kind == "expired" ? -1 : 1);
        using X509Certificate2 client =
            request.Create(other ?? Authority, DateTimeOffset.UtcNow.AddDays(-2), end, Guid.NewGuid().ToByteArray());
        File.WriteAllText(Path.Combine(folder, "client.cert"), client.ExportCertificatePem());
        using RSA written = kind == "other key" ? RSA.Create(2048) : RSA.Create(key.ExportParameters(true));
        if (kind != "no key")
            File.WriteAllText(
                Path.Combine(folder, "client.key"), kind == "encrypted" ? written.ExportEncryptedPkcs8PrivateKeyPem(
                    Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))
                    : written.ExportPkcs8PrivateKeyPem());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Server.Dispose();
        Authority.Dispose();
        _folder.Dispose();
    }

    private static X509Certificate2 CreateAuthority()
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request =
            new($"CN=Clients {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(3));
    }
}
