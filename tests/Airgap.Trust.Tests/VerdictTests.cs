using System.Text;
using Airgap.Oci.Naming;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Policies;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests;

/// <summary>Every case with keys: our verdict is cosign's and skopeo's, or differs for a reason given here.</summary>
[TestClass]
public sealed class VerdictTests
{
    [TestMethod]
    public async Task Classic_AsCosign()
    {
        Expectations expectations = new(
        [
            new("cosign", false, "cosign looks at no media type of a layer; without it anything would be read as a payload.", "media-type"),
            new("cosign", false, "The payload's type says what is signed, and nobody writes another.", "type-atomic", "type-missing"),
            new("cosign", false, "Go ignores the case of fields; the field is 'docker-manifest-digest'.", "key-upper-case"),
            new("cosign", false, "Of two equal fields one reader takes the first and another the last.", "duplicate-key"),
            new("cosign", false, "What is critical has to be known.", "unknown-critical"),
            new("cosign", false, "The tag of a signature is an image manifest.", "sig-is-index"),
        ]);
        foreach (TrustCase one in TrustFixtures.Cases("classic"))
            expectations.Take(one, await VerifyAsync(one, new StorageStore(one.Text("repo")!)),
                tool => tool is "cosign 2.5" or "cosign 3.1");
        expectations.AssertAll(92);
    }

    [TestMethod]
    public async Task Elsewhere_IsAccepted_WhereThatRepositoryIsAsked()
    {
        TrustCase one = TrustFixtures.Cases("classic").Single(one => one.Id == "odd/elsewhere");

        Assert.IsTrue((await VerifyAsync(one, new StorageStore(one.Text("repository")!))).IsAccepted);
    }

