using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Airgap.Oci.Wire;

/// <summary>
/// The metrics and spans of the registry client, under the name <c>Airgap.Oci</c>. The library's page lists them. Without
/// a listener they cost one comparison each.
/// </summary>
/// <remarks>Source of the attributes' names: the semantic conventions of OpenTelemetry (server, network, error).</remarks>
internal static class RegistryTelemetry
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Airgap.Oci";

    private static readonly ActivitySource s_source = new(Name);
    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_requests =
        s_meter.CreateCounter<long>(
            "airgap.registry.requests", "{request}", "Requests sent to a registry, retries and redirects included.");

    private static readonly Counter<long> s_retries =
        s_meter.CreateCounter<long>("airgap.registry.retries", "{retry}", "Requests repeated after a transient failure.");

    private static readonly Counter<long> s_bytes =
        s_meter.CreateCounter<long>("airgap.registry.io", "By", "Bytes of bodies, by direction.");

    private static readonly Counter<double> s_waits =
        s_meter.CreateCounter<double>("airgap.registry.wait.time", "s", "Time in which a request waited before it was sent.");

    /// <summary>Counts a request.</summary>
    public static void CountRequest(Uri uri, RequestKind kind)
    {
        if (s_requests.Enabled)
            s_requests.Add(1, Tags(uri.Authority, new("airgap.request.kind", NameOf(kind))));
    }

    /// <summary>Counts a request that is about to be repeated, and the wait before that.</summary>
    /// <param name="failure">The failure of the attempt before.</param>
    /// <param name="delay">The wait, which begins now.</param>
    public static void CountRetry(AirgapException failure, TimeSpan delay)
    {
        string host = failure.Reference?.Split('/', 2)[0] ?? "";
        if (s_retries.Enabled)
            s_retries.Add(1, Tags(host, ErrorType(failure)));
        CountWait("backoff", host, delay);
        using Activity? span = StartWait("backoff", host);
        span?.SetEndTime(span.StartTimeUtc + delay);
    }

    /// <summary>Counts bytes of a body.</summary>
    /// <param name="host">The registry, with its port.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="isSent">True for sent, false for received bytes.</param>
    public static void CountBytes(string host, long bytes, bool isSent)
    {
        if (s_bytes.Enabled)
            s_bytes.Add(bytes, Tags(host, new("network.io.direction", isSent ? "transmit" : "receive")));
    }

    /// <summary>Counts a wait, without a span of its own.</summary>
    /// <param name="reason">The reason, as an attribute: <c>rate</c> for the limit of bytes per second.</param>
    /// <param name="host">The registry, with its port.</param>
    /// <param name="time">How long it took.</param>
    public static void CountWait(string reason, string host, TimeSpan time)
    {
        if (s_waits.Enabled)
            s_waits.Add(time.TotalSeconds, Tags(host, Reason(reason)));
    }

    /// <summary>Measures a wait, from here to the end of the returned object.</summary>
    /// <param name="reason">The reason, as an attribute: <c>pause</c> if the host requested one, <c>pace</c> if requests are spaced after
    /// refusals.</param>
    /// <param name="host">The registry, with its port.</param>
    public static Wait BeginWait(string reason, string host) => new(reason, host);

    private static Activity? StartWait(string reason, string host)
    {
        (string name, int? port) = Split(host);
        Activity? span = s_source.StartActivity("wait")?.SetTag("airgap.wait.reason", reason).SetTag("server.address", name);
        return port is null ? span : span?.SetTag("server.port", port);
    }

    /// <summary>The attributes of a point: the registry, the phase, and one of its own.</summary>
    /// <param name="host">The registry, with its port.</param>
    /// <param name="own">The point's own attribute.</param>
    internal static TagList Tags(string host, KeyValuePair<string, object?> own)
    {
        (string name, int? port) = Split(host);
        TagList tags = new() { { "server.address", name }, own, RunPhase.Tag };
        if (port is { } number)
            tags.Add("server.port", number);
        return tags;
    }

    private static KeyValuePair<string, object?> Reason(string reason) => new("airgap.wait.reason", reason);

    private static KeyValuePair<string, object?> ErrorType(AirgapException failure) =>
        new("error.type", failure.StatusCode != 0 ? failure.StatusCode.ToString(CultureInfo.InvariantCulture)
            : failure.Code.ToString());

    private static (string Name, int? Port) Split(string host) =>
        host.LastIndexOf(':') is > 0 and var colon
            && int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port)
            ? (host[..colon], port) : (host, null);

    private static string NameOf(RequestKind kind) => kind switch
    {
        RequestKind.Ping => "ping",
        RequestKind.Token => "token",
        RequestKind.ManifestGet => "manifest_get",
        RequestKind.ManifestHead => "manifest_head",
        RequestKind.ManifestPut => "manifest_put",
        RequestKind.ManifestDelete => "manifest_delete",
        RequestKind.BlobGet => "blob_get",
        RequestKind.BlobHead => "blob_head",
        RequestKind.UploadPost or RequestKind.UploadPatch or RequestKind.UploadPut or RequestKind.UploadGet
            or RequestKind.UploadDelete => "blob_upload",
        RequestKind.Tags => "tag_list",
        RequestKind.Referrers => "referrer_list",
        _ => "other",
    };

    /// <summary>A wait in progress.</summary>
    internal readonly struct Wait : IDisposable
    {
        private readonly Activity? _span;
        private readonly string _reason;
        private readonly string _host;
        private readonly long _started;

        public Wait(string reason, string host)
        {
            _reason = reason;
            _host = host;
            _span = StartWait(reason, host);
            _started = Stopwatch.GetTimestamp();
        }

        public void Dispose()
        {
            CountWait(_reason, _host, Stopwatch.GetElapsedTime(_started));
            _span?.Dispose();
        }
    }
}
