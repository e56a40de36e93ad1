using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;

namespace Airgap.Trust.Signing;

/// <summary>Private keys as PEM: PKCS#8 plain and encrypted, the older forms of OpenSSL, and cosign's encrypted one.</summary>
internal static class SigningKeyFile
{
    private const string Advice =
        "Give a private key as PEM: that of 'cosign generate-key-pair', or PKCS#8 ('openssl pkcs8 -topk8 -in KEY -out NEW').";
    private const string Ed25519 = "1.3.101.112";

    /// <summary>Reads the text of one.</summary>
    /// <param name="pem">The bytes of the file.</param>
    /// <param name="name">The file, for failures.</param>
    /// <param name="password">The password; null for none.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidSigningKey"/>, <see cref="ErrorCode.SigningPassword"/>.</exception>
    public static SigningKey Read(ReadOnlySpan<byte> pem, string name, string? password)
    {
        Format format = new(ErrorCode.InvalidSigningKey, $"The private key {name}", Advice);
        if (pem.Length > Limits.ConfigBytes)
            throw format.Invalid("it is too large for a key");
        string text = Encoding.UTF8.GetString(pem).TrimStart('\uFEFF');
        if (!TryFindKey(text, out string? label, out byte[] der))
            throw format.Invalid("it contains no private key in PEM");
        try
        {
            return label switch
            {
                "PRIVATE KEY" => FromPkcs8(der, name, format),
                "EC PRIVATE KEY" => FromEc(der, name, format),
                "RSA PRIVATE KEY" => FromRsa(der, name, format),
                "ENCRYPTED PRIVATE KEY" => FromPkcs8(Decrypt(der, Needed(password, name), name, format), name, format),
                "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY" =>
                    FromPkcs8(CosignKeyBox.Open(der, Needed(password, name), format) ?? throw WrongPassword(name), name, format),
                "PUBLIC KEY" => throw format.Invalid(
                    "it is the public key, which can only be used together with a signing command"),
                _ => throw format.Invalid($"it contains '{label}' instead of a private key"),
            };
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or PlatformNotSupportedException)
        {
            throw format.Invalid("it is not a private key", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    // OpenSSL writes the curve's parameters before an older key.
    private static bool TryFindKey(string text, out string label, out byte[] der)
    {
        int at = 0;
        while (PemEncoding.TryFind(text.AsSpan(at), out PemFields fields))
        {
            ReadOnlySpan<char> rest = text.AsSpan(at);
            label = rest[fields.Label].ToString();
            der = Convert.FromBase64String(rest[fields.Base64Data].ToString());
            if (label != "EC PARAMETERS")
                return true;
            at += fields.Location.End.GetOffset(rest.Length);
        }

        (label, der) = ("", []);
        return false;
    }

    private static SigningKey FromPkcs8(byte[] der, string name, Format format)
    {
        try
        {
            string algorithm = AlgorithmOf(der, out byte[] inner);
            switch (algorithm)
            {
                case "1.2.840.10045.2.1":
                    ECDsa ec = ECDsa.Create();
                    ec.ImportPkcs8PrivateKey(der, out _);
                    return Ec(ec, name, format);
                case "1.2.840.113549.1.1.1":
                    RSA rsa = RSA.Create();
                    rsa.ImportPkcs8PrivateKey(der, out _);
                    return Rsa(rsa, name, format);
                case Ed25519:
                    byte[] seed = AsnDecoder.ReadOctetString(inner, AsnEncodingRules.DER, out _);
                    if (seed.Length != 32)
                        throw format.Invalid("its Ed25519 key does not have 32 bytes");
                    return new Ed25519SigningKey(seed, VerificationKey.Read(InfoOf(Ed25519SigningKey.PublicOf(seed)), format), name);
                default:
                    throw format.Invalid(
                        $"keys of the type {algorithm} are not supported; those of ECDSA (P-256, P-384, P-521), RSA and Ed25519 are");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static SigningKey FromEc(byte[] der, string name, Format format)
    {
        ECDsa key = ECDsa.Create();
        key.ImportECPrivateKey(der, out _);
        return Ec(key, name, format);
    }

    private static SigningKey FromRsa(byte[] der, string name, Format format)
    {
        RSA key = RSA.Create();
        key.ImportRSAPrivateKey(der, out _);
        return Rsa(key, name, format);
    }

    private static EcdsaSigningKey Ec(ECDsa key, string name, Format format) =>
        new(key, VerificationKey.Read(key.ExportSubjectPublicKeyInfo(), format), name);

    private static RsaSigningKey Rsa(RSA key, string name, Format format) =>
        new(key, VerificationKey.Read(key.ExportSubjectPublicKeyInfo(), format), name);

    private static string AlgorithmOf(byte[] der, out byte[] inner)
    {
        AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        string algorithm = info.ReadSequence().ReadObjectIdentifier();
        inner = info.ReadOctetString();
        return algorithm;
    }

    private static byte[] InfoOf(byte[] ed25519)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteObjectIdentifier(Ed25519);
            writer.WriteBitString(ed25519);
        }

        return writer.Encode();
    }

    // .NET does not tell a wrong password from a malformed file: a text that decrypts to no key means a wrong password.
    private static byte[] Decrypt(byte[] der, string password, string name, Format format)
    {
        try
        {
            System.Security.Cryptography.Pkcs.Pkcs8PrivateKeyInfo info =
                System.Security.Cryptography.Pkcs.Pkcs8PrivateKeyInfo.DecryptAndDecode(password, der, out int read);
            return read == der.Length ? info.Encode() : throw format.Invalid("there is more after the key");
        }
        catch (CryptographicException e)
        {
            throw WrongPassword(name, e);
        }
    }

    private static string Needed(string? password, string name) => password ?? throw new AirgapException(
        ErrorCode.SigningPassword, $"The private key {name} is encrypted, and no password is given.",
        "Name a file with the password, or set AIRGAP_SIGNING_PASSWORD.");

    private static AirgapException WrongPassword(string name, Exception? inner = null) => new(
        ErrorCode.SigningPassword, $"The password does not open the private key {name}.",
        "Check the file or variable with the password.", inner);
}
