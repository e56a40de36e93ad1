using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Airgap.TestKit.Peers;

/// <summary>The real docker-registry over a folder, on a free port of the loopback.</summary>
public sealed class DockerRegistry : IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly Process _process;
    private readonly TempFolder _temp;
    private readonly StringBuilder _log;

    private DockerRegistry(Process process, TempFolder temp, StringBuilder log, string folder, int port, string scheme)
    {
        _process = process;
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

    /// <summary>What it wrote so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts it; the test is left out where it is not installed.</summary>
    /// <param name="folder">The storage folder, which stays; null for an empty one that goes with the registry.</param>
    /// <param name="certificate">With its key, to speak TLS, and HTTP/2 where a client wants it; null for plain http.</param>
    /// <param name="remembersBlobs">True for the cache of blob descriptors that its sample configuration has: it answers for a blob whose
    /// bytes are gone.</param>
    /// <param name="deletes">False for one that deletes nothing, as its default is.</param>
    public static async Task<DockerRegistry> StartAsync(
        string? folder = null, X509Certificate2? certificate = null, bool remembersBlobs = false, bool deletes = true)
    {
        string program = Peer.Require("docker-registry");
        for (int attempt = 1; ; attempt++)
        {
            DockerRegistry registry = Launch(program, folder, certificate, remembersBlobs, deletes);
            if (await registry.IsReadyAsync())
                return registry;
            string log = registry.Log;
            await registry.DisposeAsync();

            // Between finding a port and listening on it somebody else may have taken it.
            if (attempt == Attempts || !log.Contains("address already in use", StringComparison.Ordinal))
                throw new InvalidOperationException($"docker-registry ended: {log}");
        }
    }

    /// <summary>The file that holds a blob's or manifest's bytes.</summary>
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

    private static DockerRegistry Launch(string program, string? folder, X509Certificate2? certificate, bool remembersBlobs, bool deletes)
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

        File.WriteAllText(config, $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
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
        process.OutputDataReceived += (_, line) => Append(log, line.Data);
        process.ErrorDataReceived += (_, line) => Append(log, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new DockerRegistry(process, temp, log, folder, port, certificate is null ? "http" : "https");
    }

    // False when the process ends before it answers.
    private async Task<bool> IsReadyAsync()
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
            catch (HttpRequestException)
            {
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
