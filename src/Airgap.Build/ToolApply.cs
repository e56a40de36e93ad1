using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Microsoft.Build.Framework;

namespace Airgap.Build;

/// <summary>
/// Applies the manifests of a publish to a cluster with <c>dotnet airgap apply</c>, in a separate process. The code
/// that reads kubeconfigs is ten times the size of this package and starts programs for log-ins, so it does not belong
/// in every build's process.
/// </summary>
/// <param name="settings">The project's settings.</param>
/// <param name="log">The build's log.</param>
/// <param name="clock">The time.</param>
internal sealed class ToolApply(PublishSettings settings, BuildLog log, TimeProvider clock)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private const string Install =
        "Install the tool, for the project (dotnet new tool-manifest, dotnet tool install dotnet-airgap) or the machine (dotnet tool " +
        "install -g dotnet-airgap).";

    /// <summary>Applies, and waits if the project requests it.</summary>
    /// <param name="files">Full paths of the manifests.</param>
    /// <param name="cancellationToken">Ends the process; what was applied stays.</param>
    /// <returns>The summary; null if an error was logged.</returns>
    public async Task<string?> RunAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        ApplySettings apply = settings.Apply!;
        if (files.Count == 0)
        {
            log.Warning(ApplyTarget.Nothing);
            return "";
        }

        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = settings.ProjectDirectory,
        };
        foreach (string argument in (IEnumerable<string>)["airgap", "apply", .. files, "--context", apply.Context, "--json"])
            start.ArgumentList.Add(argument);
        if (apply.Wait is { } wait)
            start.ArgumentList.Add(wait == Timeout.InfiniteTimeSpan
                ? "--wait=0" : string.Create(CultureInfo.InvariantCulture, $"--wait={wait.TotalSeconds:0.###}s"));
        start.Environment["KUBECONFIG"] = string.Join(Path.PathSeparator, ApplyTarget.Files(settings, Environment.GetEnvironmentVariable));
        log.Detail($"{start.FileName} {string.Join(' ', start.ArgumentList)}");
        (int exitCode, string output, string error) = await FollowAsync(StartAsync(start, cancellationToken));
        return Report(exitCode, output, error);
    }

    /// <summary>Writes a line every half minute while the tool runs, which writes its result at its end.</summary>
    /// <param name="running">The run.</param>
    internal async Task<T> FollowAsync<T>(Task<T> running)
    {
        long start = clock.GetTimestamp();
        string doing = settings.Apply!.Wait is null ? "still applying" : "still applying, or waiting for the cluster to reconcile";
        await using ITimer timer = clock.CreateTimer(
            _ => log.Message(
                MessageImportance.High,
                string.Create(CultureInfo.InvariantCulture, $"  {settings.Apply.Context}: {doing} ({clock.GetElapsedTime(start).TotalSeconds:0} s)")),
            null, s_interval, s_interval);
        return await running;
    }

    private static async Task<(int ExitCode, string Output, string Error)> StartAsync(
        ProcessStartInfo start, CancellationToken cancellationToken)
    {
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await Task.WhenAll(output, error, process.WaitForExitAsync(cancellationToken));
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            return (process.ExitCode, await output, await error);
        }
        catch (Win32Exception failure)
        {
            return (-1, "", failure.Message);
        }
    }

    /// <summary>Reports what the tool wrote.</summary>
    /// <returns>The summary; null if an error was logged.</returns>
    internal string? Report(int exitCode, string output, string error)
    {
        JsonElement report;
        try
        {
            report = JsonElement.Parse(output);
        }
        catch (JsonException)
        {
            report = default;
        }

        if (report.ValueKind != JsonValueKind.Object || !report.TryGetProperty("command", out JsonElement command)
            || command.GetString() != "apply")
        {
            string why = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
                ?? $"exit code {exitCode}";
            log.Error(new Diagnostic(
                ErrorCode.ApplyToolMissing,
                $"The manifests were not applied: 'dotnet airgap apply' did not run: {why.TrimEnd('.')}.", Install));
            return null;
        }

        foreach (JsonElement each in Items(report, "objects"))
            log.Message(MessageImportance.High,
                $"  {Text(each, "kind")} {(Text(each, "namespace") is { } ns ? ns + "/" : "")}{Text(each, "name")}: " +
                $"{Text(each, "outcome")}{(Text(each, "state") is { } state ? $", {state}" : "")}");
        foreach (JsonElement each in Items(report, "warnings"))
            log.Warning(Diagnostic(each));
        bool isToldWhy = false;
        foreach (JsonElement each in Items(report, "errors"))
        {
            log.Error(Diagnostic(each));
            isToldWhy = true;
        }

        if (exitCode != 0 && !isToldWhy)
            log.Error(new Diagnostic(
                ErrorCode.ApplyToolMissing, $"'dotnet airgap apply' ended with exit code {exitCode} and gave no reason.",
                "Run it by hand to see more."));
        return exitCode == 0 ? Text(report, "summary") ?? "applied" : null;
    }

    private static Diagnostic Diagnostic(JsonElement each)
    {
        bool isKnown = Text(each, "code") is { } id && id.StartsWith("AIRGAP", StringComparison.Ordinal)
            && int.TryParse(id[6..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && Enum.IsDefined((ErrorCode)number);
        ErrorCode code = isKnown
            ? (ErrorCode)int.Parse(Text(each, "code")![6..], CultureInfo.InvariantCulture) : ErrorCode.ApplyToolMissing;
        return new Diagnostic(code, Text(each, "message") ?? "", AdviceOf(each))
        {
            Reference = Text(each, "reference"),
            Location = Text(each, "file") is { } file ? new SourceLocation(file, Number(each, "line"), Number(each, "column")) : null,
        };
    }

    // The tool advises in its own words, its flags.
    private static string AdviceOf(JsonElement each) => (Text(each, "advice") ?? "")
        .Replace("--kubeconfig FILE and --context NAME, or set KUBECONFIG", $"{PropertyNames.ApplyContext}, or set KUBECONFIG",
            StringComparison.Ordinal)
        .Replace("--kubeconfig FILE", "KUBECONFIG", StringComparison.Ordinal)
        .Replace("--context", PropertyNames.ApplyContext, StringComparison.Ordinal);

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.TryGetInt32(out int number) ? number : 0;
}
