using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>
/// Remembers the state of a blob's files in which it was hashed and found right. While they are in that state its bytes are those, and
/// need no second hash: hashing costs more than all else of sending.
/// </summary>
/// <remarks>
/// The state has the time of the last change, which every write sets and no program can set back. Where a system does not tell it, nothing
/// is remembered and every answer is hashed.
/// </remarks>
/// <param name="clock">The clock of files.</param>
internal sealed class BlobProof(TimeProvider clock)
{
    // Two writes within one tick of a file system's clock are one change to it. The slowest, FAT's, ticks every two seconds.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    private FileFacts[]? _right;

    /// <summary>True where the blob was right in this state.</summary>
    public bool Holds(FileFacts[] state) => Volatile.Read(ref _right) is { } right && right.AsSpan().SequenceEqual(state);

    /// <summary>True where a later write would make another state of this one: so long ago was the last.</summary>
    public bool IsSettled(FileFacts[] state) => Array.TrueForAll(
        state, file => file.Changed > 0 && clock.GetUtcNow() - DateTime.UnixEpoch.AddTicks(file.Changed / 100) > s_settled);

    /// <summary>Remembers a state that was settled before the first byte was read, and is the same after the last.</summary>
    public void Take(FileFacts[] state) => Volatile.Write(ref _right, state);
}
