using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Airgap.Oci.Tests.Client.Infra;

/// <summary>
/// A server on loopback that responds as a test specifies, and records its requests. <c>/v2/</c> returns 200 unless specified otherwise.
/// </summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public int Port { get; private set; }

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    /// <summary>Responds to every request except the ping.</summary>
    public Func<HttpContext, Task> OnRequest { get; set; } = context =>
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    };

    /// <summary>Responds to <c>GET /v2/</c>.</summary>
    public Func<HttpContext, Task> OnPing { get; set; } = _ => Task.CompletedTask;

    /// <summary>The requests, as <c>METHOD /path?query</c>, without pings.</summary>
    public string[] Lines => [.. Seen.Where(seen => seen.Line != "GET /v2/").Select(seen => seen.Line)];

    /// <param name="certificate">Its own; null for plain http.</param>
    /// <param name="protocols">The HTTP versions with TLS.</param>
    /// <param name="clients">Decides which client certificates are accepted; null to request none.</param>
    /// <param name="mustIdentify">False to also accept clients without a certificate.</param>
    public static async Task<ScriptedServer> StartAsync(
        X509Certificate2? certificate = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2,
        Func<X509Certificate2, bool>? clients = null, bool mustIdentify = true)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "scripted" });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : protocols;
                if (certificate is not null)
                    listen.UseHttps(certificate, https =>
                    {
                        if (clients is null)
                            return;
                        https.ClientCertificateMode = mustIdentify
                            ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.AllowCertificate;
                        https.ClientCertificateValidation = (client, _, _) => clients(client);
                    });
            });
        });
        WebApplication app = builder.Build();
        ScriptedServer server = new(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Port = new Uri(address).Port;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        Seen.Enqueue(new SeenRequest(
            $"{context.Request.Method} {target}",
            context.Request.Host.Value ?? "",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        if (target == "/v2/")
            await OnPing(context);
        else
            await OnRequest(context);
    }
}

/// <summary>One request as the server received it.</summary>
internal sealed record SeenRequest(string Line, string Host, Dictionary<string, string> Headers)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}
