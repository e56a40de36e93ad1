using System.Security.Cryptography;
using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>The successful checks of a registry's archives.</summary>
/// <param name="clock">The clock that the times of files are compared with.</param>
/// <param name="mostBytes">The maximum size of the marks of all blobs, in bytes. A blob without marks is hashed again after each change of
/// its files.</param>
internal sealed class BlobProofs(TimeProvider clock, long mostBytes = BlobProofs.MarksOf256GiB)
{
    /// <summary>32 MiB.</summary>
    public const long MarksOf256GiB = 32 * 1024 * 1024;

    // A file system gives two writes within one tick of its clock the same time. The slowest clock, FAT's, ticks every two seconds.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    private long _kept;

    /// <summary>The key of the marks.</summary>
    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>The proof of one blob, initially empty.</summary>
    public BlobProof New() => new(this);

    /// <summary>True if the last write was so long ago that any later write changes the state.</summary>
    public bool IsSettled(FileFacts[] state) => Array.TrueForAll(
        state, file => file.Changed > 0 && clock.GetUtcNow() - DateTime.UnixEpoch.AddTicks(file.Changed / 100) > s_settled);

    /// <summary>Reserves room for marks.</summary>
    public bool TryKeep(long bytes)
    {
        if (Interlocked.Add(ref _kept, bytes) <= mostBytes)
            return true;
        Interlocked.Add(ref _kept, -bytes);
        return false;
    }
}
