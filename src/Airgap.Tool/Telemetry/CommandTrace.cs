using System.Diagnostics;
using System.Runtime.CompilerServices;
using Airgap.Oci;
using Airgap.Tool.Running;

namespace Airgap.Tool.Telemetry;

/// <summary>The trace of a command, exported over OTLP if the environment requests it.</summary>
internal sealed class CommandTrace
{
    /// <summary>The name of the activity source.</summary>
    public const string Name = "Airgap.Tool";

    private static readonly ActivitySource s_source = new(Name);

    private readonly OtlpExport? _export;
    private readonly Activity? _span;
    private readonly Diagnostic? _problem;

    private CommandTrace(OtlpExport? export, Activity? span, Diagnostic? problem)
    {
        _export = export;
        _span = span;
        _problem = problem;
    }

    /// <summary>Begins the trace. Loads OpenTelemetry's libraries only if something is exported.</summary>
    /// <param name="command">The command, such as <c>copy</c>.</param>
    /// <param name="identity">The name and version of the service.</param>
    /// <param name="variable">Returns an environment variable's value, or null.</param>
    public static CommandTrace Begin(string command, Identity identity, Func<string, string?> variable)
    {
        Diagnostic? other = OtlpSettings.FindOtherExporter(variable);
        if (OtlpSettings.Read(variable) is not { } settings)
            return new CommandTrace(null, null, other);
        if (OtlpSettings.FindProblem(variable) is { } problem)
            return new CommandTrace(null, null, problem);
        try
        {
            return Export(settings, command, identity, variable, other);
        }
        catch (Exception e)
        {
            // For example a certificate that the exporter cannot read. No setting of the export may end the command.
            return new CommandTrace(null, null, OtlpSettings.NotExported(e.Message));
        }
    }

    /// <summary>Ends the trace, and waits a limited time until the collector has received it.</summary>
    /// <param name="exitCode">The command's exit code.</param>
    /// <returns>A warning if not everything was exported; null otherwise.</returns>
    public Diagnostic? End(int exitCode)
    {
        _span?.SetTag("process.exit.code", exitCode)
            .SetStatus(exitCode == 0 ? ActivityStatusCode.Ok : ActivityStatusCode.Error).Dispose();
        return _export?.Finish() ?? _problem;
    }

    // A separate method, so that the exporter is loaded only when it is called.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CommandTrace Export(
        OtlpSettings settings, string command, Identity identity, Func<string, string?> variable, Diagnostic? problem)
    {
        OtlpExport export = OtlpExport.Start(settings, identity, variable);
        // A CI system may have begun the trace. Source: OpenTelemetry, "Environment Variables as Context Propagation Carriers".
        _ = ActivityContext.TryParse(variable("TRACEPARENT"), variable("TRACESTATE"), isRemote: true, out ActivityContext parent);
        Activity? span = s_source.StartActivity($"{Identity.OwnName} {command}", ActivityKind.Internal, parent);
        return new CommandTrace(export, span?.SetTag("airgap.command", command), problem);
    }
}
