using System.Buffers;
using System.Buffers.Binary;

namespace Airgap.Transfer.Layers.Deflate;

/// <summary>
/// Finds matches as Go's fastest level does: greedy, with one candidate per slot, and growing steps while nothing is
/// found. Every rule affects the bytes.
/// </summary>
internal sealed class MatchFinder : IDisposable
{
    /// <summary>How far a match may reach back, in bytes.</summary>
    public const int MaxDistance = 32 * 1024;

    /// <summary>
    /// The flag of a token for a match. Bits 16 to 30 hold the length minus 3, the lower bits the distance minus 1. A token without the
    /// flag is a literal.
    /// </summary>
    public const uint MatchFlag = 1u << 31;

    private const int TableBits = 14;
    private const int MaxMatch = 258;
    private const int EndMargin = 15;
    private const int RebaseAt = 1 << 30;

    // Positions start at this number, so that the zero in an empty slot is always too far away for a match.
    private const int FirstPosition = MaxDistance + 1;

    private readonly int[] _table = ArrayPool<int>.Shared.Rent(1 << TableBits);
    private int _position = FirstPosition;

    /// <summary>Makes an empty table.</summary>
    public MatchFinder() => _table.AsSpan(0, 1 << TableBits).Clear();

    /// <summary>Turns a piece into tokens.</summary>
    /// <param name="window">The preceding content, up to 32 KiB, and the piece.</param>
    /// <param name="start">The position in the window where the piece begins; it ends with the window, and has at least 128 bytes.</param>
    /// <param name="tokens">Receives the tokens; at least as long as the piece.</param>
    /// <returns>The number of tokens.</returns>
    public int Tokenize(ReadOnlySpan<byte> window, int start, Span<uint> tokens)
    {
        int count = 0;
        int limit = window.Length - EndMargin;
        int toPosition = _position - start;
        int pending = start;
        int s = start;
        while (Look(window, s, limit, toPosition, out s, out int candidate))
        {
            AddLiterals(window[pending..s], tokens, ref count);
            while (true)
            {
                int room = Math.Min(MaxMatch, window.Length - s);
                int length = 4 + window.Slice(s + 4, room - 4).CommonPrefixLength(window.Slice(candidate + 4, room - 4));
                tokens[count++] = MatchFlag | (uint)(length - 3) << 16 | (uint)(s - candidate - 1);
                s += length;
                pending = s;
                if (s >= limit)
                    goto done;
                _table[Slot(Four(window, s - 1))] = s - 1 + toPosition;
                if (!Probe(window, s, toPosition, out candidate))
                    break;
            }

            s++;
        }

    done:
        AddLiterals(window[pending..], tokens, ref count);
        Advance(window.Length - start);
        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<int>.Shared.Return(_table);

    private void Advance(int bytes)
    {
        _position += bytes;
        if (_position < RebaseAt)
            return;
        int shift = _position - FirstPosition;
        foreach (ref int position in _table.AsSpan(0, 1 << TableBits))
            position = Math.Max(0, position - shift);
        _position = FirstPosition;
    }

    private bool Look(ReadOnlySpan<byte> window, int from, int limit, int toPosition, out int s, out int candidate)
    {
        int next = from;
        int skip = 32;
        do
        {
            s = next;
            int step = skip >> 5;
            next = s + step;
            skip += step;
            if (next > limit)
            {
                candidate = 0;
                return false;
            }
        }
        while (!Probe(window, s, toPosition, out candidate));
        return true;
    }

    private bool Probe(ReadOnlySpan<byte> window, int s, int toPosition, out int candidate)
    {
        uint here = Four(window, s);
        ref int slot = ref _table[Slot(here)];
        candidate = slot - toPosition;
        slot = s + toPosition;
        return s - candidate <= MaxDistance && Four(window, candidate) == here;
    }

    private static void AddLiterals(ReadOnlySpan<byte> bytes, Span<uint> tokens, ref int count)
    {
        foreach (byte literal in bytes)
            tokens[count++] = literal;
    }

    private static uint Four(ReadOnlySpan<byte> window, int at) => BinaryPrimitives.ReadUInt32LittleEndian(window[at..]);

    private static int Slot(uint four) => (int)((four * 0x1e35a7bd) >> (32 - TableBits));
}
