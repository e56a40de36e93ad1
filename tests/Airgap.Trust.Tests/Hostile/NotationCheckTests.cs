using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Trust.Formats;
using Airgap.Trust.Notation;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Headers, chains and targets of envelopes are checked.</summary>
[TestClass]
public sealed class NotationCheckTests : NotationCheckTestBase
{
    [TestMethod]
    public void AWholeEnvelope_Counts()
    {
        SignedBy by = Verify(Envelope());

        Assert.AreEqual("notation", by.Form);
        Assert.AreEqual("Revocation was not checked.", by.Skipped);
    }

    [TestMethod]
    public void ItsHeaders_AreWhole_AndKnown()
    {
        Refused("payload is not", Envelope() with { ContentType = "application/json" });
        Refused("payload is not", Envelope() with { ContentType = null });
        Refused("scheme 'notary.x509.other'", Envelope() with { Scheme = "notary.x509.other" });
        Refused("is not that of its key", Envelope() with { Algorithm = "ES384" });
        Refused("is not that of its key", Envelope() with { Algorithm = "PS256" });
        Refused("not by the key", Envelope() with { IsBy = _ => false });
        Refused("'io.cncf.notary.signingScheme' is not among", Envelope() with { Critical = [] });
        Refused("'io.cncf.notary.expiry' is not among", Envelope() with { Expiry = s_now.AddDays(1) });
        Refused("'x' is not known", Envelope() with { Critical = [NotationEnvelope.SchemeHeader, "x"] });
        Refused("'io.cncf.notary.expiry' is not known",
            Envelope() with { Critical = [NotationEnvelope.SchemeHeader, NotationEnvelope.ExpiryHeader] });
        Refused("signing time is missing", Envelope() with { SigningTime = null });
        Refused("signing time is missing", Envelope() with { SigningTime = null, AuthenticTime = s_now });
        Refused("another signing scheme", Envelope() with { AuthenticTime = s_now });
        Refused("header twice", Envelope() with { Critical = [NotationEnvelope.SchemeHeader, NotationEnvelope.SchemeHeader] });
        Refused("plugins are not supported", Envelope() with { NeedsPlugin = true });
        Refused("expires before its signing time",
            Envelope() with { Critical = [NotationEnvelope.SchemeHeader, NotationEnvelope.ExpiryHeader], Expiry = s_now });

        // The signer claims this time, and it proves nothing.
        Verify(Envelope() with { SigningTime = s_now.AddYears(-4) });
    }

