using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// The progress of a layer in a partial archive. A layer is written from its first byte, by one stream or in parallel
/// parts, and unwritten bytes are zeros, so its beginning ends at the first long run of zeros. Nothing counts before
/// the digest of the whole layer is verified.
/// </summary>
internal sealed class PartialLayer : IDisposable
{
    private const int BufferSize = 256 * 1024;

    // Archives inside a layer contain zeros. A longer run of zeros is treated as missing bytes: at worst they are
    // fetched again.
    private const int LongestPadding = 64 * 1024;
    private readonly IncrementalHash _hash;

    private PartialLayer(long length, IncrementalHash hash, bool isWhole)
    {
        Length = length;
        _hash = hash;
        IsWhole = isWhole;
    }

    /// <summary>The number of bytes present, from the first.</summary>
    public long Length { get; }

    /// <summary>True when all bytes are present and have the layer's digest.</summary>
    public bool IsWhole { get; }

    /// <summary>Determines the progress of all layers of an archive.</summary>
    /// <param name="file">The partial archive, or its parts.</param>
    /// <param name="layout">The places of its layers.</param>
    /// <param name="found">Receives them.</param>
    /// <param name="place">The file's name in the log.</param>
    /// <param name="observer">Receives details for the log.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task FindAllAsync(
        IRandomAccess file, ArchiveLayout layout, Dictionary<Digest, PartialLayer> found, string place, ITransferObserver observer,
        CancellationToken cancellationToken)
    {
        foreach (ArchiveLayer layer in layout.Layers)
        {
            Descriptor descriptor = layer.Blob.Descriptor;
            PartialLayer? there = null;
            try
            {
                there = await ReadAsync(file, layer, cancellationToken);
            }
            catch (IOException e)
            {
                observer.Detail($"{descriptor.Digest} is fetched again: it cannot be read in {place}: {e.Message}");
            }

            if (there is null)
                continue;
            found.Add(descriptor.Digest, there);
            if (!there.IsWhole)
                observer.Detail($"{descriptor.Digest} resumes at byte {there.Length} of {descriptor.Size} in {place}.");
        }
    }

    /// <summary>Determines the progress of a layer.</summary>
    /// <returns>Null if none of it is present, or if all of it is but has another digest.</returns>
    public static async Task<PartialLayer?> ReadAsync(IRandomAccess file, ArchiveLayer layer, CancellationToken cancellationToken)
    {
        Descriptor descriptor = layer.Blob.Descriptor;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        IncrementalHash hash = IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm);
        try
        {
            long written = await WrittenBytes.LengthAsync(file, layer.DataOffset, descriptor.Size, buffer, cancellationToken);
            if (descriptor.Size - written <= LongestPadding)
            {
                long beginning = await AppendAsync(
                    hash, file, layer.DataOffset, descriptor.Size, stopsAtGap: false, buffer, cancellationToken);
                if (HasDigest(hash, descriptor))
                    return new PartialLayer(descriptor.Size, hash, isWhole: true);
                written = Math.Min(written, beginning);
            }

            long length = written == descriptor.Size
                ? 0
                : await AppendAsync(hash, file, layer.DataOffset, written, stopsAtGap: true, buffer, cancellationToken);
            if (length > 0)
                return new PartialLayer(length, hash, isWhole: false);
            hash.Dispose();
            return null;
        }
        catch
        {
            hash.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>A layer without any bytes yet.</summary>
    public static PartialLayer Empty(Descriptor descriptor) =>
        new(0, IncrementalHash.CreateHash(descriptor.Digest.HashAlgorithm), isWhole: false);

    /// <summary>True when an entry appears to be written to its end, without reading it.</summary>
    public static async Task<bool> ReachesTheEndAsync(IRandomAccess file, ArchiveEntry entry, CancellationToken cancellationToken)
    {
        byte[] end = new byte[Math.Min(LongestPadding, entry.Size)];
        return entry.Size == 0 || await WrittenBytes.LastAsync(file, entry.Offset + entry.Size - end.Length, end, cancellationToken) > 0;
    }

    /// <summary>Receives the next written bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>True when the existing and the appended bytes have the layer's digest. Called once.</summary>
    public bool Verify(Descriptor descriptor) => HasDigest(_hash, descriptor);

    public void Dispose() => _hash.Dispose();

    private static bool HasDigest(IncrementalHash hash, Descriptor descriptor) =>
        Digest.FromHash(descriptor.Digest.HashAlgorithm, hash.GetHashAndReset()) == descriptor.Digest;

    /// <summary>Hashes bytes.</summary>
    /// <returns>The number of bytes before the first gap.</returns>
    private static async Task<long> AppendAsync(
        IncrementalHash hash, IRandomAccess file, long offset, long length, bool stopsAtGap, byte[] buffer,
        CancellationToken cancellationToken)
    {
        long beginning = length;
        for (long done = 0; done < length;)
        {
            int filled = await WrittenBytes.FillAsync(
                file, offset + done, buffer.AsMemory(0, (int)Math.Min(BufferSize, length - done)), cancellationToken);
            if (filled == 0)
                break;
            if (beginning == length && WithoutGap(buffer.AsSpan(0, filled)) is var kept && kept < filled)
            {
                beginning = done + kept;
                if (stopsAtGap)
                {
                    hash.AppendData(buffer, 0, kept);
                    break;
                }
            }

            hash.AppendData(buffer, 0, filled);
            done += filled;
        }

        return beginning;
    }

    /// <summary>The bytes before the first block that is all zeros.</summary>
    private static int WithoutGap(ReadOnlySpan<byte> bytes)
    {
        for (int start = 0; start + LongestPadding <= bytes.Length; start += LongestPadding)
        {
            if (!bytes.Slice(start, LongestPadding).ContainsAnyExcept((byte)0))
                return start;
        }

        return bytes.Length;
    }
}
