using System.Buffers.Binary;

namespace Airgap.Transfer.Layers.Deflate;

/// <summary>
/// Packs bits into a buffer, lowest bit first, as required by RFC 1951. The buffer is the caller's and large enough for
/// a piece.
/// </summary>
internal sealed class BitWriter(byte[] buffer)
{
    private ulong _bits;
    private int _count;

    /// <summary>The number of whole bytes written since <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    /// <summary>Starts again at the beginning of the buffer; bits of an incomplete byte are kept.</summary>
    public void Clear() => Length = 0;

    /// <summary>Writes 0 to 48 bits.</summary>
    public void Write(ulong bits, int count)
    {
        _bits |= bits << _count;
        _count += count;
        if (_count < 16)
            return;
        BinaryPrimitives.WriteUInt64LittleEndian(buffer.AsSpan(Length), _bits);
        int bytes = _count >> 3;
        Length += bytes;
        _bits = bytes == 8 ? 0 : _bits >> (bytes * 8);
        _count &= 7;
    }

    /// <summary>Writes a stored block, after zero bits up to the byte boundary.</summary>
    public void WriteStored(ReadOnlySpan<byte> content, bool isFinal)
    {
        Write(isFinal ? 1UL : 0UL, 3);
        if ((_count & 7) != 0)
            Write(0, 8 - (_count & 7));
        Write((uint)content.Length | ((uint)(ushort)~content.Length << 16), 32);
        FlushBytes();
        content.CopyTo(buffer.AsSpan(Length));
        Length += content.Length;
    }

    private void FlushBytes()
    {
        for (; _count >= 8; _count -= 8)
        {
            buffer[Length++] = (byte)_bits;
            _bits >>= 8;
        }
    }
}
