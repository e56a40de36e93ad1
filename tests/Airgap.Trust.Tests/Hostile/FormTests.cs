using System.Text;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Policies;
using Airgap.Trust.Signing;
using Airgap.Trust.Stored;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Payloads, statements, policies and blobs beyond their limits or with unknown fields are refused.</summary>
[TestClass]
public sealed class FormTests
{
    private static readonly string s_key = Convert.ToBase64String(TrustFixtures.Bytes("keys/p256.pub"));
    private static readonly string s_certificate = Convert.ToBase64String(
        Encoding.ASCII.GetBytes(TrustFixtures.TrustedRoot().Authorities[0].Roots[0].ExportCertificatePem()));

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("{\"docker-reference\":", "{\"more\":1,\"docker-reference\":")]
    [DataRow("{\"docker-manifest-digest\":", "{\"more\":1,\"docker-manifest-digest\":")]
    [DataRow("\"optional\":null", "\"optional\":null,\"more\":1")]
    [DataRow("sha256:", "SHA256:")]
    [DataRow("sha256:", "sha256:0x")]
    [DataRow("sha256:", "")]
    [DataRow("sha256:", " sha256:")]
    [DataRow("docker-manifest-digest", "Docker-manifest-digest")]
    public void APayload_HasNoOtherField_AndItsDigestOneSpelling(string text, string changed)
    {
        string good = Encoding.UTF8.GetString(SignedByTest.Payload(Digest.Compute("image"u8)));
        Assert.AreEqual(Digest.Compute("image"u8), SimpleSigning.Read(Encoding.UTF8.GetBytes(good)).Digest);
        Assert.Contains(text, good);

        Assert.ThrowsExactly<AirgapException>(
            () => SimpleSigning.Read(Encoding.UTF8.GetBytes(good.Replace(text, changed, StringComparison.Ordinal))));
    }

    // As skopeo 1.22 judges each of them.
    [TestMethod]
    [DataRow(",\"optional\":null", true)]
    [DataRow(",\"optional\":{\"creator\":\"x\",\"timestamp\":1e3,\"other\":[]}", true)]
    [DataRow(",\"optional\":{\"creator\":null}", true)]
    [DataRow("", false)]
    [DataRow(",\"optional\":{\"creator\":1}", false)]
    [DataRow(",\"optional\":{\"timestamp\":\"1\"}", false)]
    [DataRow(",\"optional\":{\"timestamp\":1.5}", false)]
    [DataRow(",\"optional\":{\"timestamp\":99999999999999999999}", false)]
    public void APayload_IsOneOfTheContainersTools(string optional, bool isOne)
    {
        string payload = Encoding.UTF8.GetString(SignedByTest.Payload(Digest.Compute("image"u8)));
        byte[] changed = Encoding.UTF8.GetBytes(payload.Replace(",\"optional\":null", optional, StringComparison.Ordinal));

        Assert.AreEqual(isOne, SimpleSigning.Read(changed).IsOfContainers);
    }

    [TestMethod]
    public void ADigestInUpperCase_IsAnotherSpelling_AndNone()
    {
        Digest image = Digest.Compute("image"u8);
        string payload = Encoding.UTF8.GetString(SignedByTest.Payload(image));

        Assert.ThrowsExactly<AirgapException>(() => SimpleSigning.Read(
            Encoding.UTF8.GetBytes(payload.Replace(image.Hex, image.Hex.ToUpperInvariant(), StringComparison.Ordinal))));
        Assert.IsEmpty(Statement.Read(Encoding.UTF8.GetBytes(
            SignedByTest.StatementOf(image).Replace(image.Hex, image.Hex.ToUpperInvariant(), StringComparison.Ordinal)),
            inBundle: true).Of(image));
    }

    [TestMethod]
    public void AStatementAboutAFile_IsOfItsDigest()
    {
        using SignedByTest signer = new();
        byte[] file = "file"u8.ToArray();

        Verdict good = Judge(SignedByTest.StatementOf(Digest.Compute(file)));
        Verdict other = Judge(SignedByTest.StatementOf(Digest.Compute("other"u8)));

        Assert.IsTrue(good.IsAccepted);
        Assert.AreEqual($"statement {Statement.CosignSignature}", good.By[0].Form, "what a statement says is told");
        Assert.Contains("about another file", other.Refusal!.Message);

        Verdict Judge(string statement) =>
            FileVerifier.Verify(SignedBytes.Of(file), signer.Bundle(statement), "f", [signer.Signer], null, DateTimeOffset.UtcNow);
    }

    /// <summary>A key's statement about an image, or about a file that a document names, approves no archive.</summary>
    [TestMethod]
    public void AStatementOfAFile_HasItsType_AndTheFileAsItsFirstSubject()
    {
        using SignedByTest signer = new();
        byte[] file = "file"u8.ToArray();
        StatementWriter.Subject mine = new("f", Digest.Compute(file));
        StatementWriter.Subject other = new("g", Digest.Compute("other"u8));

        Assert.IsNull(Judge(Statement.FileSignature, mine).Refusal);
        Assert.IsNull(Judge(Statement.FileSignature, mine, other).Refusal);
        Assert.Contains("about another file", Judge(Statement.FileSignature, other, mine).Refusal!.Message);
        Assert.Contains("about another file", Judge(Statement.FileSignature).Refusal!.Message);
        Assert.Contains("of the type", Judge(Statement.CosignSignature, mine).Refusal!.Message);
        Assert.Contains("of the type", Judge("https://spdx.dev/Document", mine).Refusal!.Message);

        Verdict Judge(string type, params StatementWriter.Subject[] subjects) => FileVerifier.Verify(
            SignedBytes.Of(file), signer.Bundle(Encoding.UTF8.GetString(StatementWriter.Write(subjects, type, predicate: null))), "f",
            [signer.Signer], Statement.FileSignature, DateTimeOffset.UtcNow);
    }

    [TestMethod]
    public void TooLongInput_IsRefused()
    {
        string policy = """{"default":[{"type":"reject"}]}""";
        ContainersPolicy.Read(Encoding.UTF8.GetBytes(policy.PadRight(Limits.ConfigBytes)), "p", _ => []);
        AirgapException large = Assert.ThrowsExactly<AirgapException>(
            () => ContainersPolicy.Read(Encoding.UTF8.GetBytes(policy.PadRight(Limits.ConfigBytes + 1)), "p", _ => []));
        Assert.Contains("more than", large.Message);

        string many = string.Join(',', Enumerable.Repeat("""{"sig":"AA=="}""", Limits.Proofs + 1));
        AirgapException list = Assert.ThrowsExactly<AirgapException>(() => DsseEnvelope.Read(Encoding.UTF8.GetBytes(
            $$"""{"payload":"e30=","payloadType":"{{DsseEnvelope.InToto}}","signatures":[{{many}}]}""")));
        Assert.Contains($"more than {Limits.Proofs} elements", list.Message);
        AirgapException deep = Assert.ThrowsExactly<AirgapException>(
            () => Statement.Read(Encoding.UTF8.GetBytes(new string('[', 40) + new string(']', 40)), inBundle: true));
        Assert.AreEqual(ErrorCode.MalformedSignature, deep.Code);
    }

    [TestMethod]
    public async Task ABlob_IsReadToItsSize_AndNotAtAllWhereThatIsTooMuch()
    {
        using MemoryStream content = new([1, 2, 3]);

        await Assert.ThrowsExactlyAsync<AirgapException>(() => BlobBytes.ReadAsync(content, Of(2), TestContext.CancellationToken));
        content.Position = 0;
        Assert.HasCount(3, await BlobBytes.ReadAsync(content, Of(3), TestContext.CancellationToken));
        content.Position = 0;
        await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BlobBytes.ReadAsync(content, Of(Limits.DocumentBytes + 1L), TestContext.CancellationToken));
        Assert.AreEqual(0, content.Position);

        static Descriptor Of(long size) => new("x/y", Digest.Compute("x"u8), size);
    }

    [TestMethod]
    [DataRow("""{"default":[{"type":"reject"}],"more":1}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","fulcio":{"caData":"CERT","oidcIssuer":"i","subjectEmail":"a@b"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","rekorPublicKeyData":"KEY","fulcio":{"caData":"CERT","oidcIssuer":"i","subjectEmail":"a@b","more":1}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","rekorPublicKeyData":"KEY","fulcio":{"caData":"CERT","caPath":"x","oidcIssuer":"i","subjectEmail":"a@b"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsData":"CERT","subjectEmail":"a@b","more":1}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","rekorPublicKeyData":"KEY","pki":{"caRootsData":"CERT","subjectEmail":"a@b"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsData":"CERT","subjectEmail":"a@b","subjectHostname":"h"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","keyPath":"x"}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"remapIdentity","prefix":"a/","signedPrefix":"b"}}]}""")]
    public void AnUnknownPolicyEntry_IsAnError(string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(
            json.Replace("KEY", s_key, StringComparison.Ordinal).Replace("CERT", s_certificate, StringComparison.Ordinal));

        Assert.AreEqual(ErrorCode.InvalidTrustPolicy, Assert.ThrowsExactly<AirgapException>(
            () => ContainersPolicy.Read(bytes, "p", _ => TrustFixtures.Bytes("keys/p256.pub"))).Code);
    }

    [TestMethod]
    [DataRow("""{"default":[{"type":"sigstoreSigned","rekorPublicKeyData":"KEY","fulcio":{"caData":"CERT","oidcIssuer":"i","subjectEmail":"a@b"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","pki":{"caRootsData":"CERT","subjectEmail":"a@b"}}]}""")]
    [DataRow("""{"default":[{"type":"sigstoreSigned","keyData":"KEY","signedIdentity":{"type":"remapIdentity","prefix":"a","signedPrefix":"b"}}]}""")]
    public void ValidInput_IsRead(string json) => ContainersPolicy.Read(
        Encoding.UTF8.GetBytes(
            json.Replace("KEY", s_key, StringComparison.Ordinal).Replace("CERT", s_certificate, StringComparison.Ordinal)), "p", _ => []);

    [TestMethod]
    public void RulesOfOtherTransports_AreForOthers()
    {
        ContainersPolicy policy = ContainersPolicy.Read(
            """{"default":[{"type":"reject"}],"transports":{"docker-daemon":{"registry.example":[{"type":"insecureAcceptAnything"}]}}}"""u8.ToArray(),
            "p", _ => []);

        Assert.IsInstanceOfType<PolicyRequirement.Reject>(policy.For(ImageReference.Parse("registry.example/app:v1")).Single());
    }

    /// <summary>A name without a tag does not mean latest.</summary>
    [TestMethod]
    [DataRow("""{"type":"matchExact"}""")]
    [DataRow("""{"type":"matchRepoDigestOrExact"}""")]
    [DataRow("""{"type":"exactReference","dockerReference":"registry.example/app:latest"}""")]
    public void AnExactName_HasATag(string identity)
    {
        using JsonDocument document = JsonDocument.Parse(identity);
        SignedIdentity read = SignedIdentity.Read(new JsonFields(document.RootElement, Format.Signature("It"), ""));
        ImageReference image = ImageReference.Parse("registry.example/app:latest");

        Assert.IsTrue(read.Accepts(image, "registry.example/app:latest"));
        Assert.IsFalse(read.Accepts(image, "registry.example/app"));
        Assert.IsFalse(read.Accepts(image, "registry.example/app:v1"));
        Assert.IsFalse(read.Accepts(image, "registry.example/other:latest"));
    }
}
