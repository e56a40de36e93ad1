using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Trust.Envelopes;
using Airgap.Trust.Formats;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;
using Airgap.Trust.Tests.Hostile;
using Airgap.Trust.Verifying;

namespace Airgap.Trust.Tests.Signing;

/// <summary>Signatures are written as by cosign: its fixtures differ only in the signature bytes.</summary>
[TestClass]
public sealed class WriterTests
{
    private static readonly Digest s_image = Digest.Parse("sha256:cc1504e48e482c3a000b8f25ecd0a256a75384d5d5da02709f0af8abff2f4b84");
    private static readonly SigningKey s_key =
        SigningKeyFile.Read(File.ReadAllBytes(Path.Combine(Root, "keys", "p256.pem")), "p256.pem", null);

    private static string Root => Path.Combine(Fixtures.Root, "trust");

    private static KeySigner Mine => new(s_key.Public, "p256", []);

    private static string Text(string name) => File.ReadAllText(Path.Combine(Root, name));

    [TestMethod]
    public async Task TheBundleOfAnArchive_IsCosigns()
    {
        byte[] hash = SHA256.HashData(File.ReadAllBytes(Path.Combine(Root, "blob", "archive.tar")));

        byte[] bundle = await BundleWriter.OfBytesAsync(s_key, new HashedBytes(hash), default);

        JsonNode ours = JsonNode.Parse(bundle)!;
        JsonNode theirs = JsonNode.Parse(Text("blob/made/full.sigstore.json"))!;
        theirs["messageSignature"]!["signature"] = ours["messageSignature"]!["signature"]!.GetValue<string>();
        Assert.AreEqual(theirs.ToJsonString(), ours.ToJsonString());
        Assert.IsTrue(FileVerifier.Verify(new HashedBytes(hash), bundle, "archive.tar", [Mine], null, DateTimeOffset.UtcNow).IsAccepted);
        hash[0] ^= 1;
        Assert.IsFalse(FileVerifier.Verify(new HashedBytes(hash), bundle, "archive.tar", [Mine], null, DateTimeOffset.UtcNow).IsAccepted);
    }

    [TestMethod]
    [DataRow("p256.cosign25")]
    [DataRow("p256.cosign31")]
    public void ABundleOfCosign_IsVerified_ByTheHashAlone(string name)
    {
        byte[] hash = SHA256.HashData(File.ReadAllBytes(Path.Combine(Root, "blob", "archive.tar")));

        Assert.IsTrue(FileVerifier.Verify(
            new HashedBytes(hash), File.ReadAllBytes(Path.Combine(Root, $"blob/golden/{name}.sigstore.json")), "archive.tar", [Mine],
            null, DateTimeOffset.UtcNow).IsAccepted);
    }

    /// <summary>
    /// For a file that is not kept in memory, an Ed25519 key verifies only a statement. The error says so, not "not by the key".
    /// </summary>
    [TestMethod]
    public async Task Ed25519_VerifiesAWholeFile_OrAStatementOfItsHash()
    {
        using SigningKey key = SigningKeyFile.Read(File.ReadAllBytes(Path.Combine(Root, "keys", "ed25519.pem")), "ed25519.pem", null);
        KeySigner signer = new(key.Public, "ed25519", []);
        byte[] file = File.ReadAllBytes(Path.Combine(Root, "blob", "archive.tar"));
        HashedBytes hash = new(SHA256.HashData(file));
        byte[] statement = StatementWriter.Write([new("a.tar", Digest.Compute(file))], Statement.FileSignature, predicate: null);
        byte[] stated = await BundleWriter.OfStatementAsync(key, statement, default);
        byte[] whole = await BundleWriter.OfBytesAsync(key, SignedBytes.Of(file), default);

        Assert.IsNull(Judge(hash, stated).Refusal);
        Assert.IsNull(Judge(SignedBytes.Of(file), whole).Refusal);
        Verdict byHash = Judge(hash, whole);
        Assert.AreEqual(ErrorCode.SignatureRejected, byHash.Refusal!.Code);
        Assert.Contains("only the hash of the file is known", byHash.Refusal.Message);
        Assert.DoesNotContain("not by the key", byHash.Refusal.Message);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => BundleWriter.OfBytesAsync(key, hash, default));

