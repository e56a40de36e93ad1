using System.Security.Cryptography;
using System.Text;
using Airgap.Trust.Formats;
using Airgap.Trust.Logs;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>The body of each kind of log entry must match the signature; each of its fields is changed once.</summary>
[TestClass]
public sealed class EntryBodyTests
{
    private static readonly byte[] s_payload = "a statement"u8.ToArray();
    private static readonly byte[] s_signature = [7, 7, 7, 7];
    private static readonly byte[] s_verifier = MakeVerifier();
    private static readonly string s_pem = Base64(Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", s_verifier)));
    private static readonly string s_hex = Convert.ToHexStringLower(SHA256.HashData(s_payload));
    private static readonly string s_hash = Base64(SHA256.HashData(s_payload));

    private static readonly Dictionary<string, string> s_bodies = new()
    {
        ["hashedrekord 0.0.1"] =
            $$$$"""{"data":{"hash":{"algorithm":"sha256","value":"{{{{s_hex}}}}"}},"signature":{"content":"{{{{Base64(s_signature)}}}}","publicKey":{"content":"{{{{s_pem}}}}"}}}""",
        ["hashedrekord 0.0.2"] =
        $$$$"""{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"{{{{s_hash}}}}"},"signature":{"content":"{{{{Base64(s_signature)}}}}","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"{{{{Base64(s_verifier)}}}}"} } } } }""",
        ["dsse 0.0.1"] =
        $$$"""{"payloadHash":{"algorithm":"sha256","value":"{{{s_hex}}}"},"signatures":[{"signature":"{{{Base64(s_signature)}}}","verifier":"{{{s_pem}}}"}]}""",
        ["dsse 0.0.2"] =
        $$$$"""{"dsseV002":{"payloadHash":{"algorithm":"SHA2_256","digest":"{{{{s_hash}}}}"},"signatures":[{"content":"{{{{Base64(s_signature)}}}}","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","publicKey":{"rawBytes":"{{{{Base64(s_verifier)}}}}"}}}]}}""",
        ["intoto 0.0.2"] =
        $$$$"""{"content":{"payloadHash":{"algorithm":"sha256","value":"{{{{s_hex}}}}"},"envelope":{"signatures":[{"sig":"{{{{Base64(Encoding.ASCII.GetBytes(Base64(s_signature)))}}}}","publicKey":"{{{{s_pem}}}}"}]}}}""",
    };

    public static IEnumerable<object[]> Kinds => s_bodies.Keys.Select(kind => new object[] { kind });

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void AllThatIsTheSame_Fits(string kind) => Assert.IsTrue(Fits(kind, s_bodies[kind]));

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void AnotherSignature_DoesNotFit(string kind) => Assert.IsFalse(Fits(kind, s_bodies[kind], signature: [8, 8, 8, 8]));

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void AnotherVerifier_DoesNotFit(string kind) => Assert.IsFalse(Fits(kind, s_bodies[kind], verifier: MakeVerifier()));

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void OtherContent_DoesNotFit(string kind) =>
        Assert.IsFalse(Fits(kind, s_bodies[kind], payload: "another statement"u8.ToArray()));

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void AnotherAlgorithm_DoesNotFit(string kind)
    {
        string body = s_bodies[kind];
        Assert.IsFalse(Fits(kind,
            body.Replace("\"sha256\"", "\"sha512\"", StringComparison.Ordinal).Replace("SHA2_256", "SHA2_512", StringComparison.Ordinal)));
        Assert.IsFalse(Fits(kind,
            body.Replace("\"sha256\"", "\"md5\"", StringComparison.Ordinal).Replace("SHA2_256", "MD5", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("dsse 0.0.1")]
    [DataRow("dsse 0.0.2")]
    [DataRow("intoto 0.0.2")]
    public void AnEnvelopesEntry_IsOfOneSignature_AndOfAnEnvelope(string kind)
    {
        string body = s_bodies[kind];
        int start = body.IndexOf("\"signatures\":[", StringComparison.Ordinal) + 14;
        string one = body[start..body.IndexOf(']', start)];

        Assert.IsFalse(Fits(kind, body.Replace(one, $"{one},{one}", StringComparison.Ordinal)));
        Assert.IsFalse(Fits(kind, body.Replace(one, "", StringComparison.Ordinal)));
        Assert.IsFalse(Fits(kind, body, isEnvelope: false));
    }

    [TestMethod]
    [DynamicData(nameof(Kinds))]
    public void TheKindThatTheSignatureNames_IsThatOfTheBody(string kind)
    {
        string[] words = kind.Split(' ');
        Assert.IsTrue(Fits(kind, s_bodies[kind], name: words[0], version: words[1]));
        Assert.IsFalse(Fits(kind, s_bodies[kind], name: "rekord"));
        Assert.IsFalse(Fits(kind, s_bodies[kind], version: "0.0.9"));
    }

    [TestMethod]
    [DataRow("hashedrekord 0.0.2")]
    [DataRow("dsse 0.0.2")]
    public void TheVerifierOfRekor2_IsOne_AndSaysItsKind(string kind)
    {
        string body = s_bodies[kind];
        const string details = "\"keyDetails\":\"PKIX_ECDSA_P256_SHA_256\",";
        string both = details + "\"x509Certificate\":{\"rawBytes\":\"" + Base64(s_verifier) + "\"},";

        Assert.IsTrue(Fits(kind, body.Replace("publicKey", "x509Certificate", StringComparison.Ordinal)));
        Assert.IsFalse(Fits(kind, body.Replace(details, both, StringComparison.Ordinal)));
        Assert.IsFalse(Fits(kind, body.Replace("publicKey", "other", StringComparison.Ordinal)));
        Assert.ThrowsExactly<Airgap.Oci.AirgapException>(() => Fits(kind, body.Replace(details, "", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AFieldOfRekor2_ThatIsNotKnown_IsRefused() => Assert.ThrowsExactly<Airgap.Oci.AirgapException>(() => Fits(
        "hashedrekord 0.0.2", s_bodies["hashedrekord 0.0.2"].Replace("\"data\"", "\"more\":1,\"data\"", StringComparison.Ordinal)));

    [TestMethod]
    public void AnUnknownKind_IsRefused() =>
        Assert.ThrowsExactly<Airgap.Oci.AirgapException>(() => Fits("rekord 0.0.1", s_bodies["hashedrekord 0.0.1"]));

    [TestMethod]
    public void AKeyUnderAnotherLabel_DoesNotFit()
    {
        string other = Base64(Encoding.ASCII.GetBytes(PemEncoding.WriteString("PRIVATE KEY", s_verifier)));
        string key = PemEncoding.WriteString("PUBLIC KEY", s_verifier);
        foreach ((string pem, bool fits) in new[] { (key, true), ($"{key}\n{key}", false) })
            Assert.AreEqual(fits, Fits("hashedrekord 0.0.1",
                s_bodies["hashedrekord 0.0.1"].Replace(s_pem, Base64(Encoding.ASCII.GetBytes(pem)), StringComparison.Ordinal)));
        Assert.IsFalse(Fits("hashedrekord 0.0.1", s_bodies["hashedrekord 0.0.1"].Replace(s_pem, other, StringComparison.Ordinal)));
        Assert.IsFalse(Fits("hashedrekord 0.0.1",
            s_bodies["hashedrekord 0.0.1"].Replace(s_pem, Base64("no PEM"u8.ToArray()), StringComparison.Ordinal)));
    }

    private static bool Fits(
        string kind, string spec, byte[]? signature = null, byte[]? verifier = null, byte[]? payload = null, bool isEnvelope = true,
        string? name = null, string? version = null)
    {
        string[] words = kind.Split(' ');
        LogEntry entry = new()
        {
            LogId = [],
            Index = 0,
            Kind = name,
            Version = version,
            Body = Encoding.UTF8.GetBytes($$"""{"kind":"{{words[0]}}","apiVersion":"{{words[1]}}","spec":{{spec}}}"""),
        };
        payload ??= s_payload;
        return EntryBody.Fits(entry,
            new EntryClaims(SignedBytes.Of(payload), signature ?? s_signature, verifier ?? s_verifier, isEnvelope ? payload : null));
    }

    private static byte[] MakeVerifier()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfo();
    }

    private static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);
}
