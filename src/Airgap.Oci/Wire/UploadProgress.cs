namespace Airgap.Oci.Wire;

/// <summary>Tells a caller of the bytes of one blob that were sent, and takes back what has to be sent again.</summary>
internal sealed class UploadProgress(IProgress<long>? sink, Counters counters)
{
    /// <summary>Bytes sent and not taken back.</summary>
    public long Sent { get; private set; }

    public void Add(int bytes)
    {
        Sent += bytes;
        counters.CountSent(bytes);
        sink?.Report(bytes);
    }

    /// <summary>Goes back to an offset, because the bytes from there on are lost.</summary>
    public void RewindTo(long offset)
    {
        if (Sent == offset)
            return;
        long difference = offset - Sent;
        Sent = offset;
        sink?.Report(difference);
    }
}
