namespace Airgap.Oci.Wire;

/// <summary>Reports the bytes of one blob that were sent, and subtracts those that have to be sent again.</summary>
internal sealed class UploadProgress(IProgress<long>? sink, Counters counters, string host)
{
    /// <summary>The bytes sent, without those that have to be sent again.</summary>
    public long Sent { get; private set; }

    public void Add(int bytes)
    {
        Sent += bytes;
        counters.CountSent(host, bytes);
        sink?.Report(bytes);
    }

    /// <summary>Returns to an offset, because the bytes after it are lost.</summary>
    public void RewindTo(long offset)
    {
        if (Sent == offset)
            return;
        long difference = offset - Sent;
        Sent = offset;
        sink?.Report(difference);
    }
}
