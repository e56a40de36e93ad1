using System.Collections.Concurrent;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The archives that a run has hashed and found whole: while the system says that one has not changed, it is not hashed again.
/// </summary>
internal sealed class HashedArchives
{
    private readonly ConcurrentDictionary<string, State> _whole = new(StringComparer.Ordinal);

    /// <summary>True if an archive is whole.</summary>
    /// <param name="path">The archive, one file.</param>
    /// <param name="length">The length that a whole one has.</param>
    /// <param name="hashAsync">Hashes it.</param>
    public async Task<bool> IsWholeAsync(string path, long length, Func<Task<bool>> hashAsync)
    {
        State? before = StateOf(path, length);
        if (before is { } known && _whole.TryGetValue(path, out State whole) && whole == known)
            return true;
        if (!await hashAsync())
            return false;
        if (before is { } hashed && StateOf(path, length) == hashed)
            _whole[path] = hashed;
        return true;
    }

    private static State? StateOf(string path, long length)
    {
        try
        {
            FileInfo file = new(path);
            return file.Exists ? new State(length, file.Length, file.LastWriteTimeUtc, FileFacts.Of(path, followsLinks: true)) : null;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }

    private readonly record struct State(long Expected, long Length, DateTime Written, FileFacts Facts);
}
