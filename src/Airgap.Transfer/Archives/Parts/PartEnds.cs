using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Archives.Parts;

/// <summary>
/// The digest of a part's beginning and end, 64 KiB each: it tells a part from the others, from one of another set and from one whose
/// copying was cut, without reading it all. It says nothing of what stands between; the digests of the archive's content do, and the part's
/// own.
/// </summary>
internal static class PartEnds
{
    private const int Bytes = 64 * 1024;

    /// <summary>The digest of a part.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static Digest Compute(IRandomAccess part, long length) => Compute(part, 0, length);

    /// <summary>The digest of a part of what is not split yet.</summary>
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
