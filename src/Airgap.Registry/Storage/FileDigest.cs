using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Registry.Storage;

/// <summary>Computes the digest of a file's content.</summary>
internal static class FileDigest
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Computes the digest of the first bytes of a file, or of all bytes if the file is shorter.</summary>
    public static async Task<Digest> ComputeAsync(
        SafeFileHandle file, long length, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(algorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long offset = 0; offset < length;)
            {
                int read = await RandomAccess.ReadAsync(
                    file, buffer.AsMemory(0, (int)Math.Min(BufferSize, length - offset)), offset, cancellationToken);
                if (read == 0)
                    break;
                hash.AppendData(buffer.AsSpan(0, read));
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Digest.FromHash(algorithm, hash.GetCurrentHash());
    }
}
