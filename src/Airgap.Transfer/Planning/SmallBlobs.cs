using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Small blobs by digest: each is read once, from the repository that was asked first. If that repository does not have it, waiting callers
/// ask their own.
/// </summary>
internal sealed class SmallBlobs
{
    private readonly SharedTasks<Digest, Reading> _readings = new();

    /// <summary>The blob: already read, being read, or to be read now.</summary>
    public async Task<MemoryBlobContent> GetOrReadAsync(RepositoryName repository, Digest digest, Func<Task<MemoryBlobContent>> read)
    {
        while (true)
        {
            Task<Reading> shared = _readings.GetOrAdd(digest, _ => Reading.OfAsync(repository, read));
            Reading reading = await shared;
            if (reading.Content is { } content)
                return content;
            _readings.Remove(digest, shared);
            if (reading.Origin == repository || reading.Failure!.SourceException is not AirgapException { Code: not ErrorCode.Canceled })
                reading.Failure!.Throw();
        }
    }

    /// <summary>Adds a blob that was read elsewhere.</summary>
    public void TryAdd(Digest digest, MemoryBlobContent content) => _readings.TryAdd(digest, new Reading(null, content, null));

    /// <summary>Finds a blob without waiting for one.</summary>
    public bool TryGet(Digest digest, [NotNullWhen(true)] out MemoryBlobContent? content)
    {
        content = _readings.TryGetResult(digest, out Reading? reading) ? reading.Content : null;
        return content is not null;
    }

    // The result of asking one repository: the blob or a failure.
    private sealed record Reading(RepositoryName? Origin, MemoryBlobContent? Content, ExceptionDispatchInfo? Failure)
    {
        public static async Task<Reading> OfAsync(RepositoryName origin, Func<Task<MemoryBlobContent>> read)
        {
            try
            {
                return new Reading(origin, await read(), null);
            }
            catch (Exception e)
            {
                return new Reading(origin, null, ExceptionDispatchInfo.Capture(e));
            }
        }
    }
}
