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
    private readonly Deliveries _deliveries;

    private OtlpExport(TracerProvider? traces, MeterProvider? metrics, Deliveries deliveries)
    {
        _traces = traces;
        _metrics = metrics;
        _deliveries = deliveries;
    }

    /// <summary>Starts the export, with the endpoints, headers and protocol of the environment.</summary>
    public static OtlpExport Start(OtlpSettings settings, Identity identity)
    {
        Deliveries deliveries = new();
        // The environment's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last and take precedence.
        ResourceBuilder resource = ResourceBuilder.CreateEmpty()
            .AddService("airgap", serviceVersion: identity.Version).AddTelemetrySdk().AddEnvironmentVariableDetector();
        TracerProvider? traces = settings.Traces
            ? Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
                .AddSource(CommandTrace.Name, "Airgap.Transfer", "Airgap.Oci", "System.Net.Http")
                .AddProcessor(new BatchActivityExportProcessor(new TraceExporter(Options("traces"), deliveries)))
                .Build()
            : null;
        MeterProvider? metrics = settings.Metrics
            ? Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter("Airgap.Transfer", "Airgap.Oci", "System.Net.Http", "Microsoft.AspNetCore.Hosting",
                    "Microsoft.AspNetCore.Server.Kestrel")
                .AddReader(new PeriodicExportingMetricReader(new MetricExporter(Options("metrics"), deliveries)))
                .Build()
            : null;
        return new OtlpExport(traces, metrics, deliveries);
    }

    /// <summary>Sends the rest.</summary>
    /// <returns>A warning if the collector did not accept everything; null otherwise.</returns>
    public Diagnostic? Finish()
    {
        long started = Stopwatch.GetTimestamp();
        bool inTime = _traces?.Shutdown((int)s_patience.TotalMilliseconds) ?? true;
        TimeSpan left = s_patience - Stopwatch.GetElapsedTime(started);
        inTime &= left > TimeSpan.Zero && (_metrics?.Shutdown((int)left.TotalMilliseconds) ?? true);
        if (_deliveries.Refused > 0)
            return OtlpSettings.NotExported("the collector did not accept them.");
        return inTime ? null : OtlpSettings.NotExported($"the collector did not respond within {s_patience.TotalSeconds} s.");
    }

    // A hanging collector must not delay a finished run: an attempt times out before the wait ends.
    private static OtlpExporterOptions Options(string signal)
    {
        OtlpExporterOptions options = new();
        string name = $"OTEL_EXPORTER_OTLP_{signal.ToUpperInvariant()}_ENDPOINT";
        if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } own)
            options.Endpoint = new Uri(own.Trim());
        else if (options.Protocol == OtlpExportProtocol.HttpProtobuf)
            options.Endpoint = new Uri($"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
        if (options.TimeoutMilliseconds > s_patience.TotalMilliseconds)
            options.TimeoutMilliseconds = (int)s_patience.TotalMilliseconds;
        return options;
    }

    private sealed class Deliveries
    {
        private int _refused;

        public int Refused => Volatile.Read(ref _refused);

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
