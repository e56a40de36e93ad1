using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Auditing;

/// <summary>
/// An append-only audit log: lines of JSON, each with the digest of the previous line. A changed, removed or inserted
/// line breaks the chain; cutting off lines at the end does not, so keep the last digest elsewhere. One process at a
/// time writes, others wait.
/// </summary>
internal static class AuditLog
{
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Checks the log before anything moves.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.BrokenAuditLog"/>: its end is damaged;
    /// <see cref="ErrorCode.AuditLogInUse"/>; 3xxx: the file.</exception>
    public static async Task CheckAsync(string path, CancellationToken cancellationToken)
    {
        RequireFile(path);
        if (!File.Exists(path))
            return;
        using FileLock held = await TakeAsync(path, cancellationToken);
        _ = ReadLast(held.File, path);
    }

    /// <summary>Refuses a device or a pipe, which has no end to read.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.OutputUnsuited"/>.</exception>
    public static void RequireFile(string path)
    {
        if (OutputCheck.OfFile(path).Kind == OutputKind.Stream)
            throw new AirgapException(
                ErrorCode.OutputUnsuited, $"'{path}' is a device or pipe, but a log is read before it is written.", "Name a file.")
            {
                Location = new SourceLocation(path)
            };
    }

    /// <summary>Appends an entry in one write, and flushes it to the disk.</summary>
    /// <returns>The digest of its line.</returns>
    /// <exception cref="AirgapException">As <see cref="CheckAsync"/>.</exception>
    public static async Task<Digest> AppendAsync(string path, AuditEntry entry, CancellationToken cancellationToken)
    {
        bool isNew = !File.Exists(path);
        using FileLock held = await TakeAsync(path, cancellationToken);
        try
        {
            (long sequence, Digest? previous) = ReadLast(held.File, path);
            byte[] line = AuditLine.Write(entry, sequence + 1, previous, DateTimeOffset.UtcNow);
            if (line.Length > AuditLine.MaxBytes)
                line = AuditLine.Write(entry with { From = [], To = [], Roots = [$"{entry.Roots.Count} roots, too many for a line"] },
                    sequence + 1, previous, DateTimeOffset.UtcNow);
            long end = RandomAccess.GetLength(held.File.SafeFileHandle);
            try
            {
                RandomAccess.Write(held.File.SafeFileHandle, (byte[])[.. line, (byte)'\n'], end);
                DiskSync.Current.Flush(held.File.SafeFileHandle, path);
            }
            catch (IOException)
            {
                // Half a line would break the chain for all later lines.
                RandomAccess.SetLength(held.File.SafeFileHandle, end);
                // A log without a line would count as broken. Who waits for this one looks again at what its name refers to.
                if (isNew && end == 0)
                    File.Delete(path);
                throw;
            }

            return Digest.Compute(line);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static async Task<FileLock> TakeAsync(string path, CancellationToken cancellationToken)
    {
        Polling polling = new(s_wait, s_firstPause, s_longestPause);
        try
        {
            do
            {
                if (FileLock.TryTake(path) is { } held)
                    return held;
            }
            while (await polling.PauseAsync(cancellationToken));
            throw new AirgapException(
                ErrorCode.AuditLogInUse, $"Another process has locked the log '{path}' for {s_wait.TotalSeconds:0} seconds.",
                "Run it again after the other has ended, or give each its own log.")
            { Location = new SourceLocation(path) };
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
    }

    private static (long Sequence, Digest? Line) ReadLast(FileStream file, string path)
    {
        long length = RandomAccess.GetLength(file.SafeFileHandle);
        if (length == 0)
            return (0, null);
        byte[] end = new byte[(int)Math.Min(length, AuditLine.MaxBytes + 2)];
        long start = length - end.Length;
        for (int done = 0; done < end.Length;)
        {
            int read = RandomAccess.Read(file.SafeFileHandle, end.AsSpan(done), start + done);
            if (read == 0)
                throw new EndOfStreamException();
            done += read;
        }

        if (end[^1] != '\n')
            throw Broken(path, null, "its last line has no end");
        int before = end.AsSpan(0, end.Length - 1).LastIndexOf((byte)'\n');
        ReadOnlyMemory<byte> line = end.AsMemory(before + 1, end.Length - before - 2);
        return (before < 0 && start > 0 ? null : AuditLine.Read(line)) is { } last
            ? (last.Sequence, Digest.Compute(line.Span))
            : throw Broken(path, null, "its last line is not an entry");
    }

    /// <summary>The failure of a damaged log.</summary>
    /// <param name="path">The log.</param>
    /// <param name="line">The line, from 1; null if unknown.</param>
    /// <param name="why">Why, as the end of a sentence.</param>
    public static AirgapException Broken(string path, int? line, string why) => new(
        ErrorCode.BrokenAuditLog, $"The log '{path}' is broken{(line is { } number ? $" at line {number}" : "")}: {why}.",
        "Keep it unchanged for an investigation, and begin a new one.")
    { Location = line is { } at ? new SourceLocation(path, at) : new SourceLocation(path) };
}
