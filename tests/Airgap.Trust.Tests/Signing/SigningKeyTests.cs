using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Signing;

namespace Airgap.Trust.Tests.Signing;

/// <summary>Private keys of every form are read, and sign what their public halves verify.</summary>
[TestClass]
public sealed class SigningKeyTests
{
    private const string Password = "airgap";
    private static readonly byte[] s_data = "some bytes"u8.ToArray();

    private static string Keys => Path.Combine(Fixtures.Root, "trust", "keys");

    [TestMethod]
    [DataRow("p256.pem")]
    [DataRow("p384.pem")]
    [DataRow("p521.pem")]
    [DataRow("rsa3072.pem")]
    [DataRow("ed25519.pem")]
    [DataRow("p256.cosign.key")]
    [DataRow("rsa3072.cosign.key")]
    [DataRow("ed25519.cosign.key")]
    public async Task AKeyOfEveryForm_SignsWhatItsPublicHalfVerifies(string file)
    {
        using SigningKey key = SigningKeyFile.Read(File.ReadAllBytes(Path.Combine(Keys, file)), file, Password);
        VerificationKey verifier = KeyFile.Read(File.ReadAllBytes(Path.Combine(Keys, file.Split('.')[0] + ".pub")), "pub");

        byte[] signature = await key.SignAsync(SignedBytes.Of(s_data), default);

        Assert.IsTrue(verifier.Verify(SignedBytes.Of(s_data), signature, orOwnHash: false));
        Assert.IsTrue(verifier.Info.Span.SequenceEqual(key.Public.Info.Span));
        Assert.AreEqual(!file.StartsWith("ed25519", StringComparison.Ordinal), key.SignsHashes);
    }

    [TestMethod]
    public void ThePem_MayBeEncryptedPkcs8_OrAnOlderFormOfOpenSsl()
    {
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using RSA rsa = RSA.Create(2048);
        string encrypted = ec.ExportEncryptedPkcs8PrivateKeyPem(
            Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        string parameters = PemEncoding.WriteString("EC PARAMETERS", [6, 8, 42, 134, 72, 206, 61, 3, 1, 7]) + "\n";

        foreach (string pem in new[] { encrypted, parameters + ec.ExportECPrivateKeyPem(), rsa.ExportRSAPrivateKeyPem() })
        {
            using SigningKey key = SigningKeyFile.Read(Encoding.ASCII.GetBytes(pem), "key", Password);
            Assert.IsTrue(key.SignsHashes);
        }
    }

    [TestMethod]
    [DataRow("p256.cosign.key", "wrong", ErrorCode.SigningPassword)]
    [DataRow("p256.cosign.key", null, ErrorCode.SigningPassword)]
    [DataRow("p256.pub", null, ErrorCode.InvalidSigningKey)]
    public void AnInvalidKey_OrAWrongPassword_IsRefused(string file, string? password, ErrorCode code)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => SigningKeyFile.Read(File.ReadAllBytes(Path.Combine(Keys, file)), file, password));
        Assert.AreEqual(code, e.Code, e.Message);
    }

    [TestMethod]
    public void AWrongPasswordOfPkcs8_IsTold()
    {
        using ECDsa ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] pem = Encoding.ASCII.GetBytes(
            ec.ExportEncryptedPkcs8PrivateKeyPem(
                Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));

        Assert.AreEqual(ErrorCode.SigningPassword,
            Assert.ThrowsExactly<AirgapException>(() => SigningKeyFile.Read(pem, "key", "other")).Code);
    }

    // 128 × N × r bytes of memory: a file must not be able to require all of the machine's.
    [TestMethod]
    [DataRow("\"N\":65536", "\"N\":1073741824")]
    [DataRow("\"N\":65536", "\"N\":65535")]
    [DataRow("\"r\":8", "\"r\":1048576")]
    [DataRow("\"p\":1", "\"p\":1000000")]
    [DataRow("nacl/secretbox", "nacl/box")]
    [DataRow("scrypt", "argon2")]
    public void AHostileBox_IsRefused_BeforeItCosts(string what, string by)
    {
        string text = File.ReadAllText(Path.Combine(Keys, "p256.cosign.key"));
        PemFields fields = PemEncoding.Find(text);
        string json = Encoding.UTF8.GetString(Convert.FromBase64String(text[fields.Base64Data]))
            .Replace(what, by, StringComparison.Ordinal);
        byte[] pem = Encoding.ASCII.GetBytes(PemEncoding.WriteString("ENCRYPTED SIGSTORE PRIVATE KEY", Encoding.UTF8.GetBytes(json)));

        Assert.AreEqual(ErrorCode.InvalidSigningKey,
            Assert.ThrowsExactly<AirgapException>(() => SigningKeyFile.Read(pem, "key", Password)).Code);
    }

    [TestMethod]
    public void AnyByteOfAKeyThatChanges_GivesAKeyOrACodedError()
    {
        byte[] good = File.ReadAllBytes(Path.Combine(Keys, "p256.pem"));
        Random random = new(7);
        for (int i = 0; i < 400; i++)
        {
            byte[] bad = [.. good];
            bad[random.Next(bad.Length)] = (byte)random.Next(256);
            try
            {
                SigningKeyFile.Read(bad, "key", null).Dispose();
            }
            catch (AirgapException e)
            {
                Assert.IsTrue(e.Code is ErrorCode.InvalidSigningKey or ErrorCode.SigningPassword, e.Message);
            }
        }
    }

    [TestMethod]
    public async Task ASignatureByAProgram_IsVerifiedBeforeItIsWritten()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        VerificationKey verifier = KeyFile.Read(File.ReadAllBytes(Path.Combine(Keys, "p256.pub")), "pub");
        using CommandSigningKey key =
            new((digest, _) => Task.FromResult(other.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence)), verifier, "pub");

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => key.SignAsync(SignedBytes.Of(s_data), default));

        Assert.AreEqual(ErrorCode.SigningFailed, e.Code);
    }
}
