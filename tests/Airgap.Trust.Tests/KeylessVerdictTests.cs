using Airgap.Oci;
using Airgap.Trust.Certificates;
using Airgap.Trust.Formats;
using Airgap.Trust.Roots;
using Airgap.Trust.Signers;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests;

/// <summary>Every case of a certificate: a private sigstore instance, own authorities, and sigstore's own conformance vectors.</summary>
[TestClass]
public sealed class KeylessVerdictTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task EveryCaseOfAPrivateInstance_IsJudgedAsRecorded()
    {
        Expectations expectations = new(
        [
            new("skopeo", false, "skopeo looks at no promise of a certificate log.", "classic-no-sct", "classic-sct-wrong-key"),
            new("skopeo", true, "The trusted root has the intermediate; skopeo wants it in the signature.", "classic-no-chain"),
            new("skopeo", true, "skopeo reads no timestamps.", "classic-timestamp-only", "certificate-expired-timestamp"),
            new("", false, "Only the predicate of a signature approves an image.", "bundle-predicate-type"),
            new("cosign 3.1", true, "sigstore-go and sigstore-js read version 0.2 too.", "bundle-v0.2"),
        ]);
        foreach (TrustCase one in TrustFixtures.Cases("keyless"))
        {
            SignatureDemand demand = new() { AnyOf = [SignerOf(one)] };
            Verdict verdict = await new ImageVerifier(new StorageStore("trust/keyless"), TimeProvider.System).VerifyAsync(
                one.Digest, one.Id, demand, TestContext.CancellationToken);
            expectations.Take(one, verdict);
        }

        expectations.AssertAll(37);
    }

    [TestMethod]
    public void EveryConformanceVector_IsJudgedAsRecorded()
    {
        Expectations expectations = new(
        [
            new("cosign 2.5", true, "cosign 2.5 knows no Rekor v2, and no extensions of certificate logs."),
            new("cosign 2.5", false, "A digest that lies is no accident, though nobody signed it.", "message-digest-mismatch_fail"),
            new("sigstore-js", false, "A log without a start of its validity is no log of this root.",
                "trust-root-tlog-missing-validity-start_fail"),
        ]);
        foreach (TrustCase one in TrustFixtures.Cases("conformance"))
            expectations.Take(one, Judge(one));
        expectations.AssertAll(59);
    }

    // Vectors without a recorded verdict: their names state it.
    [TestMethod]
    public void VectorsWithoutAVerdict_AreJudgedAsTheirNamesTell()
    {
        HashSet<string> known = [.. TrustFixtures.Cases("conformance").Select(one => Path.GetFileName(one.Text("file")!))];
        string folder = Path.Combine(TrustFixtures.Root, "keyless", "conformance");
        string[] others = [.. Directory.EnumerateFiles(folder, "*.sigstore.json").Where(path => !known.Contains(Path.GetFileName(path)))];
        foreach (string path in others)
        {
            string name = Path.GetFileName(path).Replace(".sigstore.json", "", StringComparison.Ordinal);
            string root = name.StartsWith("rekor2-dsse", StringComparison.Ordinal) ? "keyless/conformance/roots/rekor2-dsse-happy-path.json"
                : name.StartsWith("rekor2", StringComparison.Ordinal) ? "keyless/conformance/roots/rekor2-checkpoint-cosigned.json"
                : name.StartsWith("intoto", StringComparison.Ordinal) ? "keyless/conformance/roots/intoto-expired-certificate_fail.json"
                : "keyless/public-good.trusted_root.json";
            Signer signer = name.StartsWith("managed-key", StringComparison.Ordinal)
                ? TrustFixtures.Key("keyless/conformance/keys/be232253.pub")
                : new CertificateSigner(
                    TrustFixtures.TrustedRoot(root), IdentityPattern.Parse(Beacon),
                    IdentityPattern.Parse("https://token.actions.githubusercontent.com"));
            string artifact = name.StartsWith("intoto", StringComparison.Ordinal)
                ? "keyless/conformance/artifacts/intoto-expired-certificate_fail.txt" : "keyless/conformance/a.txt";
            Verdict verdict = FileVerifier.Verify(
                SignedBytes.Of(TrustFixtures.Bytes(artifact)), File.ReadAllBytes(path), name, [signer], null, DateTimeOffset.UtcNow);
            Assert.AreEqual(!name.EndsWith("_fail", StringComparison.Ordinal), verdict.IsAccepted, $"{name}: {verdict.Refusal?.Message}");
        }

        Assert.HasCount(11, others);
    }

    private const string Beacon =
        "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";

    // The identity and issuer as a user has to give them; if a root has no log, none is required.
    private static Signer SignerOf(TrustCase one)
    {
        TrustedRoot root = TrustFixtures.TrustedRoot();
        IdentityPattern identity = IdentityPattern.Parse(one.Text("identity")!);
        if (one.Text("kind") == "own-pki")
            return new CertificateSigner(
                new TrustedRoot
                {
                    Authorities = root.Authorities,
                    TimestampAuthorities = one.Flag("timestamp") ? root.TimestampAuthorities : []
                }, identity, null, mayBeNow: true);
        if (one.Flag("notlog"))
            root = new TrustedRoot
            {
                Authorities = root.Authorities,
                CertificateLogs = root.CertificateLogs,
                TimestampAuthorities = root.TimestampAuthorities
            };
        return new CertificateSigner(root, identity, IdentityPattern.Parse(one.Text("issuer")!));
    }

    private static Verdict Judge(TrustCase one)
    {
        SignedBytes artifact = SignedBytes.Of(TrustFixtures.Bytes(one.Text("artifact")!));
        try
        {
            Signer signer = one.Text("key") is { } key
                ? TrustFixtures.Key(key)
                : new CertificateSigner(
                    TrustFixtures.TrustedRoot(one.Text("trusted_root")!), IdentityPattern.Parse(one.Text("identity")!),
                    IdentityPattern.Parse(one.Text("issuer")!));
            return FileVerifier.Verify(artifact, TrustFixtures.Bytes(one.Text("file")!), one.Text("artifact")!, [signer], null,
                DateTimeOffset.UtcNow);
        }
        catch (AirgapException e) when (e.Code is ErrorCode.InvalidTrustedRoot or ErrorCode.InvalidTrustKey)
        {
            return new Verdict([], e.ToDiagnostic());
        }
    }
}
