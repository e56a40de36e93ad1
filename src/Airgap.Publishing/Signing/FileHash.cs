using System.Buffers;
using System.Security.Cryptography;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Signing;

/// <summary>The SHA-256 of a file, read from its beginning to its end.</summary>
internal static class FileHash
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="Airgap.Oci.AirgapException">A 3xxx code of the file.</exception>
    public static async Task<byte[]> OfAsync(string path, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using FileStream file = new ArchivePiece(path, 0, null).OpenStream(bufferSize: 0);
            int read;
            while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
                hash.AppendData(buffer, 0, read);
            return hash.GetHashAndReset();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
