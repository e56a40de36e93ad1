using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Trust.Formats;
using Airgap.Trust.Notation;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Each check of a Notation envelope refuses by itself: all else about it is in order.</summary>
[TestClass]
public sealed class NotationCheckTests
{
    private static readonly DateTimeOffset s_now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Descriptor s_image = new(MediaTypes.OciManifest, Digest.Compute("image"u8), 5);
    private static readonly Dictionary<string, string> s_none = [];

    private readonly TempFolder _folder = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private X509Certificate2 _root = null!;

    [TestInitialize]
    public void Begin()
    {
        CertificateRequest request = new("C=US, ST=WA, O=Root", _rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(s_now.AddYears(-5), s_now.AddYears(5));
        foreach (string type in new[] { "ca", "signingAuthority" })
        {
            Directory.CreateDirectory(_folder[$"x509/{type}/own"]);
            Directory.CreateDirectory(_folder[$"x509/{type}/empty"]);
        }

        File.WriteAllBytes(_folder["x509/ca/own/root.crt"], _root.RawData);
    }

    [TestCleanup]
    public void End()
    {
        _folder.Dispose();
        _key.Dispose();
        _rootKey.Dispose();
        _root.Dispose();
    }

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
        Refused("signing time is missing", Envelope() with { SigningTime = s_now.AddYears(-4) });
        Refused("signing time is missing", Envelope() with { SigningTime = null, AuthenticTime = s_now });
    }

    [TestMethod]
    public void TheCertificateOfTheSigner_IsForSigningCode()
    {
        Refused("do not form a chain", Envelope(Leaf(usage: X509KeyUsageFlags.KeyEncipherment)));
        Refused("do not form a chain", Envelope(Leaf(usage: null)));
        Refused("do not form a chain", Envelope(Leaf(isAuthority: true)));
        Refused("do not form a chain", Envelope(Leaf(purpose: "1.3.6.1.5.5.7.3.1")));
    }

