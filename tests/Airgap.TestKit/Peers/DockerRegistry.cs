using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace Airgap.TestKit.Peers;

/// <summary>The real docker-registry over a folder, on a free port of the loopback.</summary>
public sealed partial class DockerRegistry : IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly Process _process;
    private readonly TempFolder _temp;
    private readonly StringBuilder _log;
    private readonly Channel<string> _requests;

    private DockerRegistry(
        Process process, TempFolder temp, StringBuilder log, Channel<string> requests, string folder, int port, string scheme)
    {
        _process = process;
        _requests = requests;
        _temp = temp;
        _log = log;
        Folder = folder;
        Address = new Uri($"{scheme}://127.0.0.1:{port}/");
    }

    /// <summary>Whether it is installed.</summary>
    public static bool IsAvailable => Cli.Find("docker-registry") is not null;

    /// <summary>The storage folder.</summary>
    public string Folder { get; }

    public Uri Address { get; }

    /// <summary>Such as <c>127.0.0.1:41234</c>.</summary>
    public string Host => Address.Authority;

    /// <summary>Its user and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its output so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>
    /// The requests since the last call, of a registry that logs them: <c>METHOD PATH STATUS</c>, in the order in which they ended.
    /// </summary>
    public async Task<IReadOnlyList<string>> TakeRequestsAsync()
    {
        // The log contains our own request after all requests that ended before it.
        string mark = $"/v2/?mark={Guid.NewGuid():N}";
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false });
        using (await client.GetAsync(new Uri(Address, mark)))
        {
        }

        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        List<string> requests = [];
        await foreach (string line in _requests.Reader.ReadAllAsync(limit.Token))
        {
            if (line.Contains(mark, StringComparison.Ordinal))
                break;
            requests.Add(line);
        }

        return requests;
    }

    /// <summary>Starts it; without it the test is inconclusive.</summary>
    /// <param name="folder">The storage folder, which is kept; null for an empty one that is removed with the registry.</param>
    /// <param name="certificate">With its key, to use TLS, and HTTP/2 if a client supports it; null for plain http.</param>
    /// <param name="remembersBlobs">True for the cache of blob descriptors that its sample configuration has: it answers for a blob whose
    /// bytes are gone.</param>
    /// <param name="deletes">False to refuse deletions, which is its default.</param>
    /// <param name="logsRequests">True to keep its requests for <see cref="TakeRequestsAsync"/>.</param>
    /// <param name="clients">The authority that must have signed each client's certificate; null to ask for none.</param>
    public static async Task<DockerRegistry> StartAsync(
        string? folder = null, X509Certificate2? certificate = null, bool remembersBlobs = false, bool deletes = true,
        bool logsRequests = false, X509Certificate2? clients = null)
    {
        string program = Peer.Require("docker-registry");
        for (int attempt = 1; ; attempt++)
        {
            DockerRegistry registry = Launch(program, folder, certificate, remembersBlobs, deletes, logsRequests, clients);
            if (await registry.IsReadyAsync(asksForCertificates: clients is not null))
                return registry;
            string log = registry.Log;
            await registry.DisposeAsync();

            // Another process may have taken the port since it was found to be free.
            if (attempt == Attempts || !log.Contains("address already in use", StringComparison.Ordinal))
                throw new InvalidOperationException($"docker-registry ended: {log}");
        }
    }

    /// <summary>The file with a blob's or manifest's bytes.</summary>
    public string FileOf(string digest) =>
        Path.Combine(Folder, "docker", "registry", "v2", "blobs", "sha256", digest[7..9], digest[7..], "data");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _temp.Dispose();
    }

    private static DockerRegistry Launch(
        string program, string? folder, X509Certificate2? certificate, bool remembersBlobs, bool deletes, bool logsRequests,
        X509Certificate2? clients)
    {
        TempFolder temp = new();
        folder ??= temp["storage"];
        Directory.CreateDirectory(folder);
        int port = FreePort();
        string config = temp["config.yml"];
        string tls = "";
        if (certificate is not null)
        {
            File.WriteAllText(temp["tls.pem"], certificate.ExportCertificatePem());
            File.WriteAllText(temp["tls.key"], certificate.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
            tls = $"\n  tls:\n    certificate: {temp["tls.pem"]}\n    key: {temp["tls.key"]}";
        }

        if (clients is not null)
        {
            File.WriteAllText(temp["clients.pem"], clients.ExportCertificatePem());
            tls += $"\n    clientcas:\n      - {temp["clients.pem"]}";
        }

        File.WriteAllText(config, $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: {(logsRequests ? "false" : "true")}
            storage:{(remembersBlobs ? "\n  cache:\n    blobdescriptor: inmemory" : "")}
              delete:
                enabled: {(deletes ? "true" : "false")}
              filesystem:
                rootdirectory: {folder}
              maintenance:
                uploadpurging:
                  enabled: false
            http:
              addr: 127.0.0.1:{port}
              secret: fixed{tls}
            validation:
              manifests:
                urls:
                  allow:
                    - ^https?://
            """);
        Process process = new()
        {
            StartInfo = new ProcessStartInfo(program, ["serve", config]) { RedirectStandardOutput = true, RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        StringBuilder log = new();
        Channel<string> requests = Channel.CreateUnbounded<string>();
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new DockerRegistry(process, temp, log, requests, folder, port, certificate is null ? "http" : "https");

        void Take(string? line)
        {
            if (logsRequests && line is not null && AccessLine().Match(line) is { Success: true } request)
                requests.Writer.TryWrite(request.Result("$1 $2 $3"));
            else
                Append(log, line);
        }
    }

    // 127.0.0.1 - - [29/Nov/2026:13:00:00 +0000] "PUT /v2/... HTTP/1.1" 201 0 "" "agent"
    [GeneratedRegex("^\\S+ \\S+ \\S+ \\[[^]]*\\] \"(\\S+) (\\S+) [^\"]*\" ([0-9]+) ")]
    private static partial Regex AccessLine();


    // False when the process ends before it answers.
    private async Task<bool> IsReadyAsync(bool asksForCertificates)
    {
        using HttpClient client = new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true }
            });
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (!_process.HasExited)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync(new Uri(Address, "/v2/"), limit.Token);
                if (!_process.HasExited && response.IsSuccessStatusCode)
                    return true;
            }
            catch (HttpRequestException e)
            {
                // It listens, and refuses this client.
                if (asksForCertificates && !_process.HasExited && e.HttpRequestError is not HttpRequestError.ConnectionError)
                    return true;
                // Not yet listening.
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }

        return false;
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static void Append(StringBuilder log, string? line)
    {
        lock (log)
            log.AppendLine(line);
    }
}
