using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Envelopes;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>A sigstore bundle with missing, repeated or unknown fields is refused.</summary>
[TestClass]
public sealed class BundleFormTests
{
    private const string Envelope =
        """ "dsseEnvelope":{"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"AAAA"}]} """;
    private const string Message = """ "messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"AAAA"},"signature":"AAAA"} """;
    private const string Entry =
        """ {"logIndex":"1","logId":{"keyId":"AAAA"},"kindVersion":{"kind":"dsse","version":"0.0.1"},"integratedTime":"5","inclusionPromise":{"signedEntryTimestamp":"AAAA"},"inclusionProof":{"logIndex":"1","treeSize":"2","rootHash":"AAAA","hashes":[],"checkpoint":{"envelope":"x"}},"canonicalizedBody":"AAAA"} """;

    private static readonly string s_leaf = Certificate("CN=leaf", "CN=root");
    private static readonly string s_root = Certificate("CN=root", "CN=root");

    [TestMethod]
    [DataRow("""{"publicKey":{"hint":"x"}}""")]
    [DataRow("""{"publicKey":{}, "timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"AAAA"}]}}""")]
    [DataRow("""{"publicKey":{}, "tlogEntries":[ENTRY]}""")]
    [DataRow("""{"certificate":{"rawBytes":"LEAF"}}""")]
    public void AWholeBundle_IsRead(string material)
    {
        Assert.IsNotNull(SigstoreBundle.Read(Bytes(Bundle(material, Envelope))).Envelope);
        Assert.IsNull(SigstoreBundle.Read(Bytes(Bundle(material, Message))).Envelope);
    }

    [TestMethod]
    public void AChain_IsOfOlderVersions()
    {
        const string chain = """{"x509CertificateChain":{"certificates":[{"rawBytes":"LEAF"}]}}""";
        Assert.IsNotNull(SigstoreBundle.Read(Bytes(Bundle(chain, Envelope, "application/vnd.dev.sigstore.bundle+json;version=0.2"))));
        Refused(Bundle(chain, Envelope), "no chain");
    }

    [TestMethod]
    [DataRow("""{}""", "one of")]
    [DataRow("""{"publicKey":{},"certificate":{"rawBytes":"LEAF"}}""", "one of")]
    [DataRow("""{"publicKey":{},"x509CertificateChain":{"certificates":[{"rawBytes":"LEAF"}]}}""", "one of")]
    [DataRow("""{"x509CertificateChain":{"certificates":[]}}""", "chain is empty")]
    [DataRow("""{"x509CertificateChain":{"certificates":[{"rawBytes":"LEAF"},{"rawBytes":"ROOT"}]}}""", "contains a root")]
    [DataRow("""{"x509CertificateChain":{"certificates":[{"rawBytes":"LEAF"}],"more":1}}""", "not known")]
    [DataRow("""{"certificate":{"rawBytes":"LEAF","more":1}}""", "not known")]
    [DataRow("""{"publicKey":{"hint":"x","more":1}}""", "not known")]
    [DataRow("""{"publicKey":{},"more":1}""", "not known")]
    [DataRow("""{"publicKey":{},"timestampVerificationData":{"more":1}}""", "not known")]
    [DataRow("""{"publicKey":{},"timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"AAAA","more":1}]}}""", "not known")]
    public void Material_IsOfOneForm(string material, string why) =>
        Refused(Bundle(material, Envelope, "application/vnd.dev.sigstore.bundle+json;version=0.2"), why);

    [TestMethod]
    [DataRow("\"logIndex\":\"1\",\"logId\"", "\"logIndex\":\"-1\",\"logId\"", "negative")]
    [DataRow("\"logIndex\":\"1\",\"treeSize\"", "\"logIndex\":\"-1\",\"treeSize\"", "negative")]
    [DataRow("\"treeSize\":\"2\"", "\"treeSize\":\"-2\"", "negative")]
    [DataRow("\"hashes\":[]", "\"hashes\":[\"AAAA\"]", "a hash of its proof is malformed")]
    [DataRow("\"hashes\":[]", "\"hashes\":[5]", "a hash of its proof is malformed")]
    [DataRow("\"keyId\":\"AAAA\"", "\"keyId\":\"AAAA\",\"more\":1", "not known")]
    [DataRow("\"version\":\"0.0.1\"", "\"version\":\"0.0.1\",\"more\":1", "not known")]
    [DataRow("\"signedEntryTimestamp\":\"AAAA\"", "\"signedEntryTimestamp\":\"AAAA\",\"more\":1", "not known")]
    [DataRow("\"envelope\":\"x\"", "\"envelope\":\"x\",\"more\":1", "not known")]
    [DataRow("\"rootHash\":\"AAAA\"", "\"rootHash\":\"AAAA\",\"more\":1", "not known")]
    [DataRow("\"canonicalizedBody\":\"AAAA\"", "\"canonicalizedBody\":\"AAAA\",\"more\":1", "not known")]
    [DataRow("\"canonicalizedBody\":\"AAAA\"", "\"canonicalizedBody\":\"\"", "missing")]
    [DataRow("\"kindVersion\":{\"kind\":\"dsse\",\"version\":\"0.0.1\"},", "", "kindVersion' is missing")]
    public void AnEntry_IsOfOneForm(string text, string changed, string why)
    {
        Assert.Contains(text, Entry);
        Refused(Bundle($$"""{"publicKey":{},"tlogEntries":[{{Entry.Replace(text, changed, StringComparison.Ordinal)}}]}""", Envelope), why);
    }

