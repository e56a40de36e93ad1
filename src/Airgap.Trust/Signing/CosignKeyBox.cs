using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Airgap.Trust.Formats;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;

namespace Airgap.Trust.Signing;

/// <summary>
/// cosign's encrypted private key: scrypt, and NaCl's secretbox over PKCS#8. .NET has neither: BouncyCastle does the arithmetic, and is
/// loaded only for it.
/// </summary>
/// <remarks>Source: sigstore/cosign, pkg/cosign/keys.go; theupdateframework/go-tuf, encrypted.go; NaCl, secretbox (XSalsa20,
/// Poly1305).</remarks>
internal static class CosignKeyBox
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 24;
    private const int MacBytes = 16;

    // cosign writes 65536; go-tuf's older 32768 is read, too. Memory grows with it: 128 × N × r bytes.
    private const long MaxN = 1 << 20;

    /// <summary>Opens a box.</summary>
    /// <param name="json">The content of the PEM block.</param>
    /// <param name="password">The password.</param>
    /// <param name="format">The format's name in failures.</param>
    /// <returns>PKCS#8; null if the password is wrong.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte[]? Open(byte[] json, string password, Format format) => StrictJson.Read(json, format, fields =>
    {
        JsonFields kdf = fields.NeededObject("kdf");
        JsonFields costs = kdf.NeededObject("params");
        JsonFields cipher = fields.NeededObject("cipher");
        if (kdf.NeededText("name") != "scrypt" || cipher.NeededText("name") != "nacl/secretbox")
            throw format.Invalid("it is encrypted in another way than by scrypt and nacl/secretbox");
        long n = costs.Number("N") ?? 0;
        long r = costs.Number("r") ?? 0;
        long p = costs.Number("p") ?? 0;
        if (n is < 2 or > MaxN || (n & (n - 1)) != 0 || r is < 1 or > 16 || p is < 1 or > 4)
            throw format.Invalid("its costs of scrypt are not those of cosign");
        byte[] salt = kdf.NeededBytes("salt");
        byte[] nonce = cipher.NeededBytes("nonce");
        byte[] box = fields.NeededBytes("ciphertext");
        if (nonce.Length != NonceBytes || box.Length <= MacBytes)
            throw format.Invalid("its nonce or ciphertext has another length");
        byte[] key = SCrypt.Generate(Encoding.UTF8.GetBytes(password), salt, (int)n, (int)r, (int)p, KeyBytes);
        try
        {
            return Open(key, nonce, box);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }, Limits.ConfigBytes);

    // The stream's first 32 bytes are the key of the authenticator, which precedes the ciphertext.
    private static byte[]? Open(byte[] key, byte[] nonce, byte[] box)
    {
        XSalsa20Engine stream = new();
        stream.Init(forEncryption: false, new ParametersWithIV(new KeyParameter(key), nonce));
        byte[] macKey = new byte[KeyBytes];
        stream.ProcessBytes(macKey, 0, KeyBytes, macKey, 0);
        Poly1305 authenticator = new();
        authenticator.Init(new KeyParameter(macKey));
        authenticator.BlockUpdate(box, MacBytes, box.Length - MacBytes);
        byte[] mac = new byte[MacBytes];
        authenticator.DoFinal(mac, 0);
        if (!CryptographicOperations.FixedTimeEquals(mac, box.AsSpan(0, MacBytes)))
            return null;
        byte[] plain = new byte[box.Length - MacBytes];
        stream.ProcessBytes(box, MacBytes, plain.Length, plain, 0);
        return plain;
    }
}
