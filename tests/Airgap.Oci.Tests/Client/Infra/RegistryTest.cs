using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Airgap.Oci.Auth;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>Host names served on loopback, and a client that finds them there. Connections to other hosts are refused.</summary>
internal sealed class RegistryTest : IAsyncDisposable
{
    /// <summary>A local host, plain http.</summary>
    public const string Local = "registry.local:5055";

    private readonly ConcurrentDictionary<string, int> _ports = new();
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly List<RegistryClient> _clients = [];

    public ConcurrentQueue<string> Trace { get; } = new();

    /// <summary>The attempted connections, as host:port.</summary>
    public ConcurrentQueue<string> Connections { get; } = new();

    public async Task<ScriptedServer> ServeAsync(
        string host, X509Certificate2? certificate = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        ScriptedServer server = await ScriptedServer.StartAsync(certificate, protocols);
        _servers.Add(server);
        _ports[host] = server.Port;
        return server;
    }

    /// <summary>Serves a host that requests client certificates.</summary>
    public async Task<ScriptedServer> ServeIdentifyingAsync(
        string host, X509Certificate2 certificate, Func<X509Certificate2, bool> clients, bool mustIdentify = true)
    {
        ScriptedServer server = await ScriptedServer.StartAsync(certificate, clients: clients, mustIdentify: mustIdentify);
        _servers.Add(server);
        _ports[host] = server.Port;
        return server;
    }

    /// <summary>Serves a host with a server below HTTP.</summary>
    public void ServeRaw(string host, Func<string, string> answer)
    {
        RawServer server = new(answer);
        _servers.Add(server);
        _ports[host] = server.Port;
    }

    public RegistryClient Client(ICredentialSource? credentials = null, Func<RegistryOptions, RegistryOptions>? change = null)
    {
        RegistryOptions options = new()
        {
            MapEndpoint = Map,
            RetryDelay = TimeSpan.FromMilliseconds(1),
            RetryCount = 3,
            LoadWait = TimeSpan.Zero,
            Trace = Trace.Enqueue
        };
        RegistryClient client = new(change?.Invoke(options) ?? options, credentials ?? new FakeCredentials(null));
        _clients.Add(client);
        return client;
    }

    public IImageRepository Repository(
        string name = Local + "/apps/web", ICredentialSource? credentials = null, Func<RegistryOptions, RegistryOptions>? change = null) =>
        Client(credentials, change).GetRepository(RepositoryName.Parse(name));

    public async ValueTask DisposeAsync()
    {
        foreach (RegistryClient client in _clients)
            client.Dispose();
        foreach (IAsyncDisposable server in _servers)
            await server.DisposeAsync();
    }

    private (string Host, int Port) Map(string host, int port)
    {
        Connections.Enqueue($"{host}:{port}");
        return ("127.0.0.1", _ports.GetValueOrDefault($"{host}:{port}") is > 0 and int mapped
            ? mapped : _ports.GetValueOrDefault(host) is > 0 and int any ? any : ClosedPort());
    }

    private static int ClosedPort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
