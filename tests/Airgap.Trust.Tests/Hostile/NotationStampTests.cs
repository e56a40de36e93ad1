using System.Security.Cryptography.X509Certificates;
using Airgap.Oci;
using Airgap.Trust.Notation;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>What a timestamp proves about a signature of Notation: the verdicts of notation 1.3.</summary>
[TestClass]
public sealed class NotationStampTests : NotationCheckTestBase
{
    private const string Baseline = "0.4.0.2023.1.1";
    private static readonly DateTimeOffset s_end = s_now.AddDays(-1);

    [TestMethod]
    [DataRow(-86400, true)]
    [DataRow(0, true)]
    [DataRow(1, false)]
    public void ACertificateThatHasEnded_WasValidWhenItWasStamped(int seconds, bool counts)
    {
        using OwnStamper stamper = Known(new(s_now.AddYears(-1), s_now.AddYears(1)));
        NotationEnvelope stamped = Stamped(stamper.Stamp([1], s_end.AddSeconds(seconds)));

        Judge(counts, "valid at its timestamp's time", stamped);
        if (counts)
            Assert.AreEqual(s_end.AddSeconds(seconds), Verify(stamped, Checks(stores: ["ca:own", "tsa:own"])).Time);
        Refused("no timestamp of an authority", stamped with { Signature = [2] }, checks: Checks(stores: ["ca:own", "tsa:own"]));
    }

    [TestMethod]
    [DataRow(0, 1_000_000L, "1.2.3.4", false)]
    [DataRow(-1, 1_000_000L, "1.2.3.4", true)]
    [DataRow(0, 10L, "1.2.3.4", false)]
    [DataRow(-1, 1_000_001L, "1.2.3.4", false)]
    [DataRow(0, null, Baseline, false)]
    [DataRow(-1, null, Baseline, true)]
    [DataRow(-1, 10L, Baseline, true)]
    public void ItsAccuracy_NarrowsTheValidity(int seconds, long? microseconds, string policy, bool counts)
    {
        using OwnStamper stamper = Known(new(s_now.AddYears(-1), s_now.AddYears(1)));

        Judge(counts, "may not have been", Stamped(stamper.Stamp([1], s_end.AddSeconds(seconds), microseconds, policy)));

        // The start of the validity likewise.
        DateTimeOffset start = s_now.AddYears(-1);
        Judge(counts, "may not have been", Stamped(stamper.Stamp([1], start.AddSeconds(-seconds), microseconds, policy)));
    }

    [TestMethod]
    public void ItIsOverSha2_AndNamesItsSigner()
    {
        using OwnStamper stamper = Known(new(s_now.AddYears(-1), s_now.AddYears(1)));
        DateTimeOffset time = s_end.AddDays(-1);

        Judge(true, "", Stamped(stamper.Stamp([1], time)));
        Judge(false, "no timestamp of an authority", Stamped(stamper.Stamp([1], time, hash: OwnStamper.Sha1)));
        Judge(false, "no timestamp of an authority", Stamped(stamper.Stamp([1], time, signedHash: OwnStamper.Sha1)));
        Judge(false, "name its signer's certificate", Stamped(stamper.Stamp([1], time, isNamed: false)));
    }

    [TestMethod]
    [DataRow(X509KeyUsageFlags.DigitalSignature, null, false, true)]
    [DataRow(null, null, false, false)]
    [DataRow(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, null, false, false)]
    [DataRow(X509KeyUsageFlags.DigitalSignature, null, true, false)]
    [DataRow(X509KeyUsageFlags.DigitalSignature, "1.2.3.4", false, false)]
    [DataRow(X509KeyUsageFlags.DigitalSignature, "1.3.6.1.5.5.7.3.3", false, false)]
    public void ItsSigner_IsForTimestampsAlone(X509KeyUsageFlags? usage, string? purpose, bool isAuthority, bool counts)
    {
        string[] purposes = purpose is null ? ["1.3.6.1.5.5.7.3.8"] : ["1.3.6.1.5.5.7.3.8", purpose];
        using OwnStamper stamper = Known(new(s_now.AddYears(-1), s_now.AddYears(1), usage, purposes, isAuthority));

        Judge(counts, "timestamp", Stamped(stamper.Stamp([1], s_end.AddDays(-1))));
    }

    [TestMethod]
    public void ItsStore_HoldsRootsAlone()
    {
        using OwnStamper stamper = Known(new(s_now.AddYears(-1), s_now.AddYears(1)));
        File.WriteAllBytes(_folder["x509/tsa/own/stamper.crt"], stamper.Certificate);

        AirgapException e = Assert.ThrowsExactly<AirgapException>(
            () => Verify(Stamped(stamper.Stamp([1], s_end.AddDays(-1))), Checks(stores: ["ca:own", "tsa:own"])));
        Assert.AreEqual(ErrorCode.InvalidTrustKey, e.Code);
        Assert.Contains("'CN=stamper' in it is not the certificate of an authority", e.Message);
    }

    private OwnStamper Known(OwnStamper stamper)
    {
        Directory.CreateDirectory(_folder["x509/tsa/own"]);
        File.WriteAllBytes(_folder["x509/tsa/own/root.crt"], stamper.Root.RawData);
        return stamper;
    }

    private NotationEnvelope Stamped(byte[] token) =>
        Envelope(Leaf(end: s_end)) with { SigningTime = s_now.AddDays(-2), Timestamp = token };

    private void Judge(bool counts, string why, NotationEnvelope envelope)
    {
        NotationChecks checks = Checks(stores: ["ca:own", "tsa:own"]);
        if (counts)
            Verify(envelope, checks);
        else
            Refused(why, envelope, checks: checks);
    }
}
