using Airgap.Oci.Files;

namespace Airgap.Registry.Archives;

/// <summary>
/// Remembers that a blob was hashed and found right: the state of its files then, and marks of its pieces. While its files are in that
/// state its bytes are the same and need no check; in another state, the marks decide.
/// </summary>
/// <remarks>
/// The state has the time of the last change, which every write sets and no program can set back. A store through mapped memory sets it
/// only when its page was written back before: only a state in which that was seen to is remembered.
/// </remarks>
internal sealed class BlobProof(BlobProofs proofs)
{
    private FileFacts[]? _state;
    private byte[]? _marks;

    /// <summary>The proofs of all blobs.</summary>
    public BlobProofs All => proofs;

    /// <summary>True if the blob was right in this state, and every later write would make another of it.</summary>
    public bool Holds(FileFacts[] state) => Volatile.Read(ref _state) is { } right && right.AsSpan().SequenceEqual(state);

    /// <summary>The marks of its pieces; null while it was not found right, or where marks cannot be kept.</summary>
    public byte[]? Marks => Volatile.Read(ref _marks);

    /// <summary>Remembers a state that was settled, with what was stored through mapped memory written back, before the first byte was
    /// read, and is the same after the last.</summary>
    public void Take(FileFacts[] state) => Volatile.Write(ref _state, state);

    /// <summary>Remembers the marks of bytes that were found right.</summary>
    public void Take(byte[] marks)
    {
        if (Marks is null && proofs.TryKeep(marks.Length))
            Volatile.Write(ref _marks, marks);
    }
}
