using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Signatures that are meant to be accepted wrongly, to cause endless work, or to hide a valid one.</summary>
[TestClass]
public sealed class HostileSignatureTests
{
    private static readonly Digest s_image = Digest.Compute("the image"u8);
    private static readonly string s_tag = $"{s_image.Algorithm}-{s_image.Hex}.sig";

    private readonly SignedByTest _signer = new();
    private readonly MemoryStore _store = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void End() => _signer.Dispose();

    [TestMethod]
    public async Task OneGoodSignature_IsEnough_WhateverLiesBesideIt()
    {
        byte[] payload = SignedByTest.Payload(s_image);
        _store.Add(SignedByTest.ManifestOf(
            [_signer.Layer(_store, "rubbish"u8.ToArray()), _signer.Layer(_store, payload, "!"), _signer.Layer(_store, payload)]), s_tag);

        Assert.IsTrue((await VerifyAsync()).IsAccepted);
    }

    [TestMethod]
    public async Task ThousandsOfSignatures_AreReadToABound_WhichIsTold()
    {
        byte[] payload = SignedByTest.Payload(s_image);
        string bad = _signer.Layer(_store, payload, Convert.ToBase64String(new byte[70]));
        _store.Add(SignedByTest.ManifestOf(Enumerable.Repeat(bad, 5000).Append(_signer.Layer(_store, payload))), s_tag);

        Verdict verdict = await VerifyAsync();

        Assert.IsFalse(verdict.IsAccepted);
        Assert.AreEqual(Limits.Signatures, _store.BlobsRead);
        Assert.Contains("5001 signatures, and the first 256", verdict.Refusal!.Message);
    }

    [TestMethod]
    public async Task ThousandsOfReferrers_AreReadToABound_WhichIsTold()
    {
        for (int number = 0; number < 2000; number++)
            _store.Listed.Add(_store.Add(
                SignedByTest.ManifestOf(
                    [
                    ],
                    $$""","subject":{{MemoryStore.Json(new Descriptor(MediaTypes.OciManifest, Digest.Compute(BitConverter.GetBytes(number)), 1))}}""")).Descriptor);

        Verdict verdict = await VerifyAsync();

        Assert.Contains("2000 referrers, and the first 1024", verdict.Refusal!.Message);
        Assert.AreEqual(Limits.Referrers + 1, _store.ManifestsAsked, "those, and cosign's tag");
    }

