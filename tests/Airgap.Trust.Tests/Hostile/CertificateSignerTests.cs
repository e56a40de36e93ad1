using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Logs;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A certificate of a private authority: its key made the signature while all certificates were trusted.</summary>
[TestClass]
public sealed class CertificateSignerTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeSeconds(OwnLog.Time).AddDays(-1);
    private static readonly byte[] s_text = "what is signed"u8.ToArray();

    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [TestCleanup]
    public void End()
    {
        _rootKey.Dispose();
        _key.Dispose();
    }

    [TestMethod]
    public void ASignatureByTheKeyOfTheCertificate_Counts_AndNoOther()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateSigner signer = new(RootOf(), null, null, mayBeNow: true);

        Assert.AreEqual("CN=leaf", signer.Verify(EvidenceBy(_key), s_start.AddDays(1)).Signer);
        Refused(signer, EvidenceBy(other), "not by the key of its certificate");
        Refused(signer, EvidenceBy(_key) with { Signed = SignedBytes.Of("other bytes"u8.ToArray()) }, "not by the key of its certificate");
        Refused(signer, EvidenceBy(_key) with { Certificate = null }, "without a certificate");
    }

    [TestMethod]
    public void WithoutAProofOfTime_OnlyAnAuthorityOfOnesOwnCounts() =>
        Refused(new CertificateSigner(RootOf(), null, null), EvidenceBy(_key), "proves the time");

    /// <summary>A trusted root lists whole chains; for the authority of a policy.json, the signature brings what is between.</summary>
    [TestMethod]
    public void AnAuthorityBetween_ThatTheSignatureBrings_CountsOnlyForAPolicy()
    {
        using OwnLog log = new();
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        TrustedRoot root = RootOf(logs: [log.Key]);
        X509Certificate2 top = root.Authorities[0].Roots[0];
        CertificateRequest request = new("CN=between", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 between = request.Create(
            top.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), s_start, s_start.AddDays(50), [6]);
        CertificateRequest leaf = new("CN=leaf", _key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(TrustChain.CodeSigning)], false));
        _leaf = leaf.Create(between.SubjectName, X509SignatureGenerator.CreateForECDsa(key), s_start, s_start.AddDays(50), [7]);
        Evidence evidence = EvidenceBy(_key) with { Between = [between] };
        evidence = evidence with { Entries = [log.Entry(Body(evidence))] };
        TrustedRoot listed = new()
        {
            Authorities = [new Authority(null, [top], [between], Validity.Always)],
            Logs = root.Logs
        };

        Assert.IsNotNull(new CertificateSigner(root, null, null, mayBeNow: true).Verify(evidence, s_start.AddDays(1)));
        Refused(new CertificateSigner(root, null, null), evidence, "not by an authority");
        Assert.IsNotNull(new CertificateSigner(listed, null, null).Verify(evidence, s_start.AddDays(1)));
    }

    // The leaf is valid for longer than its root.
    [TestMethod]
    public void TheWholeChain_IsValidAtThatTime()
    {
        CertificateSigner signer = new(RootOf(rootDays: 3), null, null, mayBeNow: true);

        Assert.IsNotNull(signer.Verify(EvidenceBy(_key), s_start.AddDays(2)));
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => signer.Verify(EvidenceBy(_key), s_start.AddDays(4)));
        Assert.AreEqual(ErrorCode.SignatureRejected, failure.Code);
    }

    // An entry without a promised time counts only while its log was trusted, even if another source proves the time.
    [TestMethod]
    [DataRow(0, true)]
    [DataRow(10, false)]
    public void ALogWithoutATime_IsTrustedAtTheTimeOfTheOther(int days, bool counts)
    {
        using OwnLog timed = new();
        using OwnLog untimed = new();
        LogKey dated = untimed.Key with { Validity = new Validity(DateTimeOffset.FromUnixTimeSeconds(OwnLog.Time).AddDays(days), null) };
        CertificateSigner signer = new(RootOf(logs: [timed.Key, dated]), null, null);
        Evidence evidence = EvidenceBy(_key);
        byte[] body = Body(evidence);
        evidence = evidence with { Entries = [timed.Entry(body), untimed.Entry(body) with { Promise = null, IntegratedTime = null }] };

        if (counts)
            Assert.IsNotNull(signer.Verify(evidence, s_start));
        else
            Refused(signer, evidence, "not trusted at that time");
    }

    /// <summary>sigstore-go passes over entries of logs that the root does not list, and asks for one of a listed log.</summary>
    [TestMethod]
    public void AnEntryOfAnotherLog_IsPassedOver_BesideOneOfAListedLog()
    {
        using OwnLog listed = new();
        using OwnLog other = new();
        CertificateSigner signer = new(RootOf(logs: [listed.Key]), null, null);
        Evidence evidence = EvidenceBy(_key);
        byte[] body = Body(evidence);

        Assert.IsNotNull(signer.Verify(evidence with { Entries = [other.Entry(body), listed.Entry(body)] }, s_start));
        Refused(signer, evidence with { Entries = [other.Entry(body)] }, "does not list");
        Refused(signer, evidence with { Entries = [other.Entry(body), listed.Entry(body) with { Promise = [1] }] }, "is not the log's");
    }

    // Another source proves the time here; the entry's own is only claimed.
    [TestMethod]
    [DataRow(-86400, true)]
    [DataRow(-86401, false)]
    [DataRow(-OwnLog.Time, true)]
    [DataRow(-OwnLog.Time - 1, false)]
    [DataRow(49 * 86400, true)]
    [DataRow((49 * 86400) + 1, false)]
    [DataRow(long.MaxValue - OwnLog.Time, false)]
    public void ATimeThatAnEntryOnlyClaims_IsWithinTheValidityOfTheCertificate(long seconds, bool counts)
    {
        using OwnLog timed = new();
        using OwnLog untimed = new();
        CertificateSigner signer = new(RootOf(logs: [timed.Key, untimed.Key]), null, null);
        Evidence evidence = EvidenceBy(_key);
        byte[] body = Body(evidence);
        LogEntry claimed = untimed.Entry(body) with { Promise = null, IntegratedTime = OwnLog.Time + seconds };
        evidence = evidence with { Entries = [timed.Entry(body), claimed] };

        if (counts)
            Assert.IsNotNull(signer.Verify(evidence, s_start));
        else
            Refused(signer, evidence, "states a time");
    }

    private static void Refused(CertificateSigner signer, Evidence evidence, string why)
    {
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => signer.Verify(evidence, s_start.AddDays(1)));
        Assert.AreEqual(ErrorCode.SignatureRejected, failure.Code);
        Assert.Contains(why, failure.Message);
    }

    private X509Certificate2 _leaf = null!;

    private TrustedRoot RootOf(int rootDays = 100, IReadOnlyList<LogKey>? logs = null)
    {
        CertificateRequest request = new("CN=root", _rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 root = request.CreateSelfSigned(s_start, s_start.AddDays(rootDays));
        CertificateRequest leaf = new("CN=leaf", _key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(TrustChain.CodeSigning)], false));
        _leaf = leaf.Create(root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), s_start, s_start.AddDays(50), [5]);
        return new TrustedRoot { Authorities = [new Authority(null, [root], [], Validity.Always)], Logs = logs ?? [] };
    }

    private Evidence EvidenceBy(ECDsa key)
    {
        if (_leaf is null)
            RootOf();
        return new Evidence
        {
            Signed = SignedBytes.Of(s_text),
            Signature = key.SignData(s_text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence),
            Certificate = _leaf,
        };
    }

    private byte[] Body(Evidence evidence)
    {
        string pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(_leaf.ExportCertificatePem()));
        return Encoding.UTF8.GetBytes(
            $$$"""{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"{{{Convert.ToHexStringLower(SHA256.HashData(s_text))}}}"}},"signature":{"content":"{{{Convert.ToBase64String(evidence.Signature)}}}","publicKey":{"content":"{{{pem}}}"} } } }""");
    }
}