    [TestMethod]
    public void AnEntry_IsThereOnce()
    {
        const string other = """{"publicKey":{},"tlogEntries":[ENTRY,OTHER]}""";
        Refused(Bundle("""{"publicKey":{},"tlogEntries":[ENTRY,ENTRY]}""", Envelope), "twice");
        Refused(
            Bundle(other.Replace("OTHER", Entry.Replace("\"5\"", "\"6\"", StringComparison.Ordinal), StringComparison.Ordinal), Envelope),
            "twice");
        foreach ((string from, string to) in new[]
        {
            ("\"keyId\":\"AAAA\"", "\"keyId\":\"AAAB\""), ("{\"logIndex\":\"1\"", "{\"logIndex\":\"2\""),
        })
        {
            string entry = Entry.Replace(from, to, StringComparison.Ordinal);
            Assert.AreNotEqual(Entry, entry);
            SigstoreBundle.Read(Bytes(Bundle(other.Replace("OTHER", entry, StringComparison.Ordinal), Envelope)));
        }
    }

    [TestMethod]
    [DataRow("\"signatures\":[{\"sig\":\"AAAA\"}]", "\"signatures\":[]", "no signatures")]
    [DataRow("\"signatures\":[{\"sig\":\"AAAA\"}]", "\"signatures\":[{\"sig\":\"AAAA\"},{\"sig\":\"AAAA\"}]", "exactly one")]
    [DataRow("\"sig\":\"AAAA\"", "\"sig\":\"AAAA\",\"more\":1", "not known")]
    [DataRow("\"sig\":\"AAAA\"", "\"keyid\":\"x\"", "missing")]
    [DataRow("\"payload\":\"e30=\"", "\"payload\":\"e30=\",\"more\":1", "not known")]
    [DataRow("application/vnd.in-toto+json", "application/json", "not an in-toto statement")]
    public void AnEnvelope_IsOfOneForm(string text, string changed, string why)
    {
        Assert.Contains(text, Envelope);
        Refused(Bundle("""{"publicKey":{}}""", Envelope.Replace(text, changed, StringComparison.Ordinal)), why);
    }

    [TestMethod]
    [DataRow("\"algorithm\":\"SHA2_256\"", "\"algorithm\":\"MD5\"", "by 'MD5'")]
    [DataRow("\"digest\":\"AAAA\"", "\"digest\":\"AAAA\",\"more\":1", "not known")]
    [DataRow("\"signature\":\"AAAA\"", "\"signature\":\"AAAA\",\"more\":1", "not known")]
    public void AMessageSignature_IsOfOneForm(string text, string changed, string why)
    {
        Assert.Contains(text, Message);
        Refused(Bundle("""{"publicKey":{}}""", Message.Replace(text, changed, StringComparison.Ordinal)), why);
    }

    [TestMethod]
    public void ABundle_HoldsOneContent()
    {
        Refused(Bundle("""{"publicKey":{}}""", $"{Envelope},{Message}"), "either a message signature or an envelope");
        Refused(Bundle("""{"publicKey":{}}""", "\"x\":1"), "not known");
        Refused(Bundle("""{"publicKey":{}}""", "\"messageSignature\":null"), "either a message signature or an envelope");
        Refused(Bundle("""{"publicKey":{}}""", Envelope, "application/vnd.dev.sigstore.bundle.v0.4+json"), "media type");
    }

    private static void Refused(string json, string why)
    {
        AirgapException failure = Assert.ThrowsExactly<AirgapException>(() => SigstoreBundle.Read(Bytes(json)));
        Assert.Contains(why, failure.Message);
    }

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(
        json.Replace("LEAF", s_leaf, StringComparison.Ordinal).Replace("ROOT", s_root, StringComparison.Ordinal)
        .Replace("ENTRY", Entry, StringComparison.Ordinal));

    private static string Bundle(string material, string content, string type = SigstoreBundle.MediaType) =>
        $$"""{"mediaType":"{{type}}","verificationMaterial":{{material}},{{content}}}""";

    private static string Certificate(string subject, string issuer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(subject, key, HashAlgorithmName.SHA256);
        X509SignatureGenerator generator = X509SignatureGenerator.CreateForECDsa(key);
        DateTimeOffset start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using X509Certificate2 certificate = request.Create(new X500DistinguishedName(issuer), generator, start, start.AddYears(1), [1]);
        return Convert.ToBase64String(certificate.RawData);
    }
}
