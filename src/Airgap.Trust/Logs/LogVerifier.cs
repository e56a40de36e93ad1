using Airgap.Trust.Formats;
using Airgap.Trust.Roots;

namespace Airgap.Trust.Logs;

/// <summary>Verifies an entry by the trusted logs: its content, its inclusion and its time.</summary>
internal static class LogVerifier
{
    /// <summary>Verifies one entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="logs">The logs.</param>
    /// <param name="claims">The required statements of the entry.</param>
    /// <param name="needsPromise">True if the form of the signature demands the log's promise.</param>
    /// <param name="needsProof">True if it demands the proof with a checkpoint.</param>
    /// <returns>The log, and the time that it promised; null when it promised none.</returns>
    /// <exception cref="Airgap.Oci.AirgapException">It does not count.</exception>
    public static (LogKey Log, DateTimeOffset? Time) Verify(
        LogEntry entry, IReadOnlyList<LogKey> logs, EntryClaims claims, bool needsPromise, bool needsProof)
    {
        LogKey log = logs.FirstOrDefault(known => known.Id.AsSpan().SequenceEqual(entry.LogId) && known.Key is not null)
            ?? throw Rejection.Of("Its log entry is of a log that the trusted root does not list.");
        if (entry.Promise is null && (needsPromise || entry.Proof is null))
            throw Rejection.Of("Its log entry has no promise of the log (SET).");
        if (entry.Proof is null && needsProof)
            throw Rejection.Of("Its log entry has no inclusion proof.");
        DateTimeOffset? time = null;
        if (entry.Promise is not null && (time = InclusionPromise.Verify(entry, log)) is null)
            throw Rejection.Of("The promise (SET) of its log entry is not the log's.");
        if (entry.Proof is { } proof)
            VerifyProof(entry, proof, log, needsCheckpoint: needsProof);
        if (!EntryBody.Fits(entry, claims))
            throw Rejection.Of("Its log entry is of another signature, certificate or content.");
        return (log, time);
    }

    private static void VerifyProof(LogEntry entry, InclusionProof proof, LogKey log, bool needsCheckpoint)
    {
        if (!MerkleTree.Includes(proof, entry.Body))
            throw Rejection.Of("The inclusion proof of its log entry does not lead to the tree's root.");
        if (proof.Checkpoint is null)
        {
            // Without a checkpoint the root is only claimed; the oldest form relies on the log's promise instead.
            if (needsCheckpoint || entry.Promise is null)
                throw Rejection.Of("The inclusion proof of its log entry has no checkpoint.");
            return;
        }

        Checkpoint checkpoint = Checkpoint.Verify(proof.Checkpoint, log)
            ?? throw Rejection.Of("The checkpoint of its log entry is not the log's.");
        if (checkpoint.Size != proof.TreeSize || !checkpoint.RootHash.AsSpan().SequenceEqual(proof.RootHash))
            throw Rejection.Of("The checkpoint of its log entry belongs to another tree.");
        if (!checkpoint.HasShards && entry.Index != proof.Index)
            throw Rejection.Of("The inclusion proof of its log entry is for another index.");
    }
}
