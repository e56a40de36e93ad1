namespace Airgap.Oci.Content;

/// <summary>Bytes that are kept for later: in memory, or in a file of a <see cref="ByteStore"/>.</summary>
internal sealed class StoredBytes
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly SpillFile? _file;
    private readonly long _offset;
    private readonly Digest _digest;

    /// <summary>Keeps bytes in memory.</summary>
    public StoredBytes(ReadOnlyMemory<byte> bytes)
    {
        _memory = bytes;
        Length = bytes.Length;
    }

    /// <summary>Refers to bytes in a file.</summary>
    /// <param name="file">The file, which stays open while any of its bytes are referenced.</param>
    /// <param name="offset">Where they start.</param>
    /// <param name="length">Their number.</param>
    /// <param name="digest">The digest to verify when they are read back.</param>
    public StoredBytes(SpillFile file, long offset, int length, Digest digest)
    {
        _file = file;
        _offset = offset;
        _digest = digest;
        Length = length;
    }

    /// <summary>The number of bytes.</summary>
    public int Length { get; }

    /// <summary>The bytes. Those in a file are read again at each call.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.FileFailure"/>: the file no longer has the bytes that
    /// were written.</exception>
    public ReadOnlyMemory<byte> Bytes => _file is null ? _memory : _file.Read(_offset, Length, _digest);
}
