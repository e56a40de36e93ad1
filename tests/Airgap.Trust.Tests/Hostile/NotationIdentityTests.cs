using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Trust.Notation;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Stores, identities and times of envelopes are checked.</summary>
[TestClass]
public sealed class NotationIdentityTests : NotationCheckTestBase
{
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

    /// <summary>.NET writes no such subject from a text: it reads "O=Signer+OU=x" as an organisation with that name.</summary>
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

    // Notation 1.3 refuses the whole policy. RFC 4514 has bytes in hex after '#', and no other escape before a letter.
    [TestMethod]
    [DataRow("C=US, ST=WA, O=#5369676e6572", "=#")]
    [DataRow("C=US, ST=WA, O=Signer, CN=a=#b", "=#")]
    [DataRow(@"C=US, ST=WA, O=Si\gner", "is not a part of a subject")]
    public void AnIdentityThatReadersTakeDifferently_IsRefused(string subject, string why) =>
        Assert.Contains(why, Assert.ThrowsExactly<AirgapException>(() => Identity(subject)).Message);

    // The verdicts of notation 1.3: Go gives no name to an e-mail address, and Notation refuses such a subject.
    [TestMethod]
    [DataRow("a,b", @"CN=a\,b", true)]
    [DataRow("a,b", @"CN=a\2cb", true)]
    [DataRow("é", @"CN=\c3\a9", true)]
    [DataRow("a+b", @"CN=a\+b", true)]
    [DataRow("a\"b", @"CN=a\""b", true)]
    [DataRow("a=b", "CN=a=b", true)]
    [DataRow(@"a\b", @"CN=a\\b", true)]
    [DataRow("ab ", @"CN=ab\ ", true)]
    [DataRow(" ab", @"CN=\ ab", true)]
    [DataRow("ab", @"CN=ab\ ", false)]
    [DataRow("AB", "CN=ab", false)]
    public void TheEscapesOfAnIdentity(string name, string part, bool fits) =>
        Assert.AreEqual(fits, Identity($"C=US; ST=WA, O=Signer, {part}")
            .Matches(Leaf(Subject(["2.5.4.10", "Signer"], ["2.5.4.3", name]))));

    [TestMethod]
    public void ASubjectWithAPartWithoutAName_IsNobody()
    {
        NotationIdentity me = Identity("C=US, ST=WA, O=Signer");

        Assert.IsTrue(me.Matches(Leaf(Subject(["2.5.4.10", "Signer"], ["2.5.4.5", "7"], ["2.5.4.17", "8"]))));
        Assert.IsTrue(Identity("C=US, ST=WA, O=Signer, SERIALNUMBER=7, POSTALCODE=8")
            .Matches(Leaf(Subject(["2.5.4.10", "Signer"], ["2.5.4.5", "7"], ["2.5.4.17", "8"]))));
        Assert.IsFalse(me.Matches(Leaf(Subject(["2.5.4.10", "Signer"], ["1.2.840.113549.1.9.1", "a@b"]))));
        Assert.IsFalse(me.Matches(Leaf(Subject(["2.5.4.10", "Signer"], ["2.5.4.12", "x"]))));
    }

    /// <summary>A store with a signer's own certificate would trust it past its authority.</summary>
    [TestMethod]
    public void AStore_HoldsAuthorities_OrWhoeverSignsForItself()
    {
        X509Certificate2 leaf = Leaf();
        File.WriteAllBytes(_folder["x509/ca/own/leaf.crt"], leaf.RawData);

        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => Verify(Envelope(leaf)));
        Assert.AreEqual(ErrorCode.InvalidTrustKey, e.Code);
        Assert.Contains("is not the certificate of an authority", e.Message);
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
                            writer.WriteCharacterString(UniversalTagNumber.UTF8String, value[1]);
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
            SigningTime = s_now.AddDays(-1),
            Expiry = s_now.AddSeconds(1),
            Critical = [NotationEnvelope.SchemeHeader, NotationEnvelope.ExpiryHeader]
        };
        Verify(ends);
        Refused("has expired", ends with { Expiry = s_now });
        Assert.Contains("has expired",
            Verify(ends with { Expiry = s_now }, Checks(level: new(false, true, true, false))).Skipped);

        X509Certificate2 past = Leaf(end: s_now.AddDays(-1));
        Refused("not valid now", Envelope(past) with { SigningTime = s_now.AddDays(-2) });
        Verify(Envelope(Leaf(end: s_now)));
        Refused("no timestamp of an authority", Envelope(past) with { SigningTime = s_now.AddDays(-2) },
            checks: Checks(stores: ["ca:own", "tsa:own"], withStampers: true));
        Refused("no timestamp of an authority", Envelope(), checks: Checks(stores: ["ca:own", "tsa:own"], withStampers: true));
        Verify(Envelope(), Checks(stores: ["ca:own", "tsa:own"], withStampers: true, alwaysStamped: false));
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
        Refused("was not valid when it was made", attested with { AuthenticTime = s_now.AddYears(3) }, checks: checks);
        Refused("another signing scheme", attested with { SigningTime = s_now }, checks: checks);

        // The leaf is valid for longer than its root.
        X509Certificate2 late = Leaf(end: s_now.AddYears(20));
        Refused("was not valid when it was made",
            attested with { Chain = [late, _root], AuthenticTime = s_now.AddYears(6) }, checks: checks);
    }
}