    [TestMethod]
    public void TheChain_IsTheWholeOne_InItsOrder()
    {
        X509Certificate2 leaf = Leaf();

        Refused("do not form a chain", Envelope(leaf) with { Chain = [leaf, leaf, _root] });
        Refused("do not form a chain", Envelope(leaf) with { Chain = [leaf] });
        Refused("do not form a chain", Envelope(leaf) with { Chain = [leaf, Leaf(), _root] });
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

    [TestMethod]
    public void TheStoreAndTheIdentity_AreThoseOfThePolicy()
    {
        NotationIdentity[] me = [Identity("C=US, ST=WA, O=Signer")];
        NotationIdentity[] other = [Identity("C=US, ST=WA, O=Other")];

        Refused("no certificate of the trust stores", Envelope(), checks: Checks(stores: ["signingAuthority:own2"], withAuthority: true));
        Verify(Envelope(), Checks(identities: me));
        Verify(Envelope(), Checks(identities: [.. other, .. me]));
        Refused("whom the policy does not name", Envelope(), checks: Checks(identities: other));
        Refused("whom the policy does not name",
            Envelope(Leaf("C=US, ST=WA, O=Signer, O=Other")), checks: Checks(identities: me));
        Refused("whom the policy does not name",
            Envelope(Leaf("C=US, ST=WA, O=Signer+OU=x")), checks: Checks(identities: me));
        AirgapException empty = Assert.ThrowsExactly<AirgapException>(() => Verify(Envelope(), Checks(stores: ["ca:empty"])));
        Assert.AreEqual(ErrorCode.InvalidTrustKey, empty.Code);
    }

    /// <summary>.NET writes no such subject from a text: "O=Signer+OU=x" is an organisation of that name to it.</summary>
    [TestMethod]
    public void APartOfASubjectWithSeveralValues_IsNobody()
    {
        NotationIdentity[] me = [Identity("C=US, ST=WA, O=Signer")];
        Verify(Envelope(Leaf(Subject(["2.5.4.10", "Signer"]))), Checks(identities: me));

        Refused("whom the policy does not name",
            Envelope(Leaf(Subject(["2.5.4.10", "Signer", "2.5.4.11", "x"]))), checks: Checks(identities: me));
        Refused("whom the policy does not name",
            Envelope(Leaf(Subject(["2.5.4.10", "Signer"], ["2.5.4.3", "x", "2.5.4.11", "y"]))), checks: Checks(identities: me));
    }

    // A country, a state, and parts of one or more values each.
    private static X500DistinguishedName Subject(params string[][] parts)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string[] part in parts.Prepend(["2.5.4.8", "WA"]).Prepend(["2.5.4.6", "US"]))
            {
                using (writer.PushSetOf())
                {
                    foreach (string[] value in part.Chunk(2))
                    {
                        using (writer.PushSequence())
                        {
                            writer.WriteObjectIdentifier(value[0]);
                            writer.WriteCharacterString(UniversalTagNumber.PrintableString, value[1]);
                        }
                    }
                }
            }
        }

        return new X500DistinguishedName(writer.Encode());
    }

    [TestMethod]
    public void TheEnd_AndTheTimes_AtTheirEdges()
    {
        NotationEnvelope ends = Envelope() with
        {
            Expiry = s_now,
            Critical = [NotationEnvelope.SchemeHeader, NotationEnvelope.ExpiryHeader]
        };
        Verify(ends);
        Refused("has ended", ends with { Expiry = s_now.AddSeconds(-1) });
        Assert.Contains("has ended",
            Verify(ends with { Expiry = s_now.AddSeconds(-1) }, Checks(level: new(false, true, true, false))).Skipped);

        X509Certificate2 past = Leaf(end: s_now.AddDays(-1));
        Refused("not valid now", Envelope(past) with { SigningTime = s_now.AddDays(-2) });
        Verify(Envelope(Leaf(end: s_now)));
        Refused("no timestamp of an authority", Envelope(past) with { SigningTime = s_now.AddDays(-2) },
            checks: Checks(stores: ["ca:own", "tsa:own"], withStampers: true));
        Refused("no timestamp of an authority", Envelope(), checks: Checks(stores: ["ca:own", "tsa:own"], withStampers: true));
        Verify(Envelope(), Checks(stores: ["ca:own", "tsa:own"], withStampers: true, alwaysStamped: false));
    }

    [TestMethod]
    [DataRow(-2, true)]
    [DataRow(-1, true)]
    [DataRow(0, false)]
    public void ACertificateThatHasEnded_WasValidWhenItWasStamped(int days, bool counts)
    {
        using OwnStamper stamper = new(s_now.AddYears(-1), s_now.AddYears(1));
        Directory.CreateDirectory(_folder["x509/tsa/own"]);
        File.WriteAllBytes(_folder["x509/tsa/own/stamper.crt"], stamper.Certificate);
        NotationEnvelope stamped = Envelope(Leaf(end: s_now.AddDays(-1))) with
        {
            SigningTime = s_now.AddDays(-2),
            Timestamp = stamper.Stamp([1], s_now.AddDays(days))
        };

        if (counts)
            Assert.AreEqual(s_now.AddDays(days), Verify(stamped, Checks(stores: ["ca:own", "tsa:own"])).Time);
        else
            Refused("not valid at the time of its timestamp", stamped, checks: Checks(stores: ["ca:own", "tsa:own"]));
        Refused("no timestamp of an authority", stamped with { Signature = [2] }, checks: Checks(stores: ["ca:own", "tsa:own"]));
    }

    [TestMethod]
    public void AnAuthorityThatSigns_AttestsTheTime_AndHasAStoreOfItsOwn()
    {
        NotationEnvelope attested = Envelope() with
        {
            Scheme = NotationEnvelope.SigningAuthority,
            SigningTime = null,
            AuthenticTime = s_now,
            Critical = [NotationEnvelope.SchemeHeader, NotationEnvelope.AuthenticTimeHeader]
        };
        Refused("no certificate of the trust stores", attested);
        Refused("'io.cncf.notary.authenticSigningTime' is not among", attested with { Critical = [NotationEnvelope.SchemeHeader] });
        File.WriteAllBytes(_folder["x509/signingAuthority/own/root.crt"], _root.RawData);
        NotationChecks checks = Checks(stores: ["signingAuthority:own"]);
        Assert.AreEqual(s_now, Verify(attested, checks).Time);
        Refused("no certificate of the trust stores", Envelope(), checks: checks);
        Refused("signing time is missing", attested with { AuthenticTime = s_now.AddYears(3) }, checks: checks);

        // The leaf is longer valid than its root.
        X509Certificate2 late = Leaf(end: s_now.AddYears(20));
        Refused("was not valid when it was made",
            attested with { Chain = [late, _root], AuthenticTime = s_now.AddYears(6) }, checks: checks);
    }

    private NotationEnvelope Envelope(X509Certificate2? leaf = null) => new()
    {
        Algorithm = "ES256",
        ContentType = NotationEnvelope.PayloadType,
        Scheme = NotationEnvelope.X509,
        Critical = [NotationEnvelope.SchemeHeader],
        SigningTime = s_now,
        Chain = [leaf ?? Leaf(), _root],
        Payload = Encoding.UTF8.GetBytes(
            $$$"""{"targetArtifact":{"mediaType":"{{{s_image.MediaType}}}","digest":"{{{s_image.Digest}}}","size":{{{s_image.Size}}} }}"""),
        Signature = [1],
        IsBy = _ => true,
    };

    private X509Certificate2 Leaf(X500DistinguishedName subject) => Leaf(subject, X509KeyUsageFlags.DigitalSignature);

    private X509Certificate2 Leaf(
        string subject = "C=US, ST=WA, O=Signer", X509KeyUsageFlags? usage = X509KeyUsageFlags.DigitalSignature, bool isAuthority = false,
        string purpose = "1.3.6.1.5.5.7.3.3", DateTimeOffset? end = null) =>
        Leaf(new X500DistinguishedName(subject), usage, isAuthority, purpose, end);

    private X509Certificate2 Leaf(
        X500DistinguishedName subject, X509KeyUsageFlags? usage, bool isAuthority = false, string purpose = "1.3.6.1.5.5.7.3.3",
        DateTimeOffset? end = null)
    {
        CertificateRequest request = new(subject, _key, HashAlgorithmName.SHA256);
        if (usage is { } flags)
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, true));
        if (isAuthority)
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        return request.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), s_now.AddYears(-1), end ?? s_now.AddYears(1),
            RandomNumberGenerator.GetBytes(8));
    }

    private static NotationIdentity Identity(string subject) => NotationIdentity.Parse($"x509.subject: {subject}", NotationEnvelope.Format);

    private NotationChecks Checks(
        string[]? stores = null, NotationIdentity[]? identities = null, NotationLevel? level = null, bool withStampers = false,
        bool alwaysStamped = true, bool withAuthority = false)
    {
        if (withStampers)
        {
            Directory.CreateDirectory(_folder["x509/tsa/own"]);
            File.WriteAllBytes(_folder["x509/tsa/own/root.crt"], _root.RawData);
        }

        if (withAuthority)
        {
            Directory.CreateDirectory(_folder["x509/signingAuthority/own2"]);
            File.WriteAllBytes(_folder["x509/signingAuthority/own2/root.crt"], _root.RawData);
        }

        return new NotationChecks(
            new NotationStatement(
                "s", ["*"], level ?? new NotationLevel(false, true, true, true), stores ?? ["ca:own"], identities ?? [], alwaysStamped),
            new NotationStore(_folder.Path), s_now);
    }

    private SignedBy Verify(NotationEnvelope envelope, NotationChecks? checks = null) =>
        (checks ?? Checks()).Verify(envelope, s_image, s_none);

    private void Refused(string why, NotationEnvelope envelope, Descriptor? image = null, NotationChecks? checks = null)
    {
        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => (checks ?? Checks()).Verify(envelope, image ?? s_image, s_none));
        Assert.AreEqual(ErrorCode.SignatureRejected, e.Code);
        Assert.Contains(why, e.Message);
    }
}
