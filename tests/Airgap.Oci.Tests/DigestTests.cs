using System.Security.Cryptography;
using CsCheck;

namespace Airgap.Oci.Tests;

[TestClass]
public sealed class DigestTests
{
    [TestMethod]
    public void TheDigestOfNothingIsTheKnownOne() => Assert.AreEqual(
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        Digest.Compute([]).ToString());

    [TestMethod]
    public void EveryComputedDigestReadsBack() => Gen.Byte.Array.Sample(bytes =>
    {
        Digest digest = Digest.Compute(bytes);
        Assert.AreEqual(digest, Digest.Parse(digest.ToString()));
        Assert.AreEqual(64, digest.Hex.Length);
    });

    [TestMethod]
    [DataRow("")]
    [DataRow("sha256:")]
    [DataRow("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [DataRow("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [DataRow("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [DataRow("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [DataRow("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void AnInvalidDigest_IsRefusedWithItsCode(string text)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Digest.Parse(text));
        Assert.AreEqual(ErrorCode.InvalidDigest, e.Code);
    }

    [TestMethod]
    public void AnyTextIsEitherRefusedOrReadsBackTheSame() => Gen.String.Sample(text =>
    {
        if (Digest.TryParse(text, out Digest digest))
            Assert.AreEqual(text, digest.ToString());
    });

    [TestMethod]
    public void ADigest_MatchesOnlyItsBytes() =>
        Gen.Select(Gen.Byte.Array, Gen.Byte.Array, Gen.Bool).Sample((a, b, isLong) =>
    {
        Digest digest = isLong
            ? Digest.FromHash(HashAlgorithmName.SHA512, SHA512.HashData(a)) : Digest.FromHash(HashAlgorithmName.SHA256, SHA256.HashData(a));
        Assert.IsTrue(digest.IsOf(a));
        Assert.AreEqual(a.AsSpan().SequenceEqual(b), digest.IsOf(b));
    });
}
