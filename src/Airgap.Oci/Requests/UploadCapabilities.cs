using System.Collections.Concurrent;

namespace Airgap.Oci.Requests;

/// <summary>
/// The known upload behaviour of one registry: what the upload of one blob has shown need not be found out again for the others.
/// </summary>
/// <param name="limit">The bytes per second that this client keeps to; null for no limit.</param>
internal sealed class UploadCapabilities(long? limit = null)
{
    // In a repository without tags, a blob can only be left by an interrupted run.
    private const int MostQuestionsWhereEmpty = 3;

    private readonly ConcurrentDictionary<string, bool> _empty = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, Digest), bool> _absent = new();
    private readonly ConcurrentDictionary<string, bool> _unmountable = new(StringComparer.Ordinal);
    private volatile bool _refusesMounts;
    private long _largestBody = long.MaxValue;
    private int _refused;
    private int _tells;
    private int _questionsWhereEmpty;
    private Uploaded? _uploaded;

    /// <summary>The rate at which it accepts bytes.</summary>
    public UploadRate Rate { get; } = new(limit);

    /// <summary>The forms that were refused before another was accepted.</summary>
    public UploadForms Refused => (UploadForms)Volatile.Read(ref _refused);

    /// <summary>Half of the smallest body that was too large, in bytes; long.MaxValue when none was.</summary>
    public long LargestBody => Interlocked.Read(ref _largestBody);

    /// <summary>
    /// Whether a POST that mounts a blob from its own repository finds a present blob. Null until observed: a registry
    /// without mounts (Amazon's) opens an upload for every blob, and the same answer means that a blob is missing
    /// elsewhere.
    /// </summary>
    public bool? TellsPresence => Volatile.Read(ref _tells) is var tells && tells == 0 ? null : tells > 0;

    /// <summary>Records an observation. A blob found by a POST settles it.</summary>
    public void NotePresence(bool tells)
    {
        if (tells)
            Volatile.Write(ref _tells, 1);
        else
            Interlocked.CompareExchange(ref _tells, -1, 0);
    }

    /// <summary>Records that a mount was refused but a plain POST was accepted.</summary>
    /// <param name="source">The repository to mount from.</param>
    /// <param name="status">The refusal's status, or 0. A status about rights or content concerns only the source, any
    /// other concerns all mounts.</param>
    public void NoteMountRefused(string source, int status)
    {
        if (status is 0 or 401 or 403 or 404)
            _unmountable.TryAdd(source, true);
        else
            _refusesMounts = true;
    }

    /// <summary>False when an earlier refusal predicts that a mount from a repository is refused.</summary>
    public bool SupportsMounts(string source) => !_refusesMounts && !_unmountable.ContainsKey(source);

    /// <summary>Records that a repository has no tag.</summary>
    public void NoteEmpty(string repository) => _empty.TryAdd(repository, true);

    /// <summary>Records that the registry's own service reported that a repository lacks a blob.</summary>
    public void NoteAbsent(string repository, Digest digest) => _absent.TryAdd((repository, digest), true);

    /// <summary>True, once, for a blob that is known to be absent, so that no request is needed.</summary>
    public bool TakeAbsent(string repository, Digest digest) => _absent.TryRemove((repository, digest), out _);

    /// <summary>True if checking a repository for a blob is worth a request.</summary>
    public bool IsWorthAsking(string repository) =>
        !_empty.ContainsKey(repository) || Interlocked.Increment(ref _questionsWhereEmpty) <= MostQuestionsWhereEmpty;

    /// <summary>Records a blob that is certain to be there, because it was just sent.</summary>
    public void NoteUploaded(string repository, Digest digest)
    {
        if (TellsPresence is null)
            Volatile.Write(ref _uploaded, new Uploaded(repository, digest));
    }

    /// <summary>
    /// Returns to one caller a blob that the repository is certain to have, to test whether a POST finds it; null when
    /// there is none, or another caller has it.
    /// </summary>
    public Digest? TakeUploaded(string repository) =>
        Volatile.Read(ref _uploaded) is { } uploaded && uploaded.Repository == repository
            && Interlocked.CompareExchange(ref _uploaded, null, uploaded) == uploaded
            ? uploaded.Digest
            : null;

    /// <summary>Records forms that were refused before another was accepted.</summary>
    public void NoteRefused(UploadForms forms)
    {
        if (forms != UploadForms.None)
            Interlocked.Or(ref _refused, (int)forms);
    }

    /// <summary>Records a body that was refused for its length.</summary>
    public void NoteTooLarge(long bytes)
    {
        long half = Math.Max(1, bytes / 2);
        for (long known = LargestBody; half < known;)
        {
            long seen = Interlocked.CompareExchange(ref _largestBody, half, known);
            if (seen == known)
                return;
            known = seen;
        }
    }

    private sealed record Uploaded(string Repository, Digest Digest);
}
