using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Formats;

namespace Airgap.Trust.Keys;

/// <summary>Public keys as PEM files: cosign's <c>cosign.pub</c>, <c>openssl pkey -pubout</c>.</summary>
internal static class KeyFile
{
    private const string Advice = "Give the public key as PEM ('cosign public-key', or 'openssl pkey -pubout').";

    /// <summary>Reads the text of one.</summary>
    /// <param name="pem">The bytes of the file.</param>
    /// <param name="name">The file, for failures.</param>
    public static VerificationKey Read(ReadOnlySpan<byte> pem, string name)
    {
        Format format = new(ErrorCode.InvalidTrustKey, $"The key {name}", Advice);
        if (pem.Length > Limits.ConfigBytes)
            throw format.Invalid("it is too large for a key");
        // Windows editors write a byte order mark first.
        string text = Encoding.UTF8.GetString(pem).TrimStart('\uFEFF');
        if (!PemEncoding.TryFind(text, out PemFields fields))
            throw format.Invalid("it is not PEM");
        string label = text[fields.Label];
        if (label.Contains("PRIVATE", StringComparison.Ordinal))
            throw format.Invalid("it is a private key, which does not belong here");
        byte[] der = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64String(text[fields.Base64Data], der, out int written) || written != der.Length)
            throw format.Invalid("it is not PEM");
        if (PemEncoding.TryFind(text.AsSpan(fields.Location.End.GetOffset(text.Length)), out _))
            throw format.Invalid("it contains more than one key");
        return label switch
        {
            "PUBLIC KEY" => VerificationKey.Read(der, format),
            "RSA PUBLIC KEY" => VerificationKey.Read(FromPkcs1(der, format), format),
            _ => throw format.Invalid($"it contains '{label}' instead of a public key"),
        };
    }

    /// <summary>An RSA key in its own form as SubjectPublicKeyInfo.</summary>
    public static byte[] FromPkcs1(byte[] der, Format format)
    {
        try
        {
            using RSA key = RSA.Create();
            key.ImportRSAPublicKey(der, out int read);
            return read == der.Length ? key.ExportSubjectPublicKeyInfo() : throw format.Invalid("it is not a public key");
        }
        catch (CryptographicException e)
        {
            throw format.Invalid("it is not a public key", e);
        }
    }
}
