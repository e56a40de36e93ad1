using Airgap.Oci.Requests;

namespace Airgap.Oci.Uploads;

/// <summary>
/// How much of one blob goes in one request: what is lost when its connection breaks. One request is the cheapest for the registry, so
/// a blob goes whole where the line moves it in eight seconds, and in chunks of four seconds where it does not. Until a request has shown
/// the rate, a blob of up to four chunks goes whole, and a larger one begins with a chunk of the usual length. After a break, chunks
/// are short, and grow with each one that is taken.
/// </summary>
/// <param name="usual">The usual length of a chunk, in bytes.</param>
/// <param name="longest">The length of the longest chunk, in bytes.</param>
/// <param name="rate">The rate of the registry's uploads; null to use the usual length alone.</param>
internal sealed class ChunkLengths(long usual, long longest, UploadRate? rate)
{
    /// <summary>The length below which a chunk is not shortened, in bytes, unless the usual one is shorter.</summary>
    public const long LeastBytes = 1024 * 1024;

    // What a chunk's break may cost, in seconds of the line.
    private const double ChunkSeconds = 4;

    private readonly long _least = Math.Min(usual, LeastBytes);
    private readonly long _mostWhole = Math.Max(longest, 4 * usual);
    private long _most = longest;
    private long _allowed = longest;

    // A limit that this client keeps to is only the most that the line can do.
    private long Length
    {
        get
        {
            double seconds = rate?.BytesPerSecond * ChunkSeconds ?? usual;
            double length = rate?.IsMeasured == true ? seconds : Math.Min(seconds, usual);
            return (long)Math.Clamp(length, _least, Math.Max(_least, _most));
        }
    }

    /// <summary>True when a blob is to be sent in chunks from its beginning.</summary>
    /// <param name="size">The blob's length in bytes.</param>
    /// <param name="isBroken">True when its connection broke before.</param>
    public bool AreDue(long size, bool isBroken) => size > MostWhole(isBroken);

    /// <summary>The length of the next chunk, in bytes.</summary>
    /// <param name="rest">The number of bytes to send.</param>
    public long Next(long rest)
    {
        long length = Length;
        return rest <= length || rest <= Math.Min(length + (length / 2), _most) ? rest : length;
    }

    /// <summary>Records a chunk that was taken: where a break had made them short, the next ones are longer again.</summary>
    public void Take(long length)
    {
        if (length >= _most)
            _most = Math.Min(2 * _most, _allowed);
    }

    /// <summary>Records a break in a request of this length: what it loses again is to be less.</summary>
    public void Break(long length) => _most = Math.Max(_least, Math.Min(_most, Math.Min(usual, length / 2)));

    /// <summary>Records a request that was refused for its length: no later one is as long.</summary>
    public void Refuse(long length) => _most = _allowed = Math.Max(1, length / 2);

    private long MostWhole(bool isBroken) => isBroken ? Math.Min(usual, Length)
        : rate?.BytesPerSecond is null ? 4 * usual
        : rate.IsMeasured ? Math.Min(2 * Length, _mostWhole)
        : Math.Min(2 * Length, 4 * usual);
}
