using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Auditing;

/// <summary>Reads a log from beginning to end, and finds the first line that breaks the chain.</summary>
internal static class AuditVerifier
{
    /// <summary>The facts of an intact log.</summary>
    /// <param name="Entries">Its lines, 1 or more.</param>
    /// <param name="Last">The digest of the last.</param>
    /// <param name="Holds">True if the requested digest is among them.</param>
    public sealed record Verified(long Entries, Digest? Last, bool Holds);

    // A line is one write, but a reader may see its beginning before its end.
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Verifies.</summary>
    /// <param name="path">The log.</param>
    /// <param name="wanted">The digest of a line that the log must contain; null for none.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <param name="clock">Measures the wait for the end of a line that a run is writing; null for the system's clock.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BrokenAuditLog"/>, with the line; 3xxx: the file.</exception>
    public static async Task<Verified> VerifyAsync(
        string path, Digest? wanted, CancellationToken cancellationToken, TimeProvider? clock = null)
    {
        // For a folder, the read below fails with a fitting message; the message of this check is about writing.
        if (!Directory.Exists(path))
            AuditLog.RequireFile(path);
        try
        {
            FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                bufferSize: 0, useAsync: true);
            await using (file)
                return await ReadAsync(file, path, wanted, new Polling(s_wait, s_firstPause, s_longestPause, clock), cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static async Task<Verified> ReadAsync(
        FileStream file, string path, Digest? wanted, Polling polling, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[2 * AuditLine.MaxBytes];
        (int filled, int count, Digest? last, bool holds) = (0, 0, null, false);
        while (true)
        {
            int read = await file.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            filled += read;
            int start = 0;
            for (int length; (length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
            {
                count++;
                ReadOnlyMemory<byte> line = buffer.AsMemory(start, length);
                if (length > AuditLine.MaxBytes || AuditLine.Read(line) is not { } entry)
                    throw AuditLog.Broken(path, count, "it is not an entry");
                if (entry.Previous != last)
                    throw AuditLog.Broken(path, count,
                        $"it follows {entry.Previous?.ToString() ?? "nothing"}, but the previous line is {last?.ToString() ?? "not there"}");
                if (entry.Sequence != count)
                    throw AuditLog.Broken(path, count, $"it is entry {entry.Sequence}");
                last = Digest.Compute(line.Span);
                holds |= last == wanted;
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled > AuditLine.MaxBytes)
                throw AuditLog.Broken(path, count + 1, "it is longer than any entry");
            if (read == 0 && filled > 0 && await polling.PauseAsync(cancellationToken))
                continue;
            if (read == 0)
                return filled > 0 ? throw AuditLog.Broken(path, count + 1, "it has no end")
                    // An emptied log looks like this.
                    : count == 0 ? throw AuditLog.Broken(path, null, "it has no lines")
                    : new Verified(count, last, holds);
        }
    }
}
