using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>
/// Remembers the state of a blob's files in which it was hashed and found right. While they are in that state its bytes are those, and
/// need no second hash: hashing costs more than all else of sending.
/// </summary>
/// <remarks>
/// The state has the time of the last change, which every write sets and no program can set back. A store through mapped memory sets it
/// only when its page was written back before: a state in which that was seen to is firm. Where a system does not tell the time, nothing
/// is remembered and every whole answer is hashed.
/// </remarks>
/// <param name="clock">The clock of files.</param>
internal sealed class BlobProof(TimeProvider clock)
{
    // Two writes within one tick of a file system's clock are one change to it. The slowest, FAT's, ticks every two seconds.
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(3);

    private Right? _right;

    /// <summary>True where the blob was right in this state, and every later write would make another of it.</summary>
    public bool Holds(FileFacts[] state) => Volatile.Read(ref _right) is { IsFirm: true } right && right.Is(state);

    /// <summary>True where the blob was right in this state, and every later write but one through mapped memory would make another of
    /// it.</summary>
    public bool WasRightIn(FileFacts[] state) => Volatile.Read(ref _right) is { } right && right.Is(state);

    /// <summary>True where a later write would make another state of this one: so long ago was the last.</summary>
    public bool IsSettled(FileFacts[] state) => Array.TrueForAll(
        state, file => file.Changed > 0 && clock.GetUtcNow() - DateTime.UnixEpoch.AddTicks(file.Changed / 100) > s_settled);

    /// <summary>Remembers a state that was settled before the first byte was read, and is the same after the last.</summary>
    /// <param name="state">The state.</param>
    /// <param name="isFirm">True when what was stored through mapped memory was written back in this state, before the first byte was
    /// read.</param>
    public void Take(FileFacts[] state, bool isFirm) => Volatile.Write(ref _right, new Right(state, isFirm));

    private sealed record Right(FileFacts[] State, bool IsFirm)
    {
        public bool Is(FileFacts[] state) => State.AsSpan().SequenceEqual(state);
    }
}
