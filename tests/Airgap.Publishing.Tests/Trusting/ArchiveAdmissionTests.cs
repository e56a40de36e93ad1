using System.Collections.Immutable;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Publishing.Signing;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Archives.Parts;
using Airgap.Trust.Keys;
using Airgap.Trust.Signers;
using Airgap.Trust.Signing;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>Each check of an archive's signature is compared with the bytes that were read.</summary>
[TestClass]
public sealed class ArchiveAdmissionTests
{
    private readonly TempFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Cancelled => TestContext.CancellationToken;

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("p256")]
    [DataRow("ed25519")]
    public async Task AnArchive_IsTheSignedOne(string name)
    {
        await WriteAsync("a.tar", "archive"u8.ToArray(), name);

        Assert.AreEqual(SignedStorage.Key(name), (await VerifyAsync("a.tar", By(name))).Signer);
        File.WriteAllText(_folder["a.tar"], "another");
        await RefusedAsync("a.tar", "", By(name));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [DataRow("a.tar")]
    [DataRow("b.tar.parts.json")]
    [DataRow("b.tar.001")]
    public async Task AReplacedFile_IsRefused(string replaced)
    {
        await WriteAsync("a.tar", "archive"u8.ToArray(), "p256");
        await WritePartsAsync("b.tar", "p256");
        string archive = replaced[..5];
        Meanwhile same = new(By("p256"), () => { });
        Meanwhile swap = new(By("p256"), () =>
        {
            // The same bytes in another file: only the file's identity differs.
            byte[] bytes = File.ReadAllBytes(_folder[replaced]);
            File.WriteAllBytes(_folder["new"], bytes);
            File.Move(_folder["new"], _folder[replaced], overwrite: true);
        });

        await VerifyAsync(archive, same);
        if (replaced.EndsWith("001", StringComparison.Ordinal))
            await VerifyAsync(archive, swap); // Not read yet: what is hashed afterwards is what is judged.
        else
            await RefusedAsync(archive, "was replaced while it was read", swap);
    }

    [TestMethod]
    public async Task APart_IsTheOneThatTheSignedListNames()
    {
        await WritePartsAsync("b.tar", "p256");
        byte[] bytes = File.ReadAllBytes(_folder["b.tar.002"]);
        // Changes the middle of the part, since its ends are checked before.
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_folder["b.tar.002"], bytes);

        await RefusedAsync("b.tar", "b.tar.002' is not the one that the signed list names", By("p256"));
    }

    /// <summary>Each part is also signed, but that does not make an unsigned list valid.</summary>
    [TestMethod]
    public async Task AListThatIsNotSigned_IsRefused()
    {
        await WritePartsAsync("b.tar", "p256");
        File.Delete(_folder["b.tar.parts.json.sigstore.json"]);

        await RefusedAsync("b.tar", "is not signed", By("p256"));
    }

    /// <summary>
    /// A document's statement names images besides the document; it approves no archive, and an archive's statement approves no document.
    /// </summary>
    [TestMethod]
    public async Task AStatementOfAnotherKind_ApprovesNoArchive()
    {
        byte[] bytes = "archive"u8.ToArray();
        File.WriteAllBytes(_folder["a.tar"], bytes);
        using SigningKey key = Private("ed25519");
        foreach (string type in new[] { RelocationStatement.PredicateType, Airgap.Trust.Envelopes.Statement.CosignSignature })
        {
            await SignatureFile.StateAsync(
                _folder["a.tar"], StatementWriter.Write([new("a.tar", Digest.Compute(bytes))], type, predicate: null), key, Cancelled);
            await RefusedAsync("a.tar", $"of the type '{type}'", By("ed25519"));
        }

        // Signing the archive then replaces the statement that approves nothing.
        await SignatureFile.SignAsync(_folder["a.tar"], new HashedBytes(SHA256.HashData(bytes)), key, Cancelled);
        await VerifyAsync("a.tar", By("ed25519"));
        File.Copy(_folder["a.tar"], _folder["receipt.json"]);
        File.Copy(_folder["a.tar.sigstore.json"], _folder["receipt.json.sigstore.json"]);
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => BaseAdmission.VerifyAsync([_folder["receipt.json"]], [SignedStorage.Key("ed25519")], [], Cancelled));
        Assert.Contains("of the type", refused.Message);
    }

    private async Task WriteAsync(string name, byte[] bytes, string key)
    {
        File.WriteAllBytes(_folder[name], bytes);
        using SigningKey signing = Private(key);
        await SignatureFile.SignAsync(_folder[name], new HashedBytes(SHA256.HashData(bytes)), signing, Cancelled);
    }

    private async Task WritePartsAsync(string archive, string key)
    {
        ImmutableArray<PartEntry>.Builder parts = ImmutableArray.CreateBuilder<PartEntry>();
        for (int order = 1; order <= 2; order++)
        {
            byte[] bytes = [.. Enumerable.Repeat((byte)order, 300_000)];
            string name = PartName.Of(archive, order, 2);
            await WriteAsync(name, bytes, key);
            parts.Add(new PartEntry(name, bytes.Length, Digest.Compute(bytes), EndsOf(name)));
        }

        await WriteAsync(PartName.ListOf(archive), [.. new PartList(parts.ToImmutable()).ToJson()], key);
    }

    private Digest EndsOf(string name)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(_folder[name]);
        return PartEnds.Compute(new Airgap.Transfer.Files.OpenFileBytes(file), RandomAccess.GetLength(file));
    }

    private Task<SignedBy> VerifyAsync(string name, Signer signer) =>
        new ArchiveAdmission([signer]).VerifyAsync(_folder[name], [], Cancelled);

    private async Task RefusedAsync(string name, string why, Signer signer)
    {
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => VerifyAsync(name, signer));
        Assert.AreEqual(ErrorCode.ArchiveSignature, refused.Code);
        Assert.Contains(why, refused.Message);
    }

    private static KeySigner By(string name) =>
        new(KeyFile.Read(File.ReadAllBytes(SignedStorage.Key(name)), name), SignedStorage.Key(name), []);

    private static SigningKey Private(string name) =>
        SigningKeyFile.Read(File.ReadAllBytes(Path.ChangeExtension(SignedStorage.Key(name), ".pem")), name, null);

    /// <summary>Runs code at the moment of the verdict: after the signed bytes were hashed.</summary>
    private sealed class Meanwhile(Signer inner, Action act) : Signer
    {
        public override string Name => inner.Name;

        public override SignedBy Verify(Evidence evidence, DateTimeOffset now)
        {
            act();
            return inner.Verify(evidence, now);
        }
    }
}
