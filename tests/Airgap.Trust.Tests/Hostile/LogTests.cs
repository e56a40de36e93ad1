using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Trust.Formats;
using Airgap.Trust.Keys;
using Airgap.Trust.Logs;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Tests.Hostile;

/// <summary>Each required fact of a log entry is removed or falsified once.</summary>
[TestClass]
public sealed class LogTests
{
    private readonly OwnLog _log = new();
    private readonly ECDsa _signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private EntryClaims _claims = null!;
    private LogEntry _entry = null!;

    [TestInitialize]
    public void Begin()
    {
        SignedBytes signed = SignedBytes.Of("what is signed"u8.ToArray());
        byte[] signature = _signer.SignData("what is signed"u8.ToArray(), HashAlgorithmName.SHA256);
        _claims = new EntryClaims(signed, signature, _signer.ExportSubjectPublicKeyInfo(), null);
        string pem = Convert.ToBase64String(Encoding.ASCII.GetBytes(_signer.ExportSubjectPublicKeyInfoPem()));
        _entry = _log.Entry(Encoding.UTF8.GetBytes(
            $$$"""{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256","value":"{{{Convert.ToHexStringLower(SHA256.HashData("what is signed"u8))}}}"}},"signature":{"content":"{{{Convert.ToBase64String(signature)}}}","publicKey":{"content":"{{{pem}}}"} } } }"""));
    }

    [TestCleanup]
    public void End()
    {
        _log.Dispose();
        _signer.Dispose();
    }

    [TestMethod]
    public void AnEntryWithPromiseAndProof_Counts()
    {
        (LogKey log, DateTimeOffset? time) = Verify(_entry);

        Assert.AreSame(_log.Key, log);
        Assert.AreEqual(DateTimeOffset.FromUnixTimeSeconds(OwnLog.Time), time);
    }

    [TestMethod]
    public void AnEntryWithEither_CountsWhereTheFormDemandsNoMore()
    {
        Assert.IsNotNull(Verify(_entry with { Proof = null }, needsProof: false).Time);
        Assert.IsNull(Verify(_entry with { Promise = null }, needsPromise: false).Time);
    }

    [TestMethod]
    public void ALogThatNobodyTrusts_IsNone()
    {
        using OwnLog other = new();
        Refused(_entry with { LogId = other.Key.Id }, "does not list");
        Refused(_entry, "does not list", logs: []);
        Refused(_entry, "does not list", logs: [_log.Key with { Key = null }]);
    }

    [TestMethod]
    public void AMissingPart_IsMissed()
    {
        Refused(_entry with { Promise = null }, "no promise");
        Refused(_entry with { Proof = null }, "no inclusion proof");
        Refused(_entry with { Promise = null, Proof = null }, "no promise", needsPromise: false, needsProof: false);
        Refused(_entry with { Proof = _entry.Proof! with { Checkpoint = null } }, "no checkpoint");
        Refused(_entry with { Promise = null, Proof = _entry.Proof! with { Checkpoint = null } }, "no checkpoint",
            needsPromise: false, needsProof: false);
    }

    [TestMethod]
    public void APromise_IsOfThisEntryAndTime()
    {
        Refused(_entry with { IntegratedTime = OwnLog.Time + 1 }, "promise (SET)");
        Refused(_entry with { Index = 8 }, "promise (SET)");
        foreach (long? time in (long?[])[null, 0, -1, 253402300800])
        {
            LogEntry entry = _entry with { IntegratedTime = time };
            Refused(entry with { Promise = _log.Promise(entry) }, "promise (SET)");
        }
    }

    [TestMethod]
    [DataRow(0, true)]
    [DataRow(-1, false)]
    public void APromise_IsMadeWhileTheLogIsTrusted(int seconds, bool counts)
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(OwnLog.Time);
        LogKey ended = _log.Key with { Validity = new Validity(time.AddDays(-1), time.AddSeconds(seconds)) };
        LogKey begun = _log.Key with { Validity = new Validity(time.AddSeconds(-seconds), null) };

