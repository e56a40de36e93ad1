using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.TestKit.Registries;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Keys of other kinds, and signatures that try to choose how they are verified.</summary>
[TestClass]
public sealed class KeyTests
{
    [TestMethod]
    [DataRow("secp256k1",
        "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEeb5mfvncu6xVoGKVzocLBwKb/NstzijZWfKBWxb4F5hIOtp3JqPEZV2k+/wOEQio/Re0SKaFVBmcR9CP+xDUuA==")]
    [DataRow("x25519", "MCowBQYDK2VuAyEAlD3dVc8yaP25mPtT/sJ59D3LLxGBgW/qYrM6x6KmOqk=")]
    [DataRow("ed25519 of 31 bytes", "MCkwBQYDK2VwAyAAlD3dVc8yaP25mPtT/sJ59D3LLxGBgW/qYrM6x6Km")]
    [DataRow("nothing", "MAA=")]
    public void AnotherKind_IsRefused(string kind, string info) =>
        AssertRefused($"-----BEGIN PUBLIC KEY-----\n{info}\n-----END PUBLIC KEY-----\n", kind);

    [TestMethod]
    public void SmallRsa_PrivateKeys_SeveralKeys_AndBytesAtTheEnd_AreRefused()
    {
        using RSA small = RSA.Create(1024);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string one = key.ExportSubjectPublicKeyInfoPem();
        byte[] longer = [.. key.ExportSubjectPublicKeyInfo(), 0];
        AssertRefused(small.ExportSubjectPublicKeyInfoPem(), "1024 bits");
        AssertRefused(key.ExportPkcs8PrivateKeyPem(), "a private key");
        AssertRefused($"{one}\n{one}\n", "two keys");
        AssertRefused($"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(longer)}\n-----END PUBLIC KEY-----\n", "a byte at the end");
        AssertRefused(new string('x', 2 << 20), "too large");
        AssertRefused("", "empty");
        Assert.AreEqual("ECDSA P-256", KeyFile.Read(Encoding.ASCII.GetBytes(one), "k").Algorithm);
    }

    [TestMethod]
    public void AnEcKeyWithParametersOfItsOwn_IsRefused()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECParameters explicitly = key.ExportExplicitParameters(false);
        using ECDsa other = ECDsa.Create(explicitly);
        AssertRefused(other.ExportSubjectPublicKeyInfoPem(), "explicit parameters");
    }

    [TestMethod]
    public void OfEcdsa_TheNumbersCount_AndNotHowTheyAreWritten()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        VerificationKey verifier = KeyFile.Read(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()), "k");
        SignedBytes data = SignedBytes.Of("data"u8.ToArray());
        byte[] der = key.SignData("data"u8, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        byte[] numbers = key.SignData("data"u8, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

        Assert.IsTrue(verifier.Verify(data, der));
        Assert.IsTrue(verifier.Verify(data, numbers));
        Assert.IsFalse(verifier.Verify(data, [.. der, 0]));
        Assert.IsFalse(verifier.Verify(data, [.. numbers, 0]));
        Assert.IsFalse(verifier.Verify(data, [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00]), "zeros");
        Assert.IsFalse(verifier.Verify(data, [0x30, 0x06, 0x02, 0x01, 0xFF, 0x02, 0x01, 0xFF]), "negative numbers");
        Assert.IsFalse(verifier.Verify(data, new byte[64]));
        Assert.IsFalse(verifier.Verify(data, []));
    }

    [TestMethod]
    [DataRow("\uFEFF", "")]
    [DataRow("", "\r\n\r\n")]
    [DataRow("Bag Attributes: none\n", "")]
    [DataRow("\n \t\n", "\nnotes at the end\n")]
    public void AKey_IsThatOfTheFile_WhateverStandsAround(string before, string after)
    {
        foreach (string name in new[] { "p256", "ed25519" })
        {
            string pem = File.ReadAllText(SignedStorage.Key(name));
            VerificationKey plain = KeyFile.Read(Encoding.UTF8.GetBytes(pem), name);
            foreach (string text in new[] { pem, pem.ReplaceLineEndings("\r\n") })
                Assert.AreSequenceEqual(plain.Id, KeyFile.Read(Encoding.UTF8.GetBytes(before + text + after), name).Id);
        }
    }

    [TestMethod]
    public void OwnHashes_AreAccepted_ButNotWrittenByUs()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        VerificationKey verifier = KeyFile.Read(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()), "k");
        byte[] own = key.SignData("data"u8, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence);

        Assert.IsTrue(verifier.Verify(SignedBytes.Of("data"u8.ToArray()), own));
        Assert.IsFalse(verifier.Verify(SignedBytes.Of("data"u8.ToArray()), own, orOwnHash: false));
    }

    /// <summary>Ed25519ph is apart from Ed25519, by its own prefix: neither passes for the other, nor for other bytes.</summary>
    [TestMethod]
    public void OfEd25519_ThePrehashedForm_IsAccepted_ButNotWrittenByUs()
    {
        byte[] seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] point = new byte[32];
        Ed25519.GeneratePublicKey(seed, 0, point, 0);
        byte[] info = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00, .. point];
        string pem = PemEncoding.WriteString("PUBLIC KEY", info);
        VerificationKey verifier = KeyFile.Read(Encoding.ASCII.GetBytes(pem), "k");
        SignedBytes data = SignedBytes.Of("data"u8.ToArray());
        byte[] prehashed = new byte[64];
        Ed25519.SignPrehash(seed, 0, [], SHA512.HashData("data"u8), 0, prehashed, 0);
        byte[] ofTheHash = new byte[64];
        Ed25519.Sign(seed, 0, SHA512.HashData("data"u8), 0, 64, ofTheHash, 0);

        Assert.IsTrue(verifier.Verify(data, prehashed));
        Assert.IsFalse(verifier.Verify(data, prehashed, orOwnHash: false));
        Assert.IsFalse(verifier.Verify(SignedBytes.Of("date"u8.ToArray()), prehashed));
        Assert.IsFalse(verifier.Verify(SignedBytes.Of(SHA512.HashData("data"u8)), prehashed), "the hash instead of the bytes");
        Assert.IsFalse(verifier.Verify(data, ofTheHash), "a pure signature of the hash");
    }

    [TestMethod]
    public void OtherKinds_OfTheFixtures_AreNamed()
    {
        foreach ((string name, string algorithm) in new[] { ("p256", "ECDSA P-256"), ("p384", "ECDSA P-384"), ("p521", "ECDSA P-521"),
            ("rsa3072", "RSA 3072"), ("ed25519", "Ed25519") })
            Assert.AreEqual(algorithm, KeyFile.Read(File.ReadAllBytes(SignedStorage.Key(name)), name).Algorithm);
    }

    private static void AssertRefused(string pem, string what)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => KeyFile.Read(Encoding.UTF8.GetBytes(pem), "k.pub"), what);
        Assert.AreEqual(ErrorCode.InvalidTrustKey, e.Code);
        Assert.Contains("k.pub", e.Message);
    }
}
