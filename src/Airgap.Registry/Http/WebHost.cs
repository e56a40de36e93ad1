using System.Net;
using System.Net.Sockets;
using Airgap.Oci;
using Airgap.Oci.Content;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Airgap.Registry.Http;

/// <summary>Kestrel, configured for a registry.</summary>
internal static class WebHost
{
    private const double HighRate = 1e9;

    /// <summary>Makes the server, which does not listen yet.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="registry">Answers requests; they wait until it is ready.</param>
    public static WebApplication Build(RegistryServerOptions options, Task<RegistryApplication> registry)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopWithin);
        builder.WebHost.UseKestrelCore();
        if (options.Certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // A proxy gets absolute URLs of other hosts; only the path matters.
            kestrel.AllowHostHeaderOverride = true;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections + ConnectionLimit.Spare;
            kestrel.Limits.MaxRequestBodySize = options.Uploads.MaxBlobBytes == long.MaxValue
                ? null : Math.Max(options.Uploads.MaxBlobBytes, Manifest.MaxBytes);

            // A line may be slow, so only a standstill ends a request (RequestBody) or a response: each write has the time of grace, and
            // by a high rate hardly more.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = new MinDataRate(HighRate, options.Patience);
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = options.Certificate is null ? HttpProtocols.Http1
                    : options.OnlyHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1AndHttp2;
                if (options.MaxConnections is { } most)
                    ConnectionLimit.Apply(listen, most);
                if (options.Certificate is null)
                    return;
                PlainHttp.Refuse(listen);
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = options.Certificate;
                    https.ServerCertificateChain = options.CertificateChain;
                });
            });
        });
        WebApplication application = builder.Build();
        RequestDelegate handle = context =>
            registry.IsCompletedSuccessfully ? registry.Result.HandleAsync(context) : WaitAndHandleAsync(registry, context);
        application.Run(options.Interceptor is { } interceptor ? context => interceptor(context, handle) : handle);
        return application;
    }

    private static async Task WaitAndHandleAsync(Task<RegistryApplication> registry, HttpContext context) =>
        await (await registry.WaitAsync(context.RequestAborted)).HandleAsync(context);

    /// <summary>The address of a started server.</summary>
    public static Uri AddressOf(WebApplication application, RegistryServerOptions options)
    {
        string bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        IPAddress ip = options.Listen.Address;
        ip = ip.Equals(IPAddress.Any) ? IPAddress.Loopback : ip.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : ip;
        string scheme = options.Certificate is null ? "http" : "https";
        return new Uri($"{scheme}://{new IPEndPoint(ip, new Uri(bound).Port)}/");
    }

    /// <summary>The listening failure that caused an exception at the start; null for another cause.</summary>
    public static AirgapException? ListenFailure(IPEndPoint listen, Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is not SocketException socket)
                continue;
            return socket.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse =>
                    new AirgapException(ErrorCode.InvalidArgument, $"The registry cannot listen on {listen}: the port is in use.",
                        "Choose another port, or 0 for a free one.", exception),
                SocketError.AccessDenied =>
                    new AirgapException(ErrorCode.AccessDenied, $"The registry may not listen on {listen}.",
                        "Choose a port from 1024 upward.", exception),
                _ => new AirgapException(
                    ErrorCode.InvalidArgument, $"The registry cannot listen on {listen}: {socket.Message}.",
                    "Choose an address of this machine.", exception),
            };
        }

        return null;
    }

    /// <summary>Ignores signals: the program that embeds the registry decides when it ends.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
