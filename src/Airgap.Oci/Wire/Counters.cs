namespace Airgap.Oci.Wire;

/// <summary>The counters behind <see cref="RegistryStatistics"/>; thread-safe.</summary>
internal sealed class Counters
{
    private readonly long[] _requests = new long[Enum.GetValues<RequestKind>().Length];
    private long _received;
    private long _sent;
    private long _retries;
    private long _loadRefusals;

    public long LoadRefusals => Interlocked.Read(ref _loadRefusals);

    public void CountRequest(Uri uri, RequestKind kind)
    {
        Interlocked.Increment(ref _requests[(int)kind]);
        RegistryTelemetry.CountRequest(uri, kind);
    }

    public void CountRetry(AirgapException failure, TimeSpan delay)
    {
        Interlocked.Increment(ref _retries);
        RegistryTelemetry.CountRetry(failure, delay);
    }

    public void CountLoadRefusal() => Interlocked.Increment(ref _loadRefusals);

    /// <param name="host">The registry, with its port.</param>
    /// <param name="bytes">How many.</param>
    public void CountReceived(string host, long bytes)
    {
        Interlocked.Add(ref _received, bytes);
        RegistryTelemetry.CountBytes(host, bytes, isSent: false);
    }

    /// <inheritdoc cref="CountReceived"/>
    public void CountSent(string host, long bytes)
    {
        Interlocked.Add(ref _sent, bytes);
        RegistryTelemetry.CountBytes(host, bytes, isSent: true);
    }

    public RegistryStatistics Snapshot() => new()
    {
        Pings = Of(RequestKind.Ping),
        TokenRequests = Of(RequestKind.Token),
        ManifestGets = Of(RequestKind.ManifestGet),
        ManifestHeads = Of(RequestKind.ManifestHead),
        ManifestPuts = Of(RequestKind.ManifestPut),
        ManifestDeletes = Of(RequestKind.ManifestDelete),
        BlobGets = Of(RequestKind.BlobGet),
        BlobHeads = Of(RequestKind.BlobHead),
        UploadPosts = Of(RequestKind.UploadPost),
        UploadGets = Of(RequestKind.UploadGet),
        UploadPatches = Of(RequestKind.UploadPatch),
        UploadPuts = Of(RequestKind.UploadPut),
        UploadDeletes = Of(RequestKind.UploadDelete),
        TagLists = Of(RequestKind.Tags),
        ReferrerLists = Of(RequestKind.Referrers),
        ManagementRequests = Of(RequestKind.Management),
        BytesReceived = Interlocked.Read(ref _received),
        BytesSent = Interlocked.Read(ref _sent),
        Retries = Interlocked.Read(ref _retries),
    };

    private long Of(RequestKind kind) => Interlocked.Read(ref _requests[(int)kind]);
}
