namespace Airgap.Transfer.Layers;

/// <summary>Numbers of tar headers: octal text, or big-endian if the first bit is set.</summary>
internal static class TarNumber
{
    /// <summary>Reads a number that must be 0 or more and fit 63 bits.</summary>
    public static long Parse(ReadOnlySpan<byte> field)
    {
        UInt128 value = 0;
        if ((field[0] & 0x80) != 0)
        {
            value = (uint)(field[0] & 0x7f);
            foreach (byte b in field[1..])
                value = (value << 8) | b;
        }
        else
        {
            foreach (byte b in field.Trim(" \0"u8))
                value = b is >= (byte)'0' and <= (byte)'7'
                    ? (value << 3) | (uint)(b - '0') : throw new InvalidDataException("A header contains a field that is not a number.");
        }

        return value <= long.MaxValue ? (long)value : throw new InvalidDataException("A header contains a number that is too large.");
    }

    /// <summary>The low 15 bits of a number; higher bits are ignored.</summary>
    public static int LowBits(ReadOnlySpan<byte> field) =>
        (field[0] & 0x80) != 0 ? ((field[^2] << 8) | field[^1]) & 0x7fff : (int)(Parse(field) & 0x7fff);
}
