using System.Text;

namespace Airgap.Transfer.Tests.Fuzzing;

/// <summary>Corrects the checksums of a tar, so that a changed header passes the first check.</summary>
internal static class TarChecksums
{
    private const int Block = 512;

    public static byte[] Mend(byte[] tar)
    {
        for (int offset = 0; offset + Block <= tar.Length; offset += Block)
        {
            Span<byte> header = tar.AsSpan(offset, Block);
            if (!header.Slice(257, 5).SequenceEqual("ustar"u8))
                continue;
            header.Slice(148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte b in header)
                sum += b;
            Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ", header.Slice(148, 8));
        }

        return tar;
    }
}
