using System.Diagnostics.CodeAnalysis;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Planning;

/// <summary>
/// Small blobs by digest: each is read once, from the repository that was asked first. If that repository turns out not
/// to have it, waiting callers ask their own.
/// </summary>
internal sealed class SmallBlobs
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, Known> _known = [];

    /// <summary>The blob: known, being read, or read now.</summary>
    public async Task<MemoryBlobContent> GetOrReadAsync(RepositoryName repository, Digest digest, Func<Task<MemoryBlobContent>> read)
    {
        while (true)
        {
            Known? known;
            lock (_lock)
            {
                if (!_known.TryGetValue(digest, out known))
                    _known.Add(digest, known = new Known(repository, new Lazy<Task<MemoryBlobContent>>(read)));
            }

            try
            {
                return await known.Reading.Value;
            }
            catch (Exception e)
            {
                lock (_lock)
                {
                    if (_known.TryGetValue(digest, out Known? now) && ReferenceEquals(now, known))
                        _known.Remove(digest);
                }

                if (known.Origin == repository || e is not AirgapException { Code: not ErrorCode.Canceled })
                    throw;
            }
        }
    }

    /// <summary>Takes a blob that was read elsewhere.</summary>
    public void TryAdd(Digest digest, MemoryBlobContent content)
    {
        lock (_lock)
            _known.TryAdd(digest, new Known(null, new Lazy<Task<MemoryBlobContent>>(Task.FromResult(content))));
    }

    /// <summary>Finds a blob without waiting for one.</summary>
    public bool TryGet(Digest digest, [NotNullWhen(true)] out MemoryBlobContent? content)
    {
        lock (_lock)
        {
            content = _known.TryGetValue(digest, out Known? known)
                && known.Reading is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? known.Reading.Value.Result : null;
            return content is not null;
        }
    }

    private sealed record Known(RepositoryName? Origin, Lazy<Task<MemoryBlobContent>> Reading);
}
