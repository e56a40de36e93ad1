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
}
