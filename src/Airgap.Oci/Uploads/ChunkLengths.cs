using Airgap.Oci.Requests;

namespace Airgap.Oci.Uploads;

/// <summary>
/// Decides how many bytes of one blob go into one request, and are lost if its connection breaks. A single request costs the registry
/// least, so a blob that takes up to eight seconds at the measured rate is sent whole, and a larger one in chunks of about four seconds
/// each. While the rate is unknown, a blob of up to four chunks is sent whole, and a larger one starts with a chunk of the usual length.
/// After a break, chunks are short, and grow with each accepted chunk.
/// </summary>
/// <param name="usual">The usual length of a chunk, in bytes.</param>
/// <param name="longest">The length of the longest chunk, in bytes.</param>
/// <param name="rate">The rate of the registry's uploads; null to use the usual length alone.</param>
internal sealed class ChunkLengths(long usual, long longest, UploadRate? rate)
{
    /// <summary>The length below which a chunk is not shortened, in bytes, unless the usual one is shorter.</summary>
    public const long LeastBytes = 1024 * 1024;

    // The duration of a chunk in seconds, at the measured rate: the most that a break costs.
    private const double ChunkSeconds = 4;

    private readonly long _least = Math.Min(usual, LeastBytes);
    private readonly long _mostWhole = Math.Max(longest, 4 * usual);
    private long _most = longest;
    private long _allowed = longest;

    // Our own limit is not a measurement: the line may be slower.
    private long Length
    {
        get
        {
            double seconds = rate?.BytesPerSecond * ChunkSeconds ?? usual;
            double length = rate?.IsMeasured == true ? seconds : Math.Min(seconds, usual);
            return (long)Math.Clamp(length, _least, Math.Max(_least, _most));
        }
    }

    /// <summary>True if a blob is sent in chunks from the beginning.</summary>
    /// <param name="size">The blob's length in bytes.</param>
    /// <param name="isBroken">True if a connection broke during this blob before.</param>
    public bool AreDue(long size, bool isBroken) => size > MostWhole(isBroken);

    /// <summary>The length of the next chunk, in bytes.</summary>
    /// <param name="rest">The number of bytes left to send.</param>
    public long Next(long rest)
    {
        long length = Length;
        return rest <= length || rest <= Math.Min(length + (length / 2), _most) ? rest : length;
    }

    /// <summary>Records an accepted chunk: if a break had shortened the chunks, the next ones are longer again.</summary>
    public void Take(long length)
    {
        if (length >= _most)
            _most = Math.Min(2 * _most, _allowed);
    }

    /// <summary>Records a break in a request of this length, so that the next break loses less.</summary>
    public void Break(long length) => _most = Math.Max(_least, Math.Min(_most, Math.Min(usual, length / 2)));

    /// <summary>Records a request that was refused for its length; later ones are shorter.</summary>
    public void Refuse(long length) => _most = _allowed = Math.Max(1, length / 2);

    private long MostWhole(bool isBroken) => isBroken ? Math.Min(usual, Length)
        : rate?.BytesPerSecond is null ? 4 * usual
        : rate.IsMeasured ? Math.Min(2 * Length, _mostWhole)
        : Math.Min(2 * Length, 4 * usual);
}
