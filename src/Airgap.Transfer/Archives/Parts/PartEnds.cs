using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>
/// The digest of a part's beginning and end, 64 KiB each. Without reading the whole part, it distinguishes a part from
/// the others, from parts of another set and from truncated copies. The content in between is covered by the digests of
/// the archive's content and by the part's own digest.
/// </summary>
internal static class PartEnds
{
    private const int Bytes = 64 * 1024;

    /// <summary>The digest of a part.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Digest Compute(IRandomAccess part, long length) => Compute(part, 0, length);

    /// <summary>The digest of a part of an unsplit archive.</summary>
    public static Digest Compute(IRandomAccess bytes, long start, long length)
    {
        int count = (int)Math.Min(Bytes, length);
        byte[] buffer = new byte[count];
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (long offset in (ReadOnlySpan<long>)[start, start + length - count])
        {
            for (int done = 0; done < count;)
            {
                int read = bytes.Read(buffer.AsSpan(done), offset + done);
                done += read > 0 ? read : throw new EndOfStreamException();
            }

            hash.AppendData(buffer);
        }

        return Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset());
    }
}
