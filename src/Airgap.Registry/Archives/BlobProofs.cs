using System.Security.Cryptography;
using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>The successful checks of a registry's archives.</summary>
/// <param name="clock">The clock of files.</param>
/// <param name="mostBytes">Bytes that the marks of all blobs may take. Blobs without marks are hashed whenever their files changed.</param>
internal sealed class BlobProofs(TimeProvider clock, long mostBytes = BlobProofs.MarksOf256GiB)
{
    /// <summary>32 MiB.</summary>
    public const long MarksOf256GiB = 32 * 1024 * 1024;

    // Two writes within one tick of a file system's clock are one change to it. The slowest, FAT's, ticks every two seconds.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    private long _kept;

    /// <summary>The key of the marks.</summary>
    public byte[] Key { get; } = RandomNumberGenerator.GetBytes(16);

    /// <summary>The proof of one blob, initially empty.</summary>
    public BlobProof New() => new(this);

    /// <summary>True if a later write would make another state of this one: so long ago was the last.</summary>
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