    /// <summary>Statements of a year's daily scans, in front of the signature: none behind it is fetched.</summary>
    [TestMethod]
    public async Task ASignatureBehindHundredsOfStatements_Counts()
    {
        const string slsa = "https://slsa.dev/provenance/v1";
        for (int day = 0; day < 365; day++)
            Attach(_signer.Bundle(SignedByTest.StatementOf(s_image, slsa) + new string(' ', day)), s_image);
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image)), s_image);
        for (int more = 0; more < 100; more++)
            _store.Listed.Add(new Descriptor(MediaTypes.OciManifest, Digest.Compute(BitConverter.GetBytes(more)), 4));

        Assert.IsTrue((await VerifyAsync()).IsAccepted);
        Assert.AreEqual(366, _store.BlobsRead);
        Assert.IsLessThan(375, _store.ManifestsAsked);
    }

    /// <summary>Of a list that breaks off, nobody can say that it has no signature.</summary>
    [TestMethod]
    public async Task AListThatBreaksOff_IsTold()
    {
        _store.BreaksOff = true;

        Verdict verdict = await VerifyAsync();

        Assert.AreEqual(ErrorCode.SignatureRejected, verdict.Refusal!.Code);
        Assert.Contains("only the first of its referrers", verdict.Refusal.Message);
    }

    [TestMethod]
    public async Task ASignatureOfEndlessSize_IsNotFetched()
    {
        _store.Add(SignedByTest.ManifestOf(
            [MemoryStore.Json(new Descriptor(SimpleSigning.MediaType, s_image, 1L << 40),
                ""","annotations":{"dev.cosignproject.cosign/signature":"AAAA"}""")]), s_tag);

        Assert.Contains("too many for a signature", (await VerifyAsync()).Refusal!.Message);
        Assert.AreEqual(0, _store.BlobsRead);
    }

    [TestMethod]
    public async Task AReferrerOfAnotherImage_IsNone()
    {
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image)), Digest.Compute("another"u8));

        Assert.Contains("names another subject", (await VerifyAsync()).Refusal!.Message);
    }

    [TestMethod]
    public async Task AListThatLeavesTheSignatureOut_IsUnsigned()
    {
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image)), s_image);
        Assert.IsTrue((await VerifyAsync()).IsAccepted);
        _store.Listed.Clear();

        Assert.AreEqual(ErrorCode.SignatureMissing, (await VerifyAsync()).Refusal!.Code);
    }

    [TestMethod]
    public async Task AListedManifestThatIsGone_IsPassedOver()
    {
        _store.Listed.Add(new Descriptor(MediaTypes.OciManifest, Digest.Compute("gone"u8), 4));
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image)), s_image);

        Assert.IsTrue((await VerifyAsync()).IsAccepted);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(0)]
    public async Task ABundle_HasExactlyOneSignature(int signatures)
    {
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image), signatures: signatures), s_image);

        Assert.IsFalse((await VerifyAsync()).IsAccepted);
    }

    // The verdicts of cosign 3.1, and of sigstore-go for the older versions, which cosign reads in files alone.
    [TestMethod]
    [DataRow("application/vnd.dev.sigstore.bundle.v0.3+json", true)]
    [DataRow("application/vnd.dev.sigstore.bundle+json;version=0.3", true)]
    [DataRow("application/vnd.dev.sigstore.bundle.v0.3.1+json", true)]
    [DataRow("application/vnd.dev.sigstore.bundle.v0.3.01+json", false)]
    [DataRow("application/vnd.dev.sigstore.bundle.v0.3.+json", false)]
    [DataRow("application/vnd.dev.sigstore.bundle.v0.4+json", false)]
    [DataRow("application/vnd.dev.sigstore.bundle+json;version=0.2", true)]
    [DataRow("application/vnd.dev.sigstore.bundle+json;version=0.1", true)]
    public async Task AnAttachedBundle_IsOfAKnownVersion_WhateverItsLayerSays(string mediaType, bool counts)
    {
        string json = Encoding.UTF8.GetString(_signer.Bundle(SignedByTest.StatementOf(s_image)));
        byte[] bundle = Encoding.UTF8.GetBytes(json.Replace(SigstoreBundle.MediaType, mediaType, StringComparison.Ordinal));
        Attach(bundle, s_image);
        Assert.AreEqual(counts, (await VerifyAsync()).IsAccepted);
        _store.Listed.Clear();

        Attach(bundle, s_image, mediaType);
        Assert.AreEqual(counts, (await VerifyAsync()).IsAccepted);
    }

    [TestMethod]
    public async Task AnAttachedBundle_IsTheOnlyLayer()
    {
        byte[] bundle = _signer.Bundle(SignedByTest.StatementOf(s_image));
        Attach(bundle, s_image, layers: 2);

        Assert.Contains("exactly one layer", (await VerifyAsync()).Refusal!.Message);
    }

    /// <summary>The components of an SBOM nest deeply.</summary>
    [TestMethod]
    [DataRow(900, true)]
    [DataRow(1100, false)]
    public async Task APredicate_MayNestDeeply(int depth, bool counts)
    {
        string predicate = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image)
            .Replace("\"predicate\":{}", $"\"predicate\":{predicate}", StringComparison.Ordinal)), s_image);

        Verdict verdict = await VerifyAsync();

        Assert.AreEqual(counts, verdict.IsAccepted);
        Assert.AreEqual(counts, verdict.Refusal?.Message.Contains("nested too deeply", StringComparison.Ordinal) != true);
    }

    [TestMethod]
    public async Task AnAttestation_IsNoSignature_AndASignatureNoAttestation()
    {
        const string slsa = "https://slsa.dev/provenance/v1";
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image, slsa)), s_image);

        Assert.IsFalse((await VerifyAsync()).IsAccepted);
        Assert.IsTrue((await VerifyAsync(slsa)).IsAccepted);
        Assert.IsFalse((await VerifyAsync("https://spdx.dev/Document")).IsAccepted);
    }

    [TestMethod]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","_type":"https://in-toto.io/Statement/v1","subject":[SUBJECT],"predicateType":"P"}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","subject":[SUBJECT],"predicateType":"x","predicateType":"P"}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v2","subject":[SUBJECT],"predicateType":"P"}""")]
    [DataRow("""{"subject":[SUBJECT],"predicateType":"P"}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","subject":SUBJECT,"predicateType":"P"}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","subject":[SUBJECT]}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"P"}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","subject":[SUBJECT],"predicateType":"P","PredicateType":"x"}""")]
    [DataRow("""{"_type":"https://in-toto.io/Statement/v1","subject":[SUBJECT],"predicateType":"P","Subject":[]}""")]
    [DataRow("""[]""")]
    public async Task AStatement_IsRead_OneWayOnly(string statement)
    {
        string subject = $$$"""{"digest":{"sha256":"{{{s_image.Hex}}}"}}""";
        Attach(
            _signer.Bundle(statement.Replace("SUBJECT", subject, StringComparison.Ordinal)
                .Replace("\"P\"", $"\"{Statement.CosignSignature}\"", StringComparison.Ordinal)), s_image);

        Assert.IsFalse((await VerifyAsync()).IsAccepted);
    }

    [TestMethod]
    public async Task AnImageOfSha512_IsJudgedByItsBundles()
    {
        Digest image = Digest.FromHash(
            System.Security.Cryptography.HashAlgorithmName.SHA512, System.Security.Cryptography.SHA512.HashData("image"u8));
        Attach(_signer.Bundle(SignedByTest.StatementOf(image)), image);

        Verdict verdict = await new ImageVerifier(_store, TimeProvider.System).VerifyAsync(
            image, "it", new SignatureDemand { AnyOf = [_signer.Signer] }, TestContext.CancellationToken);

        Assert.IsTrue(verdict.IsAccepted);
    }

    [TestMethod]
    public async Task TheMessage_IsPrintable()
    {
        Attach(_signer.Bundle(SignedByTest.StatementOf(s_image, "x\\u001b[2J\\u0007")), s_image);

        Assert.IsFalse((await VerifyAsync()).Refusal!.Message.Any(char.IsControl));
    }

    private void Attach(byte[] bundle, Digest subject, string mediaType = SigstoreBundle.MediaType, int layers = 1)
    {
        Descriptor layer = _store.AddBlob(bundle, mediaType);
        _store.Listed.Add(_store.Add(
            SignedByTest.ManifestOf(
                Enumerable.Repeat(MemoryStore.Json(layer), layers),
                $$""","subject":{{MemoryStore.Json(new Descriptor(MediaTypes.OciManifest, subject, 9))}}""")).Descriptor);
    }

    private Task<Verdict> VerifyAsync(string? predicate = null) =>
        new ImageVerifier(_store, TimeProvider.System).VerifyAsync(
            s_image, "it", new SignatureDemand { AnyOf = [_signer.Signer], Predicate = predicate }, TestContext.CancellationToken);
}
