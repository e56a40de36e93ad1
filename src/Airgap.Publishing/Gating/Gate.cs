using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Files;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Signing;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Gating;

/// <summary>
/// Runs the gate command once, before anything is pushed, for scanners and approvals. It receives the plan as JSON on
/// standard input and as the file <c>AIRGAP_PLAN</c> and, if requested, the content as the OCI layout
/// <c>AIRGAP_LAYOUT</c>. Exit code 0 approves.
/// </summary>
internal sealed partial class Gate(GateSettings settings)
{
    /// <summary>The file with the plan.</summary>
    public const string PlanVariable = "AIRGAP_PLAN";

    /// <summary>The folder with the content.</summary>
    public const string LayoutVariable = "AIRGAP_LAYOUT";

    /// <summary>The warning of a dry run.</summary>
    public static Diagnostic NotInDryRun { get; } = new(
        ErrorCode.NotInDryRun, "A dry run does not ask the gate: whether it approves is open.", "To ask it, run without the dry run.");

    private const string NeededForGate = "for the gate";
    private const int MostOutput = 8 * 1024 * 1024;
    private const int MostText = 64 * 1024;

    private const string Advice = "See the command's output; nothing was pushed or written.";

    // Variables that programs need to run; none of them usually has a secret.
    private static readonly string[] s_common =
    [
        "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ", "TERM", "SYSTEMROOT", "SYSTEMDRIVE",
        "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE",
        "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "DOTNET_ROOT", "SSL_CERT_FILE", "SSL_CERT_DIR",
    ];

    /// <summary>True if the content is also passed.</summary>
    public bool WithContent => settings.WithContent;

    /// <summary>Runs the gate.</summary>
    /// <param name="plan">What would move.</param>
    /// <param name="fill">Writes the content to a folder; called only if requested.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>Its report, whether it approves or not.</returns>
    /// <exception cref="AirgapException"><see cref="ErrorCode.GateFailed"/>: it could not be run to its end.</exception>
    public async Task<GateReport> AskAsync(PlanDocument plan, Func<string, Task> fill, CancellationToken cancellationToken)
    {
        string folder = MakeFolder();
        try
        {
            byte[] json = Encoding.UTF8.GetBytes(PlanWriter.ToJson(plan));
            string file = Path.Combine(folder, PlanWriter.FileName);
            await File.WriteAllBytesAsync(file, json, cancellationToken);
            Dictionary<string, string> environment = Environment(file);
            if (settings.WithContent)
            {
                environment[LayoutVariable] = Path.Combine(folder, "layout");
                await fill(environment[LayoutVariable]);
            }

            return await RunAsync(json, environment, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e) || e is AirgapException { Code: ErrorCode.DiskFull })
        {
            throw TemporaryFolder.Failure(e, NeededForGate);
        }
        finally
        {
            Remove(folder);
        }
    }

    /// <summary>The failure of a gate that does not approve.</summary>
    public static Diagnostic Refusal(GateReport report) => new(
        ErrorCode.GateRefused,
        $"The gate '{Printable.Line(report.Command)}' refused with exit code " +
        $"{report.ExitCode}{(report.Text is { Length: > 0 } text ? $": {Printable.Line(text[..Math.Min(text.Length, 1000)].Trim())}" : "")}.",
        Advice);

    private async Task<GateReport> RunAsync(byte[] plan, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        HelperOutput output;
        try
        {
            output = await HelperProcess.RunAsync(
                ShellCommand.Start(settings.Command, settings.Folder, environment), plan, MostOutput, settings.TimeLimit,
                TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new AirgapException(
                ErrorCode.GateFailed,
                $"The gate '{Shown}' did not end within {settings.TimeLimit.TotalSeconds:0.###} seconds, and was ended.",
                "Give it more time, or less to do.", e);
        }
        catch (Win32Exception e)
        {
            throw new AirgapException(
                ErrorCode.GateFailed, $"The gate '{Shown}' could not be run: {e.Message.TrimEnd('.')}.", Advice, e);
        }

        if (output.IsTooLong)
            throw new AirgapException(
                ErrorCode.GateFailed, $"The gate '{Shown}' wrote more than {MostOutput} bytes.", "Reduce its output.");
        JsonElement? sarif = Sarif(output.Out);
        string text = sarif is null && output.Out.Trim().Length > 0 ? output.Out : output.Error;
        return new GateReport(
            Shown, output.ExitCode, Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3), sarif,
            text.Trim() is { Length: > 0 } said ? said[..Math.Min(said.Length, MostText)] : null);
    }

    // An assignment before a program may contain a secret, and the command is shown and recorded in reports.
    private string Shown => Printable.Line(Assignment().Replace(settings.Command, "$1…"));

    [GeneratedRegex("""((?:^|[\s;&|(])[A-Za-z_][A-Za-z0-9_]*=)("[^"]*"|'[^']*'|[^\s;&|)]+)""")]
    private static partial Regex Assignment();

    private Dictionary<string, string> Environment(string file)
    {
        StringComparer comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Dictionary<string, string> result = new(comparer) { [PlanVariable] = file };
        foreach (string name in s_common.Concat(settings.Variables))
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
                result[name] = value;
        }

        return result;
    }

    private static JsonElement? Sarif(string text)
    {
        if (!text.TrimStart().StartsWith('{'))
            return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 60 });
            return document.RootElement.TryGetProperty("version", out JsonElement version) && version.ValueKind == JsonValueKind.String
                && document.RootElement.TryGetProperty("runs", out JsonElement runs) && runs.ValueKind == JsonValueKind.Array
                    ? document.RootElement.Clone()
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name has an unpaired surrogate. Such output counts as text.
            return null;
        }
    }

    private static string MakeFolder()
    {
        try
        {
            return Directory.CreateTempSubdirectory("airgap-gate-").FullName;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw TemporaryFolder.Failure(e, NeededForGate);
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The folder may stay in the system's temporary folder; only the gate's answer matters.
        }
    }
}
