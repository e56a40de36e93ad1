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
        Refused("has expired", ends with { Expiry = s_now.AddSeconds(-1) });
        Assert.Contains("has expired",
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

        // The leaf is valid for longer than its root.
        X509Certificate2 late = Leaf(end: s_now.AddYears(20));
        Refused("was not valid when it was made",
            attested with { Chain = [late, _root], AuthenticTime = s_now.AddYears(6) }, checks: checks);
    }
}
