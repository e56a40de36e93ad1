using System.Collections.Concurrent;

namespace Airgap.Oci.Requests;

/// <summary>How one registry takes uploads, as seen so far: learned from one blob, it spares the others the same refusal.</summary>
internal sealed class UploadManners
{
    // In a repository without tags a blob can only be there from a run that was interrupted.
    private const int MostQuestionsWhereEmpty = 3;

    private readonly ConcurrentDictionary<string, bool> _empty = new(StringComparer.Ordinal);
    private long _largestBody = long.MaxValue;
    private int _refused;
    private int _tells;
    private int _questionsWhereEmpty;
    private Uploaded? _uploaded;

    /// <summary>Forms that were refused where another was taken then.</summary>
    public UploadForms Refused => (UploadForms)Volatile.Read(ref _refused);

    /// <summary>Half of the smallest body that was too large, in bytes; long.MaxValue when none was.</summary>
    public long LargestBody => Interlocked.Read(ref _largestBody);

    /// <summary>
    /// Whether the POST that would mount a blob from its own repository finds one that is there. Null until it was seen: a registry
    /// without mounts (Amazon's) opens an upload for every blob, and the same answer means that a blob is missing elsewhere.
    /// </summary>
    public bool? TellsPresence => Volatile.Read(ref _tells) is var tells && tells == 0 ? null : tells > 0;

    /// <summary>Takes what was seen. A blob that was found by a POST counts for good.</summary>
    public void NotePresence(bool tells)
    {
        if (tells)
            Volatile.Write(ref _tells, 1);
        else
            Interlocked.CompareExchange(ref _tells, -1, 0);
    }

    /// <summary>Takes that a repository has no tag.</summary>
    public void NoteEmpty(string repository) => _empty.TryAdd(repository, true);

    /// <summary>True when it is worth a request to ask a repository for a blob.</summary>
    public bool IsWorthAsking(string repository) => !_empty.ContainsKey(repository) || Interlocked.Increment(ref _questionsWhereEmpty) <= MostQuestionsWhereEmpty;

    /// <summary>Takes a blob that is there for certain, for it was sent just now.</summary>
    public void NoteUploaded(string repository, Digest digest)
    {
        if (TellsPresence is null)
            Volatile.Write(ref _uploaded, new Uploaded(repository, digest));
    }

    /// <summary>Gives a blob of a repository that is there to one caller, who tries with it whether a POST tells so; null when there is none, or somebody does already.</summary>
    public Digest? TakeUploaded(string repository) =>
        Volatile.Read(ref _uploaded) is { } uploaded && uploaded.Repository == repository && Interlocked.CompareExchange(ref _uploaded, null, uploaded) == uploaded
            ? uploaded.Digest
            : null;

    /// <summary>Forms that were refused for what they are, after another was taken.</summary>
    public void NoteRefused(UploadForms forms)
    {
        if (forms != UploadForms.None)
            Interlocked.Or(ref _refused, (int)forms);
    }

    /// <summary>A body that was refused for its length.</summary>
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
