using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sessions;

namespace Airgap.Publishing;

/// <summary>
/// Allows only one publish of a user at a time to write to a destination, across processes: if two projects of a build
/// declare the same bundle, the second finds everything present, and two archives are never written to one path at the
/// same time. Other relocations to a repository share a lock, so that nothing is removed there meanwhile. The locks are
/// in the user's own cache folder: other users and machines do not see them.
/// </summary>
/// <param name="folder">The folder of the locks; null for a user without one.</param>
/// <param name="limit">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
internal sealed class DestinationLock(string? folder, TimeSpan limit)
{
    private const string Publish = "";
    private const string Use = ".use";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The locks of this user.</summary>
    public static DestinationLock OfUser(TimeSpan limit) => new(UserCache.Find("locks"), limit);

    /// <summary>Waits until this publish is the only one that writes to the destination.</summary>
    /// <param name="destination">The destination of the relocation.</param>
    /// <param name="observer">Receives a message about the current holder once it is known who that is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// A handle that releases the destination when disposed; null if the machine has no folder for locks: at worst, publishes then repeat
    /// each other's work.
    /// </returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DestinationInUse"/>: the time limit has
    /// passed.</exception>
    public Task<IDisposable?> AcquireAsync(
        RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken) =>
        AcquireAsync(destination, Publish, isShared: false, observer, cancellationToken);

    /// <summary>
    /// Takes a shared lock for a relocation that writes to a repository. Waits while something is removed there
    /// (<see cref="AcquireExclusiveAsync"/>).
    /// </summary>
    /// <inheritdoc cref="AcquireAsync(RelocationDestination, ITransferObserver, CancellationToken)"/>
    public async Task<IDisposable?> EnterAsync(
        RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken) =>
        destination is RelocationDestination.Repository
            ? await AcquireAsync(destination, Use, isShared: true, observer, cancellationToken) : null;

    /// <summary>
    /// Locks a repository exclusively, so that no publish and no other relocation of this user writes to it.
    /// </summary>
    /// <inheritdoc cref="AcquireAsync(RelocationDestination, ITransferObserver, CancellationToken)"/>
    public async Task<IDisposable?> AcquireExclusiveAsync(
        RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken)
    {
        IDisposable? publish = await AcquireAsync(destination, Publish, isShared: false, observer, cancellationToken);
        if (publish is null)
            return null;
        try
        {
            if (await AcquireAsync(destination, Use, isShared: false, observer, cancellationToken) is { } use)
                return new Both(publish, use);
        }
        catch
        {
            publish.Dispose();
            throw;
        }

        publish.Dispose();
        return null;
    }

    private async Task<IDisposable?> AcquireAsync(
        RelocationDestination destination, string kind, bool isShared, ITransferObserver observer, CancellationToken cancellationToken)
    {
        Polling polling = new(limit, s_interval, s_interval);
        string? told = null;
        string? seen = null;
        while (true)
        {
            string? path = null;
            FileLock? taken;
            try
            {
                path = PathOf(destination, kind);
                if (path is null)
                    return null;
                taken = isShared ? FileLock.TryShare(path, OwnFile.Private) : FileLock.TryTake(path, OwnFile.Private);
                if (taken is not null)
                {
                    return isShared ? taken : new Signed(taken);
                }
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                observer.Detail($"Cannot lock {destination}: {e.Message}");
                return null;
            }

            // Shared holders do not write their name to the file: its content names an earlier holder.
            string holder = kind == Use && !isShared ? "another relocation of this user" : HolderOf(path) ?? "another process";
            string doing = kind == Use && isShared ? "being cleaned up" : "being written";
            // At first the file may still name an earlier holder, or none: a name that stays is the present one's.
            if (seen == holder && told != holder)
                observer.Notice($"Waiting for {destination}: it is {doing} by {told = holder}.");
            seen = holder;
            if (!await polling.PauseAsync(cancellationToken))
                throw TooLong(destination, $"{doing} by {holder}");
        }
    }

    private string? PathOf(RelocationDestination destination, string kind)
    {
        if (folder is null)
            return null;
        PrivateFolder.Make(folder);
        // Two paths to one archive are the same destination.
        string name = destination is RelocationDestination.Archive archive
            ? CacheName.OfFile(archive.Path) : CacheName.Of(destination.ToString()!);
        return Path.Combine(folder, name + kind);
    }

    private static string? HolderOf(string path)
    {
        try
        {
            using FileStream? file = OwnFile.Open(path, FileAccess.Read);
            return file is null ? null : HolderText.Read(file);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            return null;
        }
    }

    private AirgapException TooLong(RelocationDestination destination, string use) => new(
        ErrorCode.DestinationInUse,
        limit == TimeSpan.Zero ? $"{destination} is {use}."
        : $"{destination} was in use for longer than {limit.TotalSeconds:0.###} s: it is {use}.",
        limit == TimeSpan.Zero ? "Run the command again after that run has ended."
        : $"Wait for that run to end, end it, or allow {AdviceTerms.LockWait}.");

    // Names this process in the file while it has the lock.
    private sealed class Signed : IDisposable
    {
        private readonly FileLock _taken;

        public Signed(FileLock taken)
        {
            _taken = taken;
            try
            {
                RandomAccess.SetLength(taken.Handle, 0);
                RandomAccess.Write(taken.Handle, HolderText.OfThisProcess(), 0);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                // A full disk: the lock counts without a name.
            }
        }

        public void Dispose()
        {
            try
            {
                if (!_taken.Handle.IsClosed)
                    RandomAccess.SetLength(_taken.Handle, 0);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                // It names an earlier holder until the next one writes its name.
            }

            _taken.Dispose();
        }
    }

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            second.Dispose();
            first.Dispose();
        }
    }
}
