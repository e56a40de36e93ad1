using System.ComponentModel;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Credentials.Helpers;
using Airgap.Oci.Files;
using Airgap.Oci.Wire;
using Airgap.Transfer.Yaml;

namespace Airgap.Cluster.Connecting;

/// <summary>
/// A program that supplies credentials for a cluster. It runs when they are first needed, when they have expired, and when the cluster no
/// longer accepts them. It has no terminal.
/// </summary>
internal sealed class ExecPlugin
{
    private const int MostBytes = 1024 * 1024;
    private const int LongestWords = 300;
    private static readonly string[] s_versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];

    private readonly Lock _lock = new();
    private readonly string _command;
    private readonly string _apiVersion;
    private readonly ProcessStartInfo _start;
    private Task<ExecCredential>? _current;

    private ExecPlugin(string command, string apiVersion, ProcessStartInfo start) =>
        (_command, _apiVersion, _start) = (command, apiVersion, start);

    /// <summary>The longest time that it may run.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The certificate of the latest credentials; null for none.</summary>
    public SslStreamCertificateContext? Certificate
    {
        get
        {
            lock (_lock)
                return _current is { IsCompletedSuccessfully: true } ? _current.Result.Certificate : null;
        }
    }

    /// <summary>Finds a plugin. It is not started yet.</summary>
    /// <param name="exec">Its fields.</param>
    /// <param name="cluster">The cluster's description.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="FormatException">It cannot be used.</exception>
    public static ExecPlugin Of(KubeConfigPart exec, KubeConfigCluster cluster, Func<string, string?> environment)
    {
        string command = exec.Text("command") ?? throw new FormatException("its plugin (exec) has no command");
        string apiVersion = exec.Text("apiVersion") ?? "";
        if (!s_versions.Contains(apiVersion))
            throw new FormatException($"its plugin {command} is of the apiVersion '{apiVersion}', and not of {s_versions[0]} or v1beta1");
        if (exec.Text("interactiveMode") == "Always")
            throw new FormatException($"its plugin {command} asks at a terminal: log in with it first, or use a context with a token");
        string program = Find(command, exec.Folder, environment)
            ?? throw new FormatException(
                $"its plugin {command} was not found{(exec.Text("installHint") is { } hint ? $": {Printable.Line(hint)}" : "")}");
        ProcessStartInfo start = RedirectedProgram.Start(program, null);
        foreach (YamlScalar argument in exec.Items("args").OfType<YamlScalar>())
            start.ArgumentList.Add(argument.Text);
        foreach (YamlNode variable in exec.Items("env"))
        {
            if (YamlLookup.Text(variable, "name") is { } name)
                start.Environment[name] = YamlLookup.Text(variable, "value") ?? "";
        }

        JsonObject spec = new() { ["interactive"] = false };
        if (exec.Flag("provideClusterInfo"))
            spec["cluster"] = cluster.Describe();
        start.Environment["KUBERNETES_EXEC_INFO"] =
            new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = apiVersion, ["spec"] = spec }.ToJsonString();
        return new ExecPlugin(command, apiVersion, start);
    }

    /// <summary>The header of a request; null if the plugin supplies only a certificate.</summary>
    /// <exception cref="FormatException">It supplies no credentials.</exception>
    public async Task<AuthenticationHeaderValue?> AuthorizeAsync(CancellationToken cancellationToken)
    {
        Task<ExecCredential> current;
        lock (_lock)
        {
            if (_current is null or { IsFaulted: true } or { IsCanceled: true }
                || (_current.IsCompletedSuccessfully && _current.Result.Ends <= DateTimeOffset.UtcNow))
                _current = Task.Run(() => RunAsync(cancellationToken), CancellationToken.None);
            current = _current;
        }

        return (await current.WaitAsync(cancellationToken)).Token is { } token ? new AuthenticationHeaderValue("Bearer", token) : null;
    }

    /// <summary>Makes the next request start it again.</summary>
    public void Forget()
    {
        lock (_lock)
            _current = _current is { IsCompleted: true } ? null : _current;
    }

    private async Task<ExecCredential> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            HelperOutput output = await HelperProcess.RunAsync(
                _start, ReadOnlyMemory<byte>.Empty, MostBytes, Limit, TimeProvider.System, cancellationToken);
            if (output.IsTooLong)
                throw new FormatException($"its output has more than {MostBytes} bytes");
            return output.ExitCode == 0 ? ExecCredential.Read(output.Out, _apiVersion)
                : throw new FormatException($"it ended with the exit code {output.ExitCode}{Words(output.Error)}");
        }
        catch (FormatException wrong)
        {
            throw new FormatException($"the plugin {_command} returned no credentials: {wrong.Message}", wrong);
        }
        catch (TimeoutException)
        {
            throw new FormatException($"the plugin {_command} was stopped: it returned no credentials within {Limit.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is Win32Exception or IOException)
        {
            throw new FormatException($"the plugin {_command} cannot be run: {failure.Message}", failure);
        }
    }

    private static string Words(string said)
    {
        string line = string.Join(' ', said.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "" : $": {Printable.Line(line.Length > LongestWords ? line[..LongestWords] + "…" : line)}";
    }

    // As in kubectl, a name is searched for only on the PATH, and a relative path starts from the file's folder.
    private static string? Find(string command, string folder, Func<string, string?> environment)
    {
        if (!command.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar))
            return HelperLocator.Find(
                command, EnvironmentVariables.Capture(new Dictionary<string, string> { ["PATH"] = environment("PATH") ?? "" }));
        string path = Path.Combine(folder, command);
        return File.Exists(path) ? path : null;
    }
}
