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
/// same bundle the second finds all present, and two archives never meet at one path. The locks stand in the user's own cache folder.
/// </summary>
/// <param name="folder">Where they are kept; null for a user without such a folder.</param>
/// <param name="limit">The longest wait; <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
internal sealed class DestinationLock(string? folder, TimeSpan limit)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The locks of this user.</summary>
    public static DestinationLock OfUser(TimeSpan limit) => new(UserCache.Find("locks"), limit);

    /// <summary>Waits for the destination.</summary>
    /// <param name="destination">Where the relocation goes.</param>
    /// <param name="observer">Learns at once who holds the destination.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What gives the destination free; null where the machine has no place for a lock, which costs only repeated work.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.DestinationInUse"/>: the limit is over.</exception>
    public async Task<IDisposable?> AcquireAsync(RelocationDestination destination, ITransferObserver observer, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        string? told = null;
        while (true)
        {
            string? path = null;
            FileLock? taken;
            try
            {
                path = PathOf(destination);
                if (path is null)
                    return null;
                taken = FileLock.TryTake(path, OwnFile.Private);
                if (taken is not null)
                {
                    Sign(taken);
                    return taken;
                }
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                observer.Detail($"No lock is kept of {destination}: {e.Message}");
                return null;
            }

            string holder = HolderOf(path) ?? "another process";
            if (told != holder)
                observer.Notice($"Waiting for {destination}: it is being written by {holder}.");
            told = holder;
            TimeSpan waited = Stopwatch.GetElapsedTime(started);
            if (limit != Timeout.InfiniteTimeSpan && waited >= limit)
                throw TooLong(destination, holder);
            await Task.Delay(limit == Timeout.InfiniteTimeSpan || limit - waited > s_interval ? s_interval : limit - waited, cancellationToken);
        }
    }

    private string? PathOf(RelocationDestination destination)
    {
        if (folder is null)
            return null;
        PrivateFolder.Make(folder);
        // Two paths to one archive are one destination.
        string name = destination is RelocationDestination.Archive archive ? OutputTarget.OfFile(archive.Path).Path : destination.ToString()!;
        return Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32]);
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

    private AirgapException TooLong(RelocationDestination destination, string holder) => new(
        ErrorCode.DestinationInUse,
        $"{destination} was in use for longer than {limit.TotalSeconds:0.###} s: it is being written by {holder}.",
        $"Wait for that run to end, end it, or allow {AdviceTerms.LockWait}.");
}