    [TestMethod]
    public void TheCertificateOfTheSigner_IsForSignaturesAlone()
    {
        Refused("for signatures alone", Envelope(Leaf(usage: X509KeyUsageFlags.KeyEncipherment)));
        Refused("for signatures alone", Envelope(Leaf(usage: null)));
        Refused("for signatures alone", Envelope(Leaf(isAuthority: true)));
        foreach (X509KeyUsageFlags more in new[]
        {
            X509KeyUsageFlags.KeyEncipherment, X509KeyUsageFlags.DataEncipherment, X509KeyUsageFlags.KeyAgreement,
            X509KeyUsageFlags.KeyCertSign, X509KeyUsageFlags.CrlSign,
        })
        {
            Refused("for signatures alone", Envelope(Leaf(usage: X509KeyUsageFlags.DigitalSignature | more)));
        }

        Refused("in a critical key usage", Envelope(Issue(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, false))));
        Verify(Envelope(Leaf(usage: X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)));
    }

    // The verdicts of notation 1.3.
    [TestMethod]
    [DataRow("1.3.6.1.5.5.7.3.1", false)]
    [DataRow("1.3.6.1.5.5.7.3.2", false)]
    [DataRow("1.3.6.1.5.5.7.3.4", false)]
    [DataRow("1.3.6.1.5.5.7.3.8", false)]
    [DataRow("1.3.6.1.5.5.7.3.9", false)]
    [DataRow("2.5.29.37.0", true)]
    [DataRow("1.2.3.4", true)]
    public void APurposeBesidesSigning_IsAForeignOne_OrDoesNotMatter(string purpose, bool counts)
    {
        X509KeyUsageExtension usage = new(X509KeyUsageFlags.DigitalSignature, true);
        foreach (NotationEnvelope envelope in new[]
        {
            Envelope(Issue(usage, new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.3"), new(purpose)], false))),
            Envelope(Issue(usage, new X509EnhancedKeyUsageExtension([new(purpose)], false))),
        })
        {
            if (counts)
                Verify(envelope);
            else
                Refused("for another purpose", envelope);
        }

        Verify(Envelope(Issue(usage)));
    }

    [TestMethod]
    public void AnAuthorityBetween_SaysThatItIssuesCertificates()
    {
        X509BasicConstraintsExtension authority = new(true, false, 0, true);
        X509KeyUsageExtension issues = new(X509KeyUsageFlags.KeyCertSign, true);
        X509EnhancedKeyUsageExtension servers = new([new("1.3.6.1.5.5.7.3.1")], false);

        Verify(Below(HashAlgorithmName.SHA256, authority, issues));
        Verify(Below(HashAlgorithmName.SHA256, authority, issues, servers));
        Refused("issues certificates", Below(HashAlgorithmName.SHA256, issues));
        Refused("issues certificates", Below(HashAlgorithmName.SHA256, authority));
        Refused("issues certificates", Below(HashAlgorithmName.SHA256, authority, new X509KeyUsageExtension(issues.KeyUsages, false)));
        Refused("issues certificates", Below(HashAlgorithmName.SHA256, authority, new X509KeyUsageExtension(X509KeyUsageFlags.CrlSign, true)));
        Refused("a weak algorithm", Below(HashAlgorithmName.SHA1, authority, issues));
    }

    // A chain of three; the root signs the certificate between with a hash.
    private NotationEnvelope Below(HashAlgorithmName hash, params X509Extension[] extensions)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest between = new(new X500DistinguishedName("CN=between"), key, HashAlgorithmName.SHA256);
        foreach (X509Extension extension in extensions)
            between.CertificateExtensions.Add(extension);
        X509Certificate2 authority = between.Create(
            _root.SubjectName,
            hash == HashAlgorithmName.SHA1 ? new WeakGenerator(_rootKey) : X509SignatureGenerator.CreateForECDsa(_rootKey),
            s_now.AddYears(-1), s_now.AddYears(1), [1]);
        CertificateRequest leaf = new("C=US, ST=WA, O=Signer", _key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        X509Certificate2 signer = leaf.Create(
            authority.SubjectName, X509SignatureGenerator.CreateForECDsa(key), s_now.AddYears(-1), s_now.AddYears(1), [2]);
        return Envelope(signer) with { Chain = [signer, authority, _root] };
    }

    [TestMethod]
    public void TheChain_IsTheWholeOne_InItsOrder()
    {
        X509Certificate2 leaf = Leaf();

        Refused("issues certificates", Envelope(leaf) with { Chain = [leaf, leaf, _root] });
        Refused("do not form a chain", Envelope(leaf) with { Chain = [leaf] });
        Refused("do not form a chain", Envelope(leaf) with { Chain = [leaf, _root, _root] });
        Assert.ThrowsExactly<AirgapException>(() => NotationEnvelope.ReadChain([]));
        Assert.ThrowsExactly<AirgapException>(() => NotationEnvelope.ReadChain([.. Enumerable.Repeat(leaf.RawData, Limits.Proofs + 1)]));
        Assert.HasCount(Limits.Proofs, NotationEnvelope.ReadChain([.. Enumerable.Repeat(leaf.RawData, Limits.Proofs)]));
    }

    [TestMethod]
    public void TheTarget_IsTheManifest_InDigestSizeAndType()
    {
        Refused("another manifest", Envelope(), s_image with { Digest = Digest.Compute("other"u8) });
        Refused("another manifest", Envelope(), s_image with { Size = 6 });
        Refused("another manifest", Envelope(), s_image with { MediaType = MediaTypes.OciIndex });
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => Checks().Verify(Envelope(), s_image, new Dictionary<string, string> { ["env"] = "prod" }));
        Assert.Contains("did not say 'env=prod'", e.Message);
    }
}
