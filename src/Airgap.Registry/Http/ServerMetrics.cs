using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Airgap.Registry.Http;

/// <summary>
/// Counts requests, their times and bytes, and writes them in Prometheus's text format. The number of series is bounded: routes,
/// methods and statuses, no names from outside.
/// </summary>
/// <remarks>Source: OpenTelemetry's conventions of HTTP metrics, as Prometheus writes their names; Prometheus, "Exposition
/// formats".</remarks>
internal sealed class ServerMetrics
{
    /// <summary>The path at which they are read.</summary>
    public const string Path = "/metrics";

    // Source: the convention's recommended boundaries, in seconds, with more room for large blobs.
    private static readonly double[] s_bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300];

    private readonly ConcurrentDictionary<(string Route, string Method, int Status), Series> _series = new();
    private long _active;
    private long _aborted;
    private long _sent;
    private long _received;

    /// <summary>A request begins.</summary>
    public void Begin() => Interlocked.Increment(ref _active);

    /// <summary>A request ends.</summary>
    /// <param name="context">The request with its answer.</param>
    /// <param name="start">The timestamp of its beginning.</param>
    /// <param name="isBroken">True if its answer is not complete.</param>
    public void End(HttpContext context, long start, bool isBroken)
    {
        Interlocked.Decrement(ref _active);
        if (isBroken)
        {
            Interlocked.Increment(ref _aborted);
            return;
        }

        string method = context.Request.Method;
        if (!HttpMethods.IsHead(method))
            Interlocked.Add(ref _sent, context.Response.ContentLength ?? 0);
        if (context.Response.StatusCode < StatusCodes.Status300MultipleChoices)
            Interlocked.Add(ref _received, RequestBody.LengthOf(context.Request));
        _series.GetOrAdd(
            (RouteOf(context.Request.Path.Value ?? ""), MethodOf(method), context.Response.StatusCode), static _ => new Series())
            .Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>Answers with all of them.</summary>
    public Task HandleAsync(HttpContext context)
    {
        byte[] text = Encoding.UTF8.GetBytes(Write());
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = text.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask : context.Response.Body.WriteAsync(text, context.RequestAborted).AsTask();
    }

    private string Write()
    {
        const string Duration = "http_server_request_duration_seconds";
        StringBuilder text = new();
        Head(text, Duration, "histogram", "Duration of requests.");
        foreach (((string route, string method, int status), Series series) in _series.OrderBy(pair => pair.Key))
        {
            string labels = string.Create(
                CultureInfo.InvariantCulture,
                $"http_route=\"{route}\",http_request_method=\"{method}\",http_response_status_code=\"{status}\"");
            (long[] buckets, long count, double sum) = series.Read();
            long below = 0;
            for (int i = 0; i < s_bounds.Length; i++)
            {
                below += buckets[i];
                text.Append(CultureInfo.InvariantCulture, $"{Duration}_bucket{{{labels},le=\"{s_bounds[i]}\"}} {below}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{Duration}_bucket{{{labels},le=\"+Inf\"}} {count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Duration}_sum{{{labels}}} {sum:R}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Duration}_count{{{labels}}} {count}\n");
        }

        Single(text, "http_server_active_requests", "gauge", "Requests under way, this one included.", ref _active);
        Single(text, "airgap_registry_aborted_requests_total", "counter", "Requests that a client or the server broke off.", ref _aborted);
        Single(text, "airgap_registry_sent_bytes_total", "counter", "Bytes of the bodies of complete answers.", ref _sent);
        Single(text, "airgap_registry_received_bytes_total", "counter", "Bytes of the bodies of requests that succeeded.", ref _received);
        return text.ToString();
    }

    private static void Single(StringBuilder text, string name, string kind, string help, ref long value)
    {
        Head(text, name, kind, help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {Interlocked.Read(ref value)}\n");
    }

    private static void Head(StringBuilder text, string name, string kind, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");

    private static string MethodOf(string method) =>
        method is "GET" or "HEAD" or "PUT" or "POST" or "PATCH" or "DELETE" ? method : "_OTHER";

    private static string RouteOf(string path) => Route.Parse(path).Resource switch
    {
        Resource.Ping => "/v2/",
        Resource.Catalog => "/v2/_catalog",
        Resource.Tags => "/v2/{name}/tags/list",
        Resource.Manifest => "/v2/{name}/manifests/{reference}",
        Resource.Blob => "/v2/{name}/blobs/{digest}",
        Resource.Uploads or Resource.Upload => "/v2/{name}/blobs/uploads/",
        Resource.Referrers => "/v2/{name}/referrers/{digest}",
        _ => path is "/" or Path or HealthHandler.Path ? path : "other",
    };

    private sealed class Series
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[s_bounds.Length + 1];
        private long _count;
        private double _sum;

        public void Add(double seconds)
        {
            int bucket = Array.FindIndex(s_bounds, bound => seconds <= bound);
            lock (_lock)
            {
                _buckets[bucket < 0 ? s_bounds.Length : bucket]++;
                _count++;
                _sum += seconds;
            }
        }

        public (long[] Buckets, long Count, double Sum) Read()
        {
            lock (_lock)
                return ([.. _buckets], _count, _sum);
        }
    }
}
