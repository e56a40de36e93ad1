using System.Security.Cryptography.X509Certificates;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.TestKit.Fuzzing;
using Airgap.Trust.Certificates;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Logs;
using Airgap.Trust.Notation;
using Airgap.Trust.Policies;
using Airgap.Trust.Roots;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Times;

namespace Airgap.Trust.Tests.Fuzzing;

/// <summary>Input from signers, registries and users is read, or refused with a printable message.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class TrustFuzzTests
{
    private static readonly string[] s_json =
        ["{\"", "\":", "null", "true", "[]", "{}", "1e5", "\\u0000", "\\ud800", "\\u001b", "\"AAAA\""];
    private static readonly Format s_format = Format.Signature("It");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Bundles_AreReadOrRefused() => Run("sigstore-bundle", bytes =>
    {
        SigstoreBundle bundle = SigstoreBundle.Read(bytes);
        if (bundle.Envelope is not null)
            bundle.OfEnvelope();
        else
            bundle.OfMessage(SignedBytes.Of(bytes));
    }, "\"mediaType\":", "\"certificate\":", "\"publicKey\":{}", "\"tlogEntries\":[", "\"dsseEnvelope\":", "\"messageSignature\":");

    [TestMethod]
    public void Envelopes_AreReadOrRefused() =>
        Run("dsse-envelope", bytes => Statement.Read(DsseEnvelope.Read(bytes).Payload, inBundle: false), "\"signatures\":[",
            "\"payloadType\":", "\"payload\":");

    [TestMethod]
    public void Statements_AreReadOrRefused() =>
        Run("in-toto", bytes => Statement.Read(bytes, inBundle: true), "\"subject\":[", "\"digest\":{", "\"predicateType\":");

    [TestMethod]
    public void Payloads_AreReadOrRefused() =>
        Run("simple-signing", bytes => SimpleSigning.Read(bytes), "\"critical\":{", "\"image\":{", "\"docker-manifest-digest\":");

    [TestMethod]
    public void SignatureManifests_AreReadOrRefused() => Run("signature-manifest", bytes =>
    {
        foreach (SignatureManifest.Layer layer in SignatureManifest.Layers(Manifest.Parse(bytes)))
            ClassicSignature.Read("{}"u8.ToArray(), layer.Annotations);
    }, "\"annotations\":{", "\"dev.sigstore.cosign/certificate\":", "\"dev.sigstore.cosign/bundle\":", "-----BEGIN CERTIFICATE-----");

    [TestMethod]
    public void TrustedRoots_AreReadOrRefused() =>
        Run("trusted-root", bytes => TrustedRoot.Read(bytes, "r"), "\"tlogs\":[", "\"validFor\":{", "\"keyDetails\":",
            "\"PKCS1_RSA_PKCS1V5\"");

    [TestMethod]
    public void ContainersPolicies_AreReadOrRefused() =>
        Run("containers-policy", bytes => ContainersPolicy.Read(bytes, "p", _ => []), "\"type\":", "\"sigstoreSigned\"", "\"keyData\":",
            "\"signedIdentity\":{");

    [TestMethod]
    public void NotationPolicies_AreReadOrRefused() =>
        Run("notation-policy", bytes => NotationPolicy.Read(bytes, "p"), "\"trustPolicies\":[", "\"x509.subject: C=US, ST=WA, O=x\"",
            "\\\\,", "\"override\":{");

    [TestMethod]
    public void JwsEnvelopes_AreReadOrRefused() =>
        Run("notation-jws", bytes => NotationChecks.VerifyIntegrity(JwsEnvelope.Read(bytes)), "\"protected\":",
            "\"header\":{", "\"x5c\":[");

    [TestMethod]
    public void CoseEnvelopes_AreReadOrRefused() =>
        Run("notation-cose", bytes => NotationChecks.VerifyIntegrity(CoseEnvelope.Read(bytes)), "\u0001", "io.cncf.notary.signingTime");

    [TestMethod]
    public void Keys_AreReadOrRefused() => Run(
        "public-key", bytes => KeyFile.Read(bytes, "k"), "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----",
        "-----BEGIN RSA PUBLIC KEY-----");

    [TestMethod]
    public void CertificatesOfSigners_AreReadOrRefused() => Run("signer-certificate", bytes =>
    {
        X509Certificate2 certificate = CertificateReader.FromDer(bytes, s_format);
        SignerNames.Subjects(certificate, s_format);
        SignerNames.IssuerOf(certificate, s_format);
        foreach (CertificateTimestamp promise in CertificateTimestamp.Of(certificate, s_format))
            promise.SignedBytes(certificate, certificate, s_format);
    }, "\u0030", "\u0081");

    [TestMethod]
    public void Timestamps_AreReadOrRefused() =>
        Run("timestamp", bytes => Refuse(
            TimestampToken.Verify(bytes, [1], TrustFixtures.TrustedRoot().TimestampAuthorities, isAnswer: true) is null),
            "\u0030", "\u0002");

    [TestMethod]
    public void Checkpoints_AreReadOrRefused() =>
        Run("checkpoint", bytes => Refuse(Checkpoint.Verify(Encoding.UTF8.GetString(bytes), TrustFixtures.TrustedRoot().Logs[0]) is null),
            "\n\n", "\u2014 ", "rekor.airgap.test ");

    [TestMethod]
    public void LogEntries_AreReadOrRefused()
    {
        EntryClaims claims = new(SignedBytes.Of("x"u8.ToArray()), [1], new byte[] { 2 }, [3]);
        Run("log-entry", bytes => Refuse(!EntryBody.Fits(new LogEntry { LogId = [], Index = 0, Body = bytes }, claims)), "\"spec\":{",
            "\"kind\":\"dsse\"", "\"apiVersion\":\"0.0.2\"", "\"algorithm\":\"sha256\"");
    }

    private static void Refuse(bool refused)
    {
        if (refused)
            throw new AirgapException(ErrorCode.InvalidArgument, "It was not taken.", "None.");
    }

    private void Run(string target, Action<byte[]> parse, params string[] tokens) =>
        Fuzz.Run(TestContext, target, parse, [.. s_json, .. tokens]);
}
