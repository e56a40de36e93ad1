using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sessions;

namespace Airgap.Publishing;

/// <summary>
/// Lets one publish of a user at a time write to a destination, over all processes: of two projects in one build that declare the
/// same bundle the second finds all present, and two archives never meet at one path. What else writes to a repository, several at a time,
/// announces itself, so that nothing is removed there meanwhile. The locks stand in the user's own cache folder: other users and machines
/// do not see them.
/// </summary>
/// <param name="folder">Where they are kept; null for a user without such a folder.</param>
/// <param name="limit">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
internal sealed class DestinationLock(string? folder, TimeSpan limit)
{
    private const string Publish = "";
    private const string Use = ".use";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The locks of this user.</summary>
    public static DestinationLock OfUser(TimeSpan limit) => new(UserCache.Find("locks"), limit);

    /// <summary>Waits for the destination, to be the one publish that writes to it.</summary>
    /// <param name="destination">Where the relocation goes.</param>
    /// <param name="observer">Learns at once who holds the destination.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What gives the destination free; null where the machine has no place for a lock, which costs only repeated work.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DestinationInUse"/>: the limit is over.</exception>
    public Task<IDisposable?> AcquireAsync(
        RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken) =>
        AcquireAsync(destination, Publish, isShared: false, observer, cancellationToken);

    /// <summary>
    /// Announces that a relocation writes to a repository, beside others that do. Waits while something is removed there
    /// (<see cref="TakeAloneAsync"/>).
    /// </summary>
    /// <inheritdoc cref="AcquireAsync(RelocationDestination, ITransferObserver, CancellationToken)"/>
    public async Task<IDisposable?> EnterAsync(
        RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken) =>
        destination is RelocationDestination.Repository
            ? await AcquireAsync(destination, Use, isShared: true, observer, cancellationToken) : null;

    /// <summary>Takes a repository for this process alone, while no publish and no other relocation of this user writes to it.</summary>
    /// <inheritdoc cref="AcquireAsync(RelocationDestination, ITransferObserver, CancellationToken)"/>
    public async Task<IDisposable?> TakeAloneAsync(
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
        long started = Stopwatch.GetTimestamp();
        string? told = null;
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
                    if (!isShared)
                        Sign(taken);
                    return taken;
                }
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                observer.Detail($"No lock is kept of {destination}: {e.Message}");
                return null;
            }

            // Those who share a file do not sign it: what stands there is an earlier holder's.
            string holder = kind == Use && !isShared ? "another relocation of this user" : HolderOf(path) ?? "another process";
            string doing = kind == Use && isShared ? "being cleaned up" : "being written";
            if (told != holder)
                observer.Notice($"Waiting for {destination}: it is {doing} by {holder}.");
            told = holder;
            TimeSpan waited = Stopwatch.GetElapsedTime(started);
            if (limit != Timeout.InfiniteTimeSpan && waited >= limit)
                throw TooLong(destination, $"{doing} by {holder}");
            await Task.Delay(limit == Timeout.InfiniteTimeSpan || limit - waited > s_interval
                ? s_interval : limit - waited, cancellationToken);
        }
    }

    private string? PathOf(RelocationDestination destination, string kind)
    {
        if (folder is null)
            return null;
        PrivateFolder.Make(folder);
        // Two paths to one archive are one destination.
        string name = destination is RelocationDestination.Archive archive
            ? OutputTarget.OfFile(archive.Path).Path : destination.ToString()!;
        return Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32] + kind);
    }

    private static void Sign(FileLock taken)
    {
        byte[] text = HolderText.OfThisProcess();
        RandomAccess.SetLength(taken.File.SafeFileHandle, 0);
        RandomAccess.Write(taken.File.SafeFileHandle, text, 0);
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
        limit == TimeSpan.Zero ? "Run it again when that run has ended."
        : $"Wait for that run to end, end it, or allow {AdviceTerms.LockWait}.");

    private sealed class Both(IDisposable first, IDisposable second) : IDisposable
    {
        public void Dispose()
        {
            second.Dispose();
            first.Dispose();
        }
    }
}
