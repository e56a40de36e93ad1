using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Certificates with odd extensions, and times at the edges.</summary>
[TestClass]
public sealed class CertificateTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_end = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ECDsa s_rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private static readonly X509Certificate2 s_root = Root();

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(-1, false)]
    public void ACertificate_CountsFromItsStart(int seconds, bool isAccepted) =>
        Assert.AreEqual(isAccepted, Accepts(Leaf(), s_start.AddSeconds(seconds)));

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(1, false)]
    public void ACertificate_CountsToItsEnd(int seconds, bool isAccepted) =>
        Assert.AreEqual(isAccepted, Accepts(Leaf(), s_end.AddSeconds(seconds)));

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(1, false)]
    public void ACertificate_CountsToTheEndOfItsAuthority(int seconds, bool isAccepted)
    {
        DateTimeOffset end = s_start.AddDays(10);

        Assert.AreEqual(isAccepted, Accepts(Leaf(), end.AddSeconds(seconds), new Validity(s_start, end)));
    }

    [TestMethod]
    public void ACriticalExtensionThatIsNotKnown_IsRefused() =>
        Assert.IsFalse(
            Accepts(Leaf(request => request.CertificateExtensions.Add(new X509Extension("1.2.3.4.5", [5, 0], critical: true))), s_start));

    /// <summary>Go refuses SHA-1 in certificates since 1.18, so cosign and skopeo do.</summary>
    [TestMethod]
    public void ACertificateThatIsSignedOverSha1_IsRefused()
    {
        Assert.IsTrue(Accepts(Leaf(), s_start));
        Assert.IsFalse(Accepts(Leaf(isWeak: true), s_start));
    }

    /// <summary>A policy.json asks for an e-mail address or a host: another kind of name with the same text is somebody else.</summary>
    [TestMethod]
    [DataRow(false, "me@example", "email", "me@example", true)]
    [DataRow(false, "me@example", "dns", "me@example", false)]
    [DataRow(false, "me@example", "uri", "me@example", false)]
    [DataRow(false, "me@example", "email", "ME@example", false)]
    [DataRow(true, "a.example", "dns", "a.example", true)]
    [DataRow(true, "A.example", "dns", "a.Example", true)]
    [DataRow(true, "a.example", "dns", "*.example", true)]
    [DataRow(true, "b.a.example", "dns", "*.example", false)]
    [DataRow(true, "example", "dns", "*.example", false)]
    [DataRow(true, "a.example", "email", "a.example", false)]
    [DataRow(true, "a.example", "uri", "a.example", false)]
    public void AName_IsOfItsKind(bool isHost, string wanted, string writtenAs, string written, bool counts)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        int tag = writtenAs switch { "email" => 1, "dns" => 2, _ => 6 };
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, written, new Asn1Tag(TagClass.ContextSpecific, tag));
        X509Certificate2 leaf = Leaf(request =>
        {
            request.CertificateExtensions.RemoveAt(0);
            request.CertificateExtensions.Add(new X509Extension("2.5.29.17", writer.Encode(), critical: false));
        });

        Assert.AreEqual(counts, Accepts(leaf, s_start, wanted: wanted, kind: isHost ? NameKind.Host : NameKind.Email));
    }

    [TestMethod]
    public void AnExtensionThatIsNotKnown_IsPassedOver() =>
        Assert.IsTrue(
            Accepts(Leaf(request => request.CertificateExtensions.Add(new X509Extension("1.2.3.4.5", [5, 0], critical: false))), s_start));

    [TestMethod]
    [DataRow("1.3.6.1.5.5.7.3.1")]
    [DataRow("2.5.29.37.0")]
    [DataRow(null)]
    public void AnotherPurpose_IsRefused(string? usage) => Assert.IsFalse(Accepts(Leaf(usage: usage), s_start));

    [TestMethod]
    public void ASignerOfCertificates_ThatIsNoAuthority_IsNone()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 between = Leaf(key: key);
        X509Certificate2 leaf = Leaf(issuer: between, issuerKey: key);

        Assert.IsFalse(Accepts(leaf, s_start, between: [between]));
    }

    [TestMethod]
    public void AnotherRootOfTheSameName_IsNone()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.IsFalse(Accepts(Leaf(issuerKey: other), s_start));
    }

    /// <summary>Of the certificate of a bundle, sigstore takes one name: an attacker's second name is none.</summary>
    [TestMethod]
    [DataRow("a@b.example https://x.example/y", "https://x.example/y")]
    [DataRow("a@b.example c@d.example", "a@b.example")]
    [DataRow("x.example c@d.example", "c@d.example")]
    [DataRow("x.example", "")]
    public void OneName_OfSeveral_CountsInABundle(string names, string one)
    {
        X509Certificate2 leaf = Leaf(request =>
        {
            SubjectAlternativeNameBuilder builder = new();
            foreach (string name in names.Split(' '))
            {
                if (name.Contains("://", StringComparison.Ordinal))
                    builder.AddUri(new Uri(name));
                else if (name.Contains('@'))
                    builder.AddEmailAddress(name);
                else
                    builder.AddDnsName(name);
            }

            // In place of the leaf's own.
            request.CertificateExtensions.RemoveAt(0);
            request.CertificateExtensions.Add(builder.Build());
        });

        Assert.AreEqual(one, string.Join(' ', SignerNames.OneSubject(leaf, Format.Signature("It"))));
        Assert.HasCount(names.Split(' ').Length, SignerNames.Subjects(leaf, Format.Signature("It")));
    }

    /// <summary>Fulcio's two extensions name one issuer: of two, readers would take different ones.</summary>
    [TestMethod]
    [DataRow("A", true)]
    [DataRow("B", false)]
    public void TwoIssuers_AreRefused(string second, bool isAccepted)
    {
        X509Certificate2 leaf = Leaf(request =>
        {
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.57264.1.1", [65], false));
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.57264.1.8", [0x0C, 1, (byte)second[0]], false));
        });

        if (isAccepted)
            Assert.AreEqual("A", SignerNames.IssuerOf(leaf, Format.Signature("It")));
        else
            Assert.Contains(
                "two issuers",
                Assert.ThrowsExactly<AirgapException>(() => SignerNames.IssuerOf(leaf, Format.Signature("It"))).Message);
    }

    // .NET writes no extension twice: the id of another is changed in the bytes, and the form is checked before the signature.
    [TestMethod]
    public void AnExtensionThatIsThereTwice_IsRefused()
    {
        X509Certificate2 leaf = Leaf(request =>
        {
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.57264.1.1", [65], false));
            request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.57264.1.9", [66], false));
        });
        Assert.AreEqual("A", SignerNames.IssuerOf(leaf, Format.Signature("It")));
        byte[] bytes = leaf.RawData;
        int at = bytes.AsSpan().IndexOf(new byte[] { 0x83, 0xBF, 0x30, 0x01, 0x09 });
        bytes[at + 4] = 0x01;

        Assert.Contains("an extension twice",
            Assert.ThrowsExactly<AirgapException>(() => CertificateReader.FromDer(bytes, Format.Signature("It"))).Message);
    }

    [TestMethod]
    public void BytesAfterACertificate_AreRefused() =>
        Assert.ThrowsExactly<AirgapException>(() => CertificateReader.FromDer([.. s_root.RawData, 0], Format.Signature("It")));

    [TestMethod]
    [DataRow("me@example.com", "me@example.com", true)]
    [DataRow("me@example.com", "me@example.com.evil", false)]
    [DataRow("me@example.com", "ME@example.com", false)]
    [DataRow("https://github.com/org/*@refs/tags/*", "https://github.com/org/repo/.github/workflows/a.yml@refs/tags/v1", true)]
    [DataRow("https://github.com/org/*@refs/tags/*", "https://github.com/org2/repo@refs/tags/v1", false)]
    [DataRow("https://github.com/org/*@refs/tags/*", "x https://github.com/org/repo@refs/tags/v1", false)]
    [DataRow("a*a", "a", false)]
    [DataRow("a*b*c", "abc", true)]
    [DataRow("a*b*c", "acb", false)]
    [DataRow("a*bc*c", "abc", false)]
    public void AnIdentity_IsTheWholeName(string pattern, string name, bool fits) =>
        Assert.AreEqual(fits, IdentityPattern.Parse(pattern).Matches(name));

    [TestMethod]
    [DataRow("")]
    [DataRow("*")]
    [DataRow(" ** ")]
    public void AnIdentityOfEverybody_IsRefused(string pattern) =>
        Assert.AreEqual(ErrorCode.InvalidTrustRule, Assert.ThrowsExactly<AirgapException>(() => IdentityPattern.Parse(pattern)).Code);

    private static bool Accepts(
        X509Certificate2 leaf, DateTimeOffset now, Validity? validity = null, X509Certificate2[]? between = null,
        string wanted = "me@example", NameKind? kind = null)
    {
        byte[] data = "data"u8.ToArray();
        using ECDsa key = leaf.GetECDsaPrivateKey()!;
        Evidence evidence = new()
        {
            Signed = SignedBytes.Of(data),
            Signature = key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            Certificate = X509CertificateLoader.LoadCertificate(leaf.RawData),
        };
        TrustedRoot root = new() { Authorities = [new Authority(null, [s_root], between ?? [], validity ?? Validity.Always)] };
        try
        {
            new CertificateSigner(root, IdentityPattern.Parse(wanted), issuer: null, mayBeNow: true, kind).Verify(evidence, now);
            return true;
        }
        catch (AirgapException e) when (e.Code is ErrorCode.SignatureRejected or ErrorCode.MalformedSignature)
        {
            return false;
        }
    }

    private static X509Certificate2 Leaf(
        Action<CertificateRequest>? change = null, string? usage = TrustChain.CodeSigning, ECDsa? key = null,
        X509Certificate2? issuer = null, ECDsa? issuerKey = null, bool isWeak = false)
    {
        key ??= ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=leaf", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddEmailAddress("me@example");
        request.CertificateExtensions.Add(names.Build());
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        change?.Invoke(request);
        X509SignatureGenerator generator =
            isWeak ? new WeakGenerator(issuerKey ?? s_rootKey) : X509SignatureGenerator.CreateForECDsa(issuerKey ?? s_rootKey);
        return request.Create((issuer ?? s_root).SubjectName, generator, s_start, s_end, RandomNumberGenerator.GetBytes(8))
            .CopyWithPrivateKey(key);
    }

    private static X509Certificate2 Root()
    {
        CertificateRequest request = new("CN=root", s_rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return X509CertificateLoader.LoadCertificate(request.CreateSelfSigned(s_start.AddYears(-1), s_end.AddYears(9)).RawData);
    }
}