        foreach (LogKey log in (LogKey[])[ended, begun])
        {
            if (counts)
                Assert.IsNotNull(LogVerifier.Verify(_entry, [log], _claims, true, true).Time);
            else
                Refused(_entry, "promise (SET)", logs: [log]);
        }
    }

    [TestMethod]
    public void AProof_LeadsToTheRoot()
    {
        InclusionProof proof = _entry.Proof!;
        Refused(_entry with { Proof = proof with { Index = 1 } }, "does not lead");
        Refused(_entry with { Proof = proof with { Index = -1 } }, "does not lead");
        Refused(_entry with { Proof = proof with { Index = 3 } }, "does not lead");
        Refused(_entry with { Proof = proof with { TreeSize = 2 } }, "does not lead");
        Refused(_entry with { Proof = proof with { Hashes = [] } }, "does not lead");
        Refused(_entry with { Proof = proof with { Hashes = [.. proof.Hashes, new byte[32]] } }, "does not lead");
        Refused(_entry with { Proof = proof with { Hashes = [proof.Hashes[0][..31]] } }, "does not lead");
        Refused(_entry with { Proof = proof with { RootHash = new byte[32] } }, "does not lead");
    }

    // If the following bytes continue a node, a node of another length has the same hash: only the length differs.
    [TestMethod]
    public void ANodeOfAnotherLength_IsNone()
    {
        byte[] beside = [.. new byte[40]];
        byte[] root = OwnLog.Node(beside, OwnLog.Leaf(_entry.Body));
        Assert.IsFalse(MerkleTree.Includes(new InclusionProof(1, 2, root, [beside], null), _entry.Body));
        byte[] right = [.. new byte[32]];
        Assert.IsTrue(MerkleTree.Includes(
            new InclusionProof(1, 2, OwnLog.Node(right, OwnLog.Leaf(_entry.Body)), [right], null), _entry.Body));
    }

    [TestMethod]
    public void ACheckpoint_IsOfThisTreeAndLog()
    {
        byte[] root = _entry.Proof!.RootHash;
        using OwnLog other = new();
        Refused(WithCheckpoint(_log.Checkpoint(4, root)), "another tree");
        Refused(WithCheckpoint(_log.Checkpoint(3, new byte[32])), "another tree");
        Refused(WithCheckpoint(_log.Checkpoint(3, root, hint: [1, 2, 3, 4])), "not the log's");
        Refused(WithCheckpoint(other.Checkpoint(3, root, hint: _log.Key.Id[..4])), "not the log's");
        Refused(WithCheckpoint(_log.Checkpoint(3, root[..31])), "not the log's");
        Refused(WithCheckpoint(_log.Checkpoint(3, root).Replace("\n3\n", "\n03\n", StringComparison.Ordinal)), "not the log's");
        Refused(WithCheckpoint(_log.Checkpoint(3, root).Replace("\n\n", "\n", StringComparison.Ordinal)), "not the log's");
        Refused(WithCheckpoint(_log.Checkpoint(3, root).Replace('\u2014', '-')), "not the log's");
        Refused(WithCheckpoint(_log.Checkpoint(3, root) + new string('x', 70_000)), "not the log's");
    }

    [TestMethod]
    public void ACheckpoint_IsReadToItsEnd_AndNoSignatureOfTheLogIsWrong()
    {
        string good = _log.Checkpoint(3, _entry.Proof!.RootHash);
        string own = good[good.IndexOf('\u2014')..];
        string wrong = _log.Checkpoint(4, new byte[32]);
        wrong = wrong[wrong.IndexOf('\u2014')..];
        const string witness = "\u2014 witness AAAAAAA=\n";

        Assert.IsNotNull(Verify(WithCheckpoint(good + witness)).Time);
        Assert.IsNotNull(Verify(WithCheckpoint(good.Replace("\n\n", "\n\n" + witness, StringComparison.Ordinal))).Time);
        Assert.IsNotNull(Verify(WithCheckpoint(good + own)).Time);
        foreach (string bad in (string[])[
            good + wrong, good.Replace("\n\n", "\n\n" + wrong, StringComparison.Ordinal), good + "\n", good[..^1], good + "more\n",
            good.Replace("\n\n", "\n\nmore\n", StringComparison.Ordinal), good + "\n" + own,
            good.Replace("\n", "\r\n", StringComparison.Ordinal),
            _log.Checkpoint(3, _entry.Proof!.RootHash, more: "\u0001\n")])
            Refused(WithCheckpoint(bad), "not the log's");
    }

    [TestMethod]
    public void TheTextOfACheckpoint_EndsAtTheLastEmptyLine() =>
        Assert.IsNotNull(Verify(WithCheckpoint(_log.Checkpoint(3, _entry.Proof!.RootHash, more: "\nmore\n"))).Time);

    // Rekor 1, whose origin ends with the tree's number, is known by its key alone.
    [TestMethod]
    [DataRow("other.example - 9", "other.example", OwnLog.Name, true)]
    [DataRow("log.example - 9", "log.example", "", true)]
    [DataRow("log.example", "log.example", OwnLog.Name, true)]
    [DataRow("log.example", "log.example", "", false)]
    [DataRow("log.example", "log.example", "other.example", false)]
    [DataRow("log.example", "other.example", OwnLog.Name, false)]
    [DataRow("other.example", "log.example", OwnLog.Name, false)]
    [DataRow("other.example", "other.example", OwnLog.Name, false)]
    [DataRow("other.example - ", "log.example", OwnLog.Name, false)]
    [DataRow("other.example - 1a", "log.example", OwnLog.Name, false)]
    [DataRow(" - 1", "log.example", OwnLog.Name, false)]
    [DataRow("", "log.example", "", false)]
    [DataRow("log.example - 9", "log+example", OwnLog.Name, false)]
    [DataRow("log.example - 9", "log\u00a0example", OwnLog.Name, false)]
    public void TheNameOfALog_CountsBehindRekor1(string origin, string name, string host, bool counts)
    {
        LogEntry entry = WithCheckpoint(_log.Checkpoint(3, _entry.Proof!.RootHash, name, origin: origin)) with { Index = 2 };
        entry = entry with { Promise = _log.Promise(entry) };
        LogKey log = _log.Key with { Name = host };

        if (counts)
            Assert.IsNotNull(LogVerifier.Verify(entry, [log], _claims, true, true).Time);
        else
            Refused(entry, "not the log's", logs: [log]);
    }

    // The entry's index is 7 in the log, and 2 in its tree.
    [TestMethod]
    public void BehindRekor1_ALogHasOneTree()
    {
        Assert.IsNotNull(Verify(_entry).Time);
        Refused(WithCheckpoint(_log.Checkpoint(3, _entry.Proof!.RootHash, origin: OwnLog.Name)), "for another index");
    }

    // Of C2SP: the id of a key of Ed25519 is one of its name, too.
    [TestMethod]
    public void TheHintOfEd25519_IsOfTheName()
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(one => (byte)one)];
        VerificationKey ed = VerificationKey.Read(
            Convert.FromHexString("302a300506032b6570032100" + Convert.ToHexString(key)), Format.Signature("The key"));

        Assert.AreSequenceEqual(SHA256.HashData([.. "log.example\n\u0001"u8, .. key]), ed.NoteId("log.example"));
        Assert.AreSequenceEqual(_log.Key.Id, _log.Key.Key!.NoteId("log.example"));
    }

    [TestMethod]
    public void AnEntryOfAnotherSignature_IsNone()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        EntryClaims claims = _claims;
        foreach (EntryClaims lie in (EntryClaims[])[
            claims with { Signed = SignedBytes.Of("other bytes"u8.ToArray()) },
            claims with { Signature = [1, 2, 3] },
            claims with { Verifier = other.ExportSubjectPublicKeyInfo() }])
        {
            _claims = lie;
            Refused(_entry, "another signature");
        }
    }

    private LogEntry WithCheckpoint(string checkpoint) => _entry with { Proof = _entry.Proof! with { Checkpoint = checkpoint } };

    private (LogKey Log, DateTimeOffset? Time) Verify(LogEntry entry, bool needsPromise = true, bool needsProof = true) =>
        LogVerifier.Verify(entry, [_log.Key], _claims, needsPromise, needsProof);

    private void Refused(LogEntry entry, string why, bool needsPromise = true, bool needsProof = true, IReadOnlyList<LogKey>? logs = null)
    {
        AirgapException failure =
            Assert.ThrowsExactly<AirgapException>(() => LogVerifier.Verify(entry, logs ?? [_log.Key], _claims, needsPromise, needsProof));
        Assert.AreEqual(ErrorCode.SignatureRejected, failure.Code);
        Assert.Contains(why, failure.Message);
    }
}
