using Airgap.Oci;

namespace Airgap.Tool.Telemetry;

/// <summary>The environment's settings of an export over OTLP.</summary>
/// <remarks>Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification".</remarks>
/// <param name="Traces">True to export traces.</param>
/// <param name="Metrics">True to export metrics.</param>
internal sealed record OtlpSettings(bool Traces, bool Metrics)
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Reads the environment.</summary>
    /// <param name="variable">Returns a variable's value, or null.</param>
    /// <returns>Null if nothing is exported.</returns>
    public static OtlpSettings? Read(Func<string, string?> variable)
    {
        if (string.Equals(variable("OTEL_SDK_DISABLED")?.Trim(), "true", StringComparison.OrdinalIgnoreCase))
            return null;
        OtlpSettings settings = new(IsWanted("TRACES", variable), IsWanted("METRICS", variable));
        return settings.Traces || settings.Metrics ? settings : null;
    }

    /// <summary>The first variable whose value cannot be used, as a warning; null for none.</summary>
    public static Diagnostic? FindProblem(Func<string, string?> variable)
    {
        foreach (string name in new[] { Endpoint, EndpointOf("TRACES"), EndpointOf("METRICS") })
        {
            if (variable(name)?.Trim() is { Length: > 0 } value
                && !(Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"))
                return NotExported($"{name} is not an http or https address.");
        }

        return variable("OTEL_EXPORTER_OTLP_PROTOCOL")?.Trim() is { Length: > 0 } protocol and not ("grpc" or "http/protobuf")
            ? NotExported($"OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}'; grpc and http/protobuf are supported.") : null;
    }

    /// <summary>The warning that something was not exported.</summary>
    public static Diagnostic NotExported(string reason) => new(
        ErrorCode.TelemetryNotExported, $"Traces and metrics were not exported: {reason}",
        "Check the OTEL_EXPORTER_OTLP_… variables and the collector; the run itself is not affected.");

    private static string EndpointOf(string signal) => $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT";

    // Unlike in the specification, nothing is exported without an endpoint: its default, localhost, would
    // make every run look for a collector.
    private static bool IsWanted(string signal, Func<string, string?> variable) =>
        (IsSet(Endpoint, variable) || IsSet(EndpointOf(signal), variable))
        && variable($"OTEL_{signal}_EXPORTER")?.Trim() is null or "" or "otlp";

    private static bool IsSet(string name, Func<string, string?> variable) => !string.IsNullOrWhiteSpace(variable(name));
}
