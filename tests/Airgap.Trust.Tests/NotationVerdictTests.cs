using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Trust.Notation;
using Airgap.Trust.Tests.Cases;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests;

/// <summary>Every case of Notation: our verdict is notation's, or differs for a reason given here.</summary>
[TestClass]
public sealed class NotationVerdictTests
{
    private static readonly RepositoryName s_repository = RepositoryName.Parse("registry.local:5055/trust/notation");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task EveryCase_IsJudgedAsByNotation(bool hasApi)
    {
        Expectations expectations = new(
        [
            new("notation", false, "RFC 7515: a critical header that is not known refuses.", "crit-unknown"),
        ]);
        NotationStore trust = new(Path.Combine(TrustFixtures.Root, "notation", "truststore"));
        foreach (TrustCase one in TrustFixtures.Cases("notation"))
        {
            string name = $"notation/policies/{one.Text("policy")}.json";
            StorageStore store = new("trust/notation", hasApi);
            Manifest image = (await store.FindManifestAsync(one.Digest.ToString(), TestContext.CancellationToken))!;
            NotationVerifier judge = new(NotationPolicy.Read(TrustFixtures.Bytes(name), name), trust, store, TimeProvider.System);
            expectations.Take(one, await judge.VerifyAsync(
                s_repository, image.Descriptor, one.Pairs("metadata"), TestContext.CancellationToken));
        }

        expectations.AssertAll(42);
    }

    // The verdicts of notation-go's own test of this step; another step checks that the certificates lead to a store.
    [TestMethod]
    [DataRow("jwsWithTimestamp", "test-timestamp", true)]
    [DataRow("coseWithTimestamp", "test-timestamp", true)]
    [DataRow("jwsExpiredWithTimestamp", "test-timestamp", true)]
    [DataRow("coseExpiredWithTimestamp", "test-timestamp", true)]
    [DataRow("jwsExpiredWithTimestamp", null, false)]
    [DataRow("coseExpiredWithTimestamp", null, false)]
    [DataRow("jwsWithTimestamp", "test-mismatch", false)]
    [DataRow("coseWithTimestamp", "test-mismatch", false)]
    [DataRow("timestampBeforeNotBefore", "test-timestamp", false)]
    [DataRow("timestampAfterNotAfter", "test-timestamp", false)]
    [DataRow("withoutTimestamp", "test-timestamp", false)]
    public void ATimestamp_CountsOfAKnownStamper_WithinTheValidity(string file, string? stampers, bool isAccepted)
    {
        byte[] bytes = TrustFixtures.Bytes($"notation/public/{file}.sig");
        NotationEnvelope envelope = bytes[0] == '{' ? JwsEnvelope.Read(bytes) : CoseEnvelope.Read(bytes);
        TargetArtifact target = TargetArtifact.Read(envelope.Payload);
        NotationStatement statement = new(
            "s", ["*"], new NotationLevel(false, false, true, true),
            stampers is null ? ["ca:valid-trust-store"] : ["ca:valid-trust-store", $"tsa:{stampers}"], [], true);
        NotationChecks checks = new(
            statement, new NotationStore(Path.Combine(TrustFixtures.Root, "notation", "public", "truststore")), DateTimeOffset.UtcNow);
        Descriptor image = new(target.MediaType, target.Digest, target.Size);
        if (isAccepted)
            Assert.Contains("Revocation was not checked.", checks.Verify(envelope, image, new Dictionary<string, string>()).Skipped);
        else
            Assert.AreEqual(ErrorCode.SignatureRejected,
                Assert.ThrowsExactly<AirgapException>(() => checks.Verify(envelope, image, new Dictionary<string, string>())).Code);
    }
}
