namespace Airgap.Registry.Storage;

/// <summary>
/// Serialises conflicting changes of a repository: content that a manifest refers to stays while the manifest is
/// stored, and two changes of one tag happen one after the other. Readers need no gate, because every change is one
/// rename.
/// </summary>
internal sealed class RepositoryGates : IDisposable
{
    // Two repositories, or two tags, may share a lock; they then wait for each other unnecessarily.
    private readonly ReaderWriterLockSlim[] _repositories = [.. Enumerable.Range(0, 64).Select(_ => new ReaderWriterLockSlim())];
    private readonly Lock[] _tags = [.. Enumerable.Range(0, 256).Select(_ => new Lock())];

    /// <summary>Runs a change that adds to a repository, in parallel with others that add to it.</summary>
    public void Add(string name, string? tag, Action change)
    {
        ReaderWriterLockSlim repository = Of(_repositories, name);
        repository.EnterReadLock();
        try
        {
            if (tag is null)
            {
                change();
                return;
            }

            // A file system may take these for one another.
            lock (Of(_tags, $"{name}:{tag.TrimEnd('.').ToLowerInvariant()}"))
                change();
        }
        finally
        {
            repository.ExitReadLock();
        }
    }

    /// <summary>Runs a change that removes something from a repository, while no other change runs.</summary>
    public bool Remove(string name, Func<bool> change)
    {
        ReaderWriterLockSlim repository = Of(_repositories, name);
        repository.EnterWriteLock();
        try
        {
            return change();
        }
        finally
        {
            repository.ExitWriteLock();
        }
    }

    public void Dispose()
    {
        foreach (ReaderWriterLockSlim repository in _repositories)
            repository.Dispose();
    }

    private static T Of<T>(T[] places, string key) => places[(uint)string.GetHashCode(key, StringComparison.Ordinal) % (uint)places.Length];
}