    [TestMethod]
    [DataRow("matchRepository")]
    [DataRow(null)]
    public async Task Classic_AsSkopeo(string? identity)
    {
        Expectations expectations = new(identity is null
            ? []
            : [
                new("skopeo", true, "Docker's media types of the signature's manifest change nothing of what is signed.",
                    "docker-media-types"),
                new("skopeo", false, "A payload of another size than its descriptor says is not read.", "size-lies"),
                new("skopeo", true, "skopeo judges the children that it copies, and never the index's own signature.", "index-only"),
                new("skopeo", false, "skopeo judges the children that it copies, and never the index's own signature.", "children-only"),
            ]);
        foreach (TrustCase one in TrustFixtures.Cases("classic").Where(one => one.Text("kind") is null))
        {
            string key = Convert.ToBase64String(TrustFixtures.Bytes($"keys/{one.Text("key")}.pub"));
            string signed = identity is null ? "" : $$""","signedIdentity":{"type":"{{identity}}"}""";
            byte[] policy = Encoding.UTF8.GetBytes($$"""{"default":[{"type":"sigstoreSigned","keyData":"{{key}}"{{signed}}}]}""");
            PolicyVerifier judge = new(
                ContainersPolicy.Read(policy, "p", _ => []), new StorageStore(one.Text("repo")!), TimeProvider.System);
            Verdict verdict = await judge.VerifyAsync(ImageOf(one), one.Digest, TestContext.CancellationToken);
            expectations.Take(one, verdict,
                tool => tool.StartsWith("skopeo", StringComparison.Ordinal)
                && tool.Contains("default", StringComparison.Ordinal) == identity is null, isExpected: false);
        }

        expectations.AssertAll(80);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task EveryBundle_IsJudgedAsByCosign(bool hasApi)
    {
        Expectations expectations = new(
        [
            new("cosign 2.5 (looks", true, "cosign 2.5 knows no bundles of signatures."),
            new("skopeo", true, "skopeo knows no bundles."),
            new("cosign 3.1", true, "cosign 3.1 signs over the curve's own hash and verifies over SHA-256; we take both.", "p384", "p521",
                "p384-sha384", "p384-sha256"),
            new("cosign", true, "cosign 3.1 signs with Ed25519ph, and its own verify does not accept that.", "ed25519", "attested-custom"),
            new("cosign 3.1", true, "A classic signature that fits is one, whatever else lies there.", "bundle-wrong-classic-good"),
            new("cosign 3.1", true, "A bundle of version 0.2 says the same.", "v0.2"),
            new("cosign 3.1", false, "Only the predicate of a signature approves an image.", "predicate-annotation-lies", "predicate-type"),
            .. hasApi ? [
            ] : new Difference[] { new(
                "cosign 3.1", false, "A list of referrers is a hint: the manifest names another subject.", "subject-elsewhere") },
        ]);
        foreach (TrustCase one in TrustFixtures.Cases("bundles"))
        {
            Verdict verdict = await VerifyAsync(one, new StorageStore("trust/bundled", hasApi));
            expectations.Take(one, verdict, tool => !tool.EndsWith(hasApi ? "fallback tag" : "referrers API", StringComparison.Ordinal));
        }

        expectations.AssertAll(46);
    }

    [TestMethod]
    public async Task EveryBlob_IsJudgedAsByCosign()
    {
        Expectations expectations = new(
        [
            new("cosign 2.5 (no --trusted-root)", true, "It asks the internet for a trusted root, which a key does not need."),
            new("cosign", true, "cosign 3.1 signs over the curve's own hash and verifies over SHA-256; we take both.", "p384-cosign31",
                "p521-cosign31", "p384-sha384", "p521-sha512"),
            new("cosign", true, "cosign 3.1 writes no digest for Ed25519, and its own verify-blob wants one.", "ed25519-cosign31"),
            new("sigstore-js", true, "sigstore-js verifies Ed25519 otherwise than cosign signs.", "ed25519-cosign25", "ed25519-pure"),
            new("sigstore-js", true, "The digest in the bundle only has to be the file's.", "digest-sha512"),
            new("sigstore-js", true, "The same two numbers, without DER.", "p1363"),
            new("sigstore-js", false, "RSA is over SHA-256, as cosign has it.", "rsa3072-sha512"),
            new("sigstore-js", false, "A field that is not known may change what the others mean.", "unknown-field"),
            new("sigstore-js", false, "There is no version 0.4.", "media-type-v0.4"),
            new("sigstore-js", false, "A bundle holds one content.", "both-contents"),
            new("", false, "A digest that lies is no accident, though nobody signed it.", "digest-lies"),
            new("", false, "Forms that no tool writes: a number for an algorithm, none at all, other names, another base64.",
                "digest-algorithm-number", "digest-no-algorithm", "snake-case", "base64-url"),
        ]);
        SignedBytes archive = await SignedFile.ReadAsync(
            Path.Combine(TrustFixtures.Root, "blob", "archive.tar"), TestContext.CancellationToken);
        foreach (TrustCase one in TrustFixtures.Cases("blobs"))
        {
            byte[] bundle = TrustFixtures.Bytes($"blob/{one.Text("file")}");
            expectations.Take(one, FileVerifier.Verify(
                archive, bundle, "archive.tar", [TrustFixtures.Key(one.Text("key")!)], null, DateTimeOffset.UtcNow));
        }

        expectations.AssertAll(46);
    }

    [TestMethod]
    public void ABundleWithoutADigest_IsOfItsFileAlone()
    {
        byte[] bundle = TrustFixtures.Bytes("blob/golden/ed25519.cosign31.sigstore.json");

        Verdict verdict = FileVerifier.Verify(
            SignedBytes.Of("another file"u8.ToArray()), bundle, "other", [TrustFixtures.Key("ed25519")], null, DateTimeOffset.UtcNow);

        Assert.IsFalse(verdict.IsAccepted);
        Assert.Contains("not by the key", verdict.Refusal!.Message);
    }

    public TestContext TestContext { get; set; } = null!;

    private static ImageReference ImageOf(TrustCase one) =>
        ImageReference.Parse(
            $"registry.local:5055/{one.Text("repo")}{(one.Text("tag") is { Length: > 0 } tag ? ":" + tag : "@" + one.Digest)}");

    private Task<Verdict> VerifyAsync(TrustCase one, StorageStore store)
    {
        bool isAttestation = one.Text("kind")?.EndsWith("attestation", StringComparison.Ordinal) == true;
        SignatureDemand demand = new()
        {
            AnyOf = [TrustFixtures.Key(one.Text("key")!)],
            Predicate = isAttestation ? PredicateTypes.Of(one.Text("type")!) : null,
            Annotations = one.Annotations,
        };
        return new ImageVerifier(store, TimeProvider.System).VerifyAsync(one.Digest, one.Id, demand, TestContext.CancellationToken);
    }
}