        Verdict Judge(SignedBytes content, byte[] bundle) =>
            FileVerifier.Verify(content, bundle, "a.tar", [signer], Statement.FileSignature, DateTimeOffset.UtcNow);
    }

    [TestMethod]
    public async Task AFileThatIsTooLargeForMemory_IsNotSaidToBeByAnotherKey()
    {
        using TempFolder folder = new();
        using SigningKey key = SigningKeyFile.Read(File.ReadAllBytes(Path.Combine(Root, "keys", "ed25519.pem")), "ed25519.pem", null);
        using (FileStream file = File.Create(folder["big"]))
            file.SetLength((256L * 1024 * 1024) + 1);
        SignedFile content = await SignedFile.ReadAsync(folder["big"], default);
        byte[] bundle = File.ReadAllBytes(Path.Combine(Root, "blob/golden/ed25519.cosign25.sigstore.json"));
        string old = JsonNode.Parse(bundle)!["messageSignature"]!["messageDigest"]!["digest"]!.GetValue<string>();
        string text = Encoding.UTF8.GetString(bundle).Replace(
            old, Convert.ToBase64String(content.Hash(HashAlgorithmName.SHA256)), StringComparison.Ordinal);

        Verdict verdict = FileVerifier.Verify(
            content, Encoding.UTF8.GetBytes(text), "big", [new KeySigner(key.Public, "ed25519", [])], null, DateTimeOffset.UtcNow);

        Assert.Contains("too many for an Ed25519 signature", verdict.Refusal!.Message);
    }

    [TestMethod]
    public void ThePayloadAndTheConfig_AreCosigns()
    {
        byte[] payload = ClassicWriter.Payload(RepositoryName.Parse("registry.local:5055/trust/ok"), s_image);

        Assert.AreEqual(Text("bytes/p256.payload.json"), Encoding.UTF8.GetString(payload));
        Assert.AreEqual(Text("bytes/p256.sig-config.json"), Encoding.UTF8.GetString(ClassicWriter.Config([Digest.Compute(payload)])));
    }

    [TestMethod]
    public void TheManifestOfSignatures_IsCosigns_AndKeepsWhatItHad()
    {
        Manifest golden = Manifest.Parse(Encoding.UTF8.GetBytes(Text("bytes/p256.sig-manifest.json")), MediaTypes.OciManifest);
        byte[] signature = Convert.FromBase64String(SignatureManifest.Layers(golden)[0].Annotations["dev.cosignproject.cosign/signature"]);

        Manifest first = ClassicWriter.Add(null, golden.Config!, golden.Layers[0], signature);
        Manifest second = ClassicWriter.Add(first, golden.Config!, golden.Layers[0], [1, 2, 3]);

        Assert.AreEqual(golden.Digest, first.Digest);
        Assert.HasCount(2, SignatureManifest.Layers(second));
        Assert.AreEqual(Convert.ToBase64String(signature),
            SignatureManifest.Layers(second)[0].Annotations["dev.cosignproject.cosign/signature"]);
    }

    [TestMethod]
    public async Task TheStatementOfAnImage_ApprovesIt_AndNoOther()
    {
        byte[] statement = StatementWriter.Write([new StatementWriter.Subject(null, s_image)], Statement.CosignSignature, null);
        byte[] bundle = await BundleWriter.OfStatementAsync(s_key, statement, default);
        SignatureDemand demand = new() { AnyOf = [Mine] };

        Assert.AreEqual(SignedByTest.StatementOf(s_image), Encoding.UTF8.GetString(statement));
        Assert.AreEqual("sigstore bundle", SignatureChecks.Bundle(bundle, s_image, demand, DateTimeOffset.UtcNow).Form);
        Assert.ThrowsExactly<AirgapException>(() => SignatureChecks.Bundle(bundle, Digest.Compute([1]), demand, DateTimeOffset.UtcNow));
    }

    [TestMethod]
    public void TheReferrer_HasWhatCosignWrites()
    {
        Manifest golden = Manifest.Parse(Encoding.UTF8.GetBytes(Text("bytes/bundle.manifest.json")), MediaTypes.OciManifest);

        Manifest ours = ClassicWriter.Referrer(golden.Subject!, golden.Config!, golden.Layers[0], Statement.CosignSignature);

        Assert.AreEqual(golden.Subject, ours.Subject);
        Assert.AreEqual(golden.ArtifactType, ours.ArtifactType);
        JsonNode theirs = JsonNode.Parse(golden.Bytes.Span)!["annotations"]!;
        JsonNode mine = JsonNode.Parse(ours.Bytes.Span)!["annotations"]!;
        Assert.AreEqual(theirs["dev.sigstore.bundle.predicateType"]!.ToString(), mine["dev.sigstore.bundle.predicateType"]!.ToString());
        Assert.AreEqual(theirs["dev.sigstore.bundle.content"]!.ToString(), mine["dev.sigstore.bundle.content"]!.ToString());
    }
}
