using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>
/// Remembers a successful check of a blob: the state of its files at that time, and marks of its pieces. While the files are in that
/// state, the bytes are unchanged and need no check; in another state, the marks decide.
/// </summary>
/// <remarks>
/// The state contains the time of the last change, which every write sets and no program can set back. A store through mapped memory sets
/// it only if its page was written back before, so only a state after a write-back is remembered.
/// </remarks>
internal sealed class BlobProof(BlobProofs proofs)
{
    private FileFacts[]? _state;
    private byte[]? _marks;

    /// <summary>The proofs of all blobs.</summary>
    public BlobProofs All => proofs;

    /// <summary>True if the blob was right in this state, and every later write would make another of it.</summary>
    public bool Holds(FileFacts[] state) => Volatile.Read(ref _state) is { } right && right.AsSpan().SequenceEqual(state);

    /// <summary>The marks of its pieces; null before a successful check, or if there is no room for marks.</summary>
    public byte[]? Marks => Volatile.Read(ref _marks);

    /// <summary>Remembers a state. It was settled, with mapped memory written back, before the first byte was
    /// read, and is unchanged after the last.</summary>
    public void Take(FileFacts[] state) => Volatile.Write(ref _state, state);

    /// <summary>Remembers the marks of verified bytes.</summary>
    public void Take(byte[] marks)
    {
        if (Marks is null && proofs.TryKeep(marks.Length))
            Volatile.Write(ref _marks, marks);
    }
}
