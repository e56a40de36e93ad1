using System.Diagnostics;
using Airgap.Oci;
using Airgap.Tool.Running;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Airgap.Tool.Telemetry;

/// <summary>Sends spans and metrics to a collector while a command runs.</summary>
internal sealed class OtlpExport
{
    /// <summary>The longest wait for the collector at the end of a command.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;
    private readonly Deliveries[] _deliveries;

    private OtlpExport(TracerProvider? traces, MeterProvider? metrics, params Deliveries?[] deliveries)
    {
        _traces = traces;
        _metrics = metrics;
        _deliveries = [.. deliveries.OfType<Deliveries>()];
    }

    /// <summary>Starts the export, with the endpoints, headers and protocol of the environment.</summary>
    public static OtlpExport Start(OtlpSettings settings, Identity identity, Func<string, string?> variable)
    {
        OtlpExporterOptions? forTraces = settings.Traces ? Options("TRACES", variable) : null;
        OtlpExporterOptions? forMetrics = settings.Metrics ? Options("METRICS", variable) : null;
        Deliveries? spans = forTraces is null ? null : new("Traces", forTraces.Endpoint);
        Deliveries? points = forMetrics is null ? null : new("Metrics", forMetrics.Endpoint);
        // The environment's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last and take precedence.
        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddService("airgap", serviceVersion: identity.Version).AddTelemetrySdk().AddEnvironmentVariableDetector();
        TracerProvider? traces = forTraces is null ? null
            : Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
                .AddSource(CommandTrace.Name, "Airgap.Transfer", "Airgap.Oci", "System.Net.Http")
                .AddProcessor(new BatchActivityExportProcessor(new TraceExporter(forTraces, spans!)))
                .Build();
        MeterProvider? metrics = forMetrics is null ? null
            : Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter("Airgap.Transfer", "Airgap.Oci", "System.Net.Http", "Microsoft.AspNetCore.Hosting",
                    "Microsoft.AspNetCore.Server.Kestrel")
                .AddReader(new PeriodicExportingMetricReader(new MetricExporter(forMetrics, points!)))
                .Build();
        return new OtlpExport(traces, metrics, spans, points);
    }

    /// <summary>Sends the rest.</summary>
    /// <returns>A warning if a collector did not accept everything; null otherwise.</returns>
    public Diagnostic? Finish()
    {
        int patience = (int)s_patience.TotalMilliseconds;
        Task<bool> traces = Task.Run(() => _traces?.Shutdown(patience) ?? true);
        bool inTime = (_metrics?.Shutdown(patience) ?? true) & traces.GetAwaiter().GetResult();
        Deliveries[] refused = [.. _deliveries.Where(each => each.IsRefused)];
        if (refused.Length == 0)
            return inTime ? null
                : OtlpSettings.NotExported(
                    $"{Collectors(_deliveries)} did not respond within {s_patience.TotalSeconds} s.", Whats(_deliveries));
        return OtlpSettings.NotExported($"{Collectors(refused)} was not reached or did not accept them.", Whats(refused));
    }

    private static string Whats(Deliveries[] deliveries) =>
        deliveries.Length > 1 ? "Traces and metrics" : deliveries[0].Name;

    // Without the credentials that an address may contain.
    private static string Collectors(Deliveries[] deliveries) => "the collector at " + string.Join(
        " or ", deliveries.Select(each => $"{each.Endpoint.Scheme}://{each.Endpoint.Authority}").Distinct());

    // The library reads the variables that are for all signals; those of a single one it leaves to its caller.
    private static OtlpExporterOptions Options(string signal, Func<string, string?> variable)
    {
        string? Value(string setting) => OtlpSettings.Value(signal, setting, variable);
        OtlpExporterOptions options = new();
        if (Value("PROTOCOL") is { } protocol)
            options.Protocol = protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (Value("HEADERS") is { } headers)
            options.Headers = headers;
        if (Value("COMPRESSION") is { } compression)
            options.Compression = compression == "gzip" ? OtlpExportCompression.GZip : OtlpExportCompression.None;
        if (int.TryParse(Value("TIMEOUT"), out int timeout))
            options.TimeoutMilliseconds = timeout;
        if (variable($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")?.Trim() is { Length: > 0 } own)
            options.Endpoint = new Uri(own);
        else if (options.Protocol == OtlpExportProtocol.HttpProtobuf)
            options.Endpoint = new Uri($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal.ToLowerInvariant()}");
        // A hanging collector must not delay a finished run: an attempt times out before the wait ends.
        options.TimeoutMilliseconds = Math.Min(options.TimeoutMilliseconds, (int)s_patience.TotalMilliseconds);
        options.HttpClientFactory = () => ExporterClient.Create(TimeSpan.FromMilliseconds(options.TimeoutMilliseconds), variable);
        return options;
    }

    private sealed class Deliveries(string name, Uri endpoint)
    {
        private int _refused;

        public string Name => name;

        public Uri Endpoint => endpoint;

        public bool IsRefused => Volatile.Read(ref _refused) > 0;

        public ExportResult Note(ExportResult result)
        {
            if (result == ExportResult.Failure)
                Interlocked.Increment(ref _refused);
            return result;
        }
    }

    private sealed class TraceExporter(OtlpExporterOptions options, Deliveries deliveries) : OtlpTraceExporter(options)
    {
        public override ExportResult Export(in Batch<Activity> activityBatch) => deliveries.Note(base.Export(activityBatch));
    }

    private sealed class MetricExporter(OtlpExporterOptions options, Deliveries deliveries) : OtlpMetricExporter(options)
    {
        public override ExportResult Export(in Batch<Metric> metrics) => deliveries.Note(base.Export(metrics));
    }
}
