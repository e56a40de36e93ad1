using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Files;

namespace Airgap.Oci.Wire;

/// <summary>
/// The certificates in one host's folder: of authorities (<c>*.crt</c>), and the pairs that identify us to it (<c>NAME.cert</c> with
/// <c>NAME.key</c>).
/// </summary>
internal sealed class HostCertificates
{
    private const int MostFiles = 100;
    private const long MostBytes = 1024 * 1024;

    private readonly List<X509Certificate2> _own = [];
    private readonly List<X509Certificate2> _issuers = [];

    private HostCertificates(string folder) => Folder = folder;

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Full paths of the authorities' files.</summary>
    public List<string> Authorities { get; } = [];

    /// <summary>True if there is a pair.</summary>
    public bool Identifies => _own.Count > 0;

    /// <summary>Reads a folder.</summary>
    /// <param name="folder">A host's folder.</param>
    /// <param name="password">The password of encrypted keys; null if unknown.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidHostCertificates"/>.</exception>
    public static HostCertificates Read(string folder, string? password)
    {
        HostCertificates found = new(folder);
        string[] files;
        try
        {
            files = [.. Directory.EnumerateFiles(folder).Take(MostFiles + 1).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(
                $"The folder of certificates '{folder}' cannot be read: {e.Message.TrimEnd('.')}.", "Correct its rights.", folder, e);
        }

        if (files.Length > MostFiles)
            throw Invalid($"The folder of certificates '{folder}' has more than {MostFiles} files.",
                "Remove other files.", folder);
        foreach (string file in files)
        {
            switch (Path.GetExtension(file))
            {
                case ".crt":
                    DemandRegular(file);
                    found.Authorities.Add(file);
                    break;
                case ".cert":
                    found.AddPair(file, Path.ChangeExtension(file, ".key"), password);
                    break;
                case ".key" when !File.Exists(Path.ChangeExtension(file, ".cert")):
                    throw Invalid(
                        $"Missing client certificate {Path.ChangeExtension(file, ".cert")} for key {file}.",
                        "Put the certificate beside its key, or remove the key.", file);
            }
        }

        return found;
    }

    /// <summary>What is visibly wrong with the one pair at a time, as a clause; empty for nothing, or for several pairs.</summary>
    public string FlawAt(DateTime time) => _own is not [var only] ? ""
        : only.NotAfter.ToUniversalTime() < time
            ? string.Create(CultureInfo.InvariantCulture, $", which expired on {only.NotAfter.ToUniversalTime():yyyy-MM-dd}")
        : only.NotBefore.ToUniversalTime() > time
            ? string.Create(CultureInfo.InvariantCulture, $", which is not valid before {only.NotBefore.ToUniversalTime():yyyy-MM-dd}")
        : "";

    /// <summary>Sets the certificates that identify us.</summary>
    public void AddTo(SslClientAuthenticationOptions options)
    {
        if (_own.Count == 1)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(_own[0], [.. _issuers], offline: true);
            return;
        }

        // As Go does: the first pair whose issuer the server names, or the first of all.
        options.ClientCertificates = [.. _own];
        options.LocalCertificateSelectionCallback = (_, _, _, _, issuers) =>
            _own.Find(certificate => issuers.Contains(certificate.Issuer, StringComparer.Ordinal)) ?? _own[0];
    }

    private void AddPair(string certificate, string key, string? password)
    {
        // In docker's words.
        if (!File.Exists(key))
        {
            throw Invalid(
                $"Missing key {key} for client certificate {certificate}.",
                "Put the key beside its certificate; certificates of authorities have the extension .crt.", certificate);
        }

        string privateKey = ReadText(key);
        bool isEncrypted = privateKey.Contains("ENCRYPTED", StringComparison.Ordinal);
        if (isEncrypted && password is null)
        {
            throw Invalid(
                $"The key {key} of the client certificate {certificate} is encrypted.",
                $"Set {HostClients.PasswordVariable}, or decrypt it (openssl pkey -in {Path.GetFileName(key)}).", key);
        }

        try
        {
            string chain = ReadText(certificate);
            X509Certificate2 pair = isEncrypted
                ? X509Certificate2.CreateFromEncryptedPem(chain, privateKey, password) : X509Certificate2.CreateFromPem(chain, privateKey);
            X509Certificate2Collection all = [];
            all.ImportFromPem(chain);
            _issuers.AddRange(all.Skip(1));

            // Windows identifies only with keys of its store.
            _own.Add(OperatingSystem.IsWindows()
                ? X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null) : pair);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw Invalid(
                $"The client certificate {certificate} and its key {key} cannot be used: {e.Message.TrimEnd('.')}.",
                "Give a certificate and its own private key, both in PEM form.", certificate, e);
        }
    }

    private static string ReadText(string file)
    {
        try
        {
            DemandRegular(file);
            return new FileInfo(file).Length <= MostBytes ? File.ReadAllText(file)
                : throw Invalid($"The file {file} is larger than {MostBytes} bytes.", "Give a PEM file.", file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid($"The file {file} cannot be read: {e.Message.TrimEnd('.')}.", "Correct its rights.", file, e);
        }
    }

    // A pipe has no length, and opening it would block.
    private static void DemandRegular(string file)
    {
        if (FileFacts.Of(file, followsLinks: true).Kind is not (FileKind.Regular or FileKind.None))
            throw Invalid($"{file} is not a regular file.", "Give a PEM file.", file);
    }

    private static AirgapException Invalid(string message, string advice, string file, Exception? cause = null) =>
        new(ErrorCode.InvalidHostCertificates, message, advice, cause) { Location = new SourceLocation(file) };
}
