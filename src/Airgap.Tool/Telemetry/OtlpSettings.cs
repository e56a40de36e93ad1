using Airgap.Oci;

namespace Airgap.Tool.Telemetry;

/// <summary>The environment's settings of an export over OTLP.</summary>
/// <remarks>Source: OpenTelemetry specification, "OpenTelemetry Protocol Exporter" and "Environment Variable Specification".</remarks>
/// <param name="Traces">True to export traces.</param>
/// <param name="Metrics">True to export metrics.</param>
internal sealed record OtlpSettings(bool Traces, bool Metrics)
{
    private const string Endpoint = "ENDPOINT";
    private static readonly string[] s_certificates = ["CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"];

    /// <summary>Reads the environment.</summary>
    /// <param name="variable">Returns a variable's value, or null.</param>
    /// <returns>Null if nothing is exported.</returns>
    public static OtlpSettings? Read(Func<string, string?> variable)
    {
        OtlpSettings settings = new(IsWanted("TRACES", variable), IsWanted("METRICS", variable));
        return settings.Traces || settings.Metrics ? settings : null;
    }

    /// <summary>A setting of one signal, or else of all.</summary>
    /// <param name="signal"><c>TRACES</c> or <c>METRICS</c>.</param>
    /// <param name="setting">The end of the variable's name, such as <c>HEADERS</c>.</param>
    /// <param name="variable">Returns a variable's value, or null.</param>
    /// <returns>Null if it is not set.</returns>
    public static string? Value(string signal, string setting, Func<string, string?> variable) =>
        Set(NameOf(setting, signal), variable) ?? Set(NameOf(setting), variable);

    /// <summary>A setting of all signals; null if it is not set.</summary>
    public static string? Value(string setting, Func<string, string?> variable) => Set(NameOf(setting), variable);

    /// <summary>The first variable whose value cannot be used, as a warning; null for none. Nothing is exported then.</summary>
    public static Diagnostic? FindProblem(Func<string, string?> variable)
    {
        foreach (string? signal in new[] { null, "TRACES", "METRICS" })
        {
            foreach (string setting in new[] { Endpoint, "PROTOCOL", "HEADERS", "TIMEOUT", "COMPRESSION" })
            {
                string name = NameOf(setting, signal);
                if (Set(name, variable) is { } value && ProblemOf(setting, value) is { } problem)
                    return NotExported($"{name} {problem}");
            }

            foreach (string name in s_certificates.Select(setting => NameOf(setting, signal)).Where(_ => signal is not null))
            {
                if (Set(name, variable) is not null)
                    return NotExported($"{name} is not supported; a certificate is for all signals.");
            }
        }

        return null;
    }

    /// <summary>A signal that another exporter should export, as a warning; null for none.</summary>
    public static Diagnostic? FindOtherExporter(Func<string, string?> variable)
    {
        foreach ((string signal, string what) in new[] { ("TRACES", "Traces"), ("METRICS", "Metrics") })
        {
            if (HasEndpoint(signal, variable)
                && Exporters(signal, variable).FirstOrDefault(exporter => exporter is not ("otlp" or "none")) is { } other)
                return NotExported($"OTEL_{signal}_EXPORTER names it; otlp and none are supported.", $"{what} for '{other}'");
        }

        return null;
    }

    /// <summary>The warning that something was not exported.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="what">What was not exported.</param>
    public static Diagnostic NotExported(string reason, string what = "Traces and metrics") => new(
        ErrorCode.TelemetryNotExported, $"{what} were not exported: {reason}",
        "Check the OTEL_EXPORTER_OTLP_… variables and the collector; the run itself is not affected.");

    private static string NameOf(string setting, string? signal = null) =>
        signal is null ? $"OTEL_EXPORTER_OTLP_{setting}" : $"OTEL_EXPORTER_OTLP_{signal}_{setting}";

    // Headers may be credentials, and an address may contain some.
    private static string? ProblemOf(string setting, string value) => setting switch
    {
        Endpoint when !(Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https") =>
            "is not an http or https address.",
        "PROTOCOL" when value is not ("grpc" or "http/protobuf") => $"is '{value}'; grpc and http/protobuf are supported.",
        "HEADERS" when !value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).All(IsHeader) =>
            "is not a list of NAME=VALUE.",
        "TIMEOUT" when !(int.TryParse(value, out int milliseconds) && milliseconds > 0) => "is not a number of milliseconds.",
        "COMPRESSION" when value is not ("gzip" or "none") => $"is '{value}'; gzip and none are supported.",
        _ => null,
    };

    // Source: RFC 9110, section 5.6.2, "Tokens".
    private static bool IsHeader(string pair) =>
        pair.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        && pair[..equals].Trim() is { Length: > 0 } name
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));

    // Unlike in the specification, nothing is exported without an endpoint: its default, localhost, would
    // make every run look for a collector.
    private static bool IsWanted(string signal, Func<string, string?> variable) =>
        HasEndpoint(signal, variable)
        && Exporters(signal, variable) is var exporters && (exporters.Length == 0 || exporters.Contains("otlp"));

    private static bool HasEndpoint(string signal, Func<string, string?> variable) =>
        !string.Equals(Set("OTEL_SDK_DISABLED", variable), "true", StringComparison.OrdinalIgnoreCase)
        && Value(signal, Endpoint, variable) is not null;

    private static string[] Exporters(string signal, Func<string, string?> variable) =>
        (variable($"OTEL_{signal}_EXPORTER") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? Set(string name, Func<string, string?> variable) =>
        variable(name)?.Trim() is { Length: > 0 } value ? value : null;
}
