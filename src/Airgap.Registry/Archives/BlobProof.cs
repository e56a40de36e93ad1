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

    /// <summary>True if the blob was right in this state, and every later write changes the state.</summary>
    public bool Holds(FileFacts[] state) => Volatile.Read(ref _state) is { } right && right.AsSpan().SequenceEqual(state);

    /// <summary>The marks of its pieces; null before a successful check, or if there is no room for marks.</summary>
    public byte[]? Marks => Volatile.Read(ref _marks);

    /// <summary>Remembers a state. Before the first byte was read, the state was settled and mapped memory was written back; after the
    /// last byte, the state is still the same.</summary>
    public void Take(FileFacts[] state) => Volatile.Write(ref _state, state);

    /// <summary>Remembers the marks of verified bytes.</summary>
    public void Take(byte[] marks)
    {
        if (Marks is null && proofs.TryKeep(marks.Length))
            Volatile.Write(ref _marks, marks);
    }
}
