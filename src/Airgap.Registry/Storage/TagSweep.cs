using Airgap.Oci;
using Airgap.Oci.Files;

namespace Airgap.Registry.Storage;

/// <summary>
/// Deletes the tags of removed manifests, in the background and a few at a time, so that other changes of the
/// repository can continue. A killed sweep is repeated: the marks stay until no tag is left.
/// </summary>
internal sealed class TagSweep(StorageLayout layout, RemovalMarks marks, TagStorage tags, RepositoryGates gates) : IDisposable
{
    // The number of tags to move while other changes of the repository wait.
    private const int AtOnce = 64;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _deletion = Task.CompletedTask;

    /// <summary>Schedules a sweep of a repository. The next sweep retries what failed.</summary>
    public void Begin(string name) => _ = Task.Run(async () =>
    {
        try
        {
            await RunAsync(name, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException or ObjectDisposedException)
        {
            // The marks stay.
        }
    });

    /// <summary>
    /// Sweeps a repository. Sweeps run one after the other, so no manifest reappears while its tags are cleared, and
    /// each sweep handles all present marks: many simultaneous removals cost one or two passes over the tags.
    /// </summary>
    public async Task RunAsync(string name, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _turn.WaitAsync(either.Token);
        string trash = Path.Combine(layout.Temporary, $"{StorageLayout.DeletedPrefix}{Guid.NewGuid():N}");
        try
        {
            List<Digest> marked = marks.Of(name);
            if (marked.Count == 0)
                return;
            await Task.Run(() => Sweep(name, [.. marked], trash, either.Token), either.Token);

            // No caller waits for this, the slowest step.
            _deletion = Task.WhenAll(_deletion, Task.Run(() => DeleteTrash(trash), CancellationToken.None));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops a running sweep; the next run of the registry continues it.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _turn.Wait();
        _deletion.Wait();
        _stopping.Dispose();
        _turn.Dispose();
    }

    private void Sweep(string name, HashSet<Digest> marked, string trash, CancellationToken cancellationToken)
    {
        foreach (string[] some in tags.PointingAt(name, marked).Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            gates.Remove(name, () => Clear(name, some, trash));
        }

        // A mark must not disappear from the disk before the tags.
        if (Directory.Exists(layout.Tags(name)))
            DiskSync.Current.FlushFolder(layout.Tags(name));
        foreach (Digest digest in marked)
            marks.Drop(name, digest);
    }

    // A tag may have been set again since it was found, to another manifest.
    private bool Clear(string name, string[] some, string trash)
    {
        foreach (string tag in some)
        {
            // A purge may delete the trash folder between its creation and the move.
            while (tags.IsGone(name, tag))
                tags.MoveAway(name, tag, trash);
        }

        return true;
    }

    // The next run deletes what is left when the registry stops.
    private void DeleteTrash(string trash)
    {
        if (!Directory.Exists(trash))
            return;
        foreach (string folder in Directory.EnumerateDirectories(trash).TakeWhile(_ => !_stopping.IsCancellationRequested))
            TagStorage.DeleteQuietly(folder);
        if (!_stopping.IsCancellationRequested)
            TagStorage.DeleteQuietly(trash);
    }
}
