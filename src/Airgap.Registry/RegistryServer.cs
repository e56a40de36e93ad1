using System.Net;
using System.Net.Sockets;
using Airgap.Oci;
using Airgap.Registry.Http;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Airgap.Registry;

/// <summary>A running OCI registry over a folder.</summary>
/// <remarks>Source: OCI distribution specification 1.1. Disposing it stops it; requests under way get two seconds.</remarks>
public sealed class RegistryServer : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _application;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RegistryStorage _storage;
    private readonly Task _purge;

    private RegistryServer(WebApplication application, Uri address, RegistryStorage storage, Func<CancellationToken, Task> purge)
    {
        _application = application;
        _storage = storage;
        Address = address;
        _purge = purge(_stopping.Token);
    }

    /// <summary>Where the registry answers, such as <c>http://127.0.0.1:5000/</c>.</summary>
    public Uri Address { get; }

    /// <summary>The port it listens on.</summary>
    public int Port => Address.Port;

    /// <summary>Starts a registry.</summary>
    /// <param name="options">How it is to run.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>The registry; it answers already.</returns>
    /// <exception cref="AirgapException">
    /// <see cref="ErrorCode.InvalidArgument"/>: the port is taken or the address is not this machine's;
    /// <see cref="ErrorCode.FileFailure"/> or <see cref="ErrorCode.AccessDenied"/>: the folder cannot be used.
    /// </exception>
    public static async Task<RegistryServer> StartAsync(RegistryServerOptions options, CancellationToken cancellationToken)
    {
        StorageFolder.Prepare(options.Folder, options.ReadOnly);
        RegistryStorage storage = new(options.Folder, options.Uploads) { Uploads = { BeforeWrite = options.BeforeUploadWrite } };
        WebApplication application = Build(options, new RegistryApplication(options, storage));
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (Exception e)
        {
            await application.DisposeAsync();
            if (ListenFailure(options.Listen, e) is { } failure)
                throw failure;
            throw;
        }

        return new RegistryServer(application, AddressOf(application, options), storage, options.ReadOnly ? _ => Task.CompletedTask : token => PurgeAsync(storage, options.PurgeEvery, token));
    }

    /// <summary>Waits until the token ends, and stops the registry then.</summary>
    public async Task WaitForShutdownAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenRegistration asked = cancellationToken.Register(() => stopped.TrySetResult());
        using CancellationTokenRegistration ended = _application.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        await stopped.Task;
        await _application.StopAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _purge;
        await _application.StopAsync();
        await _application.DisposeAsync();
        _stopping.Dispose();
        _storage.Dispose();
    }

    private static WebApplication Build(RegistryServerOptions options, RegistryApplication registry)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, QuietLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.WebHost.UseKestrelCore();
        if (options.Certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // As a proxy it is asked for other hosts' pages; the path is all that counts.
            kestrel.AllowHostHeaderOverride = true;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(options.Listen, listen =>
            {
                listen.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (options.Certificate is not null)
                    listen.UseHttps(options.Certificate);
            });
        });
        WebApplication application = builder.Build();
        RequestDelegate handle = registry.HandleAsync;
        application.Run(options.Interceptor is { } interceptor ? context => interceptor(context, handle) : handle);
        return application;
    }

    private static Uri AddressOf(WebApplication application, RegistryServerOptions options)
    {
        string bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        IPAddress ip = options.Listen.Address;
        ip = ip.Equals(IPAddress.Any) ? IPAddress.Loopback : ip.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : ip;
        string scheme = options.Certificate is null ? "http" : "https";
        return new Uri($"{scheme}://{new IPEndPoint(ip, new Uri(bound).Port)}/");
    }

    private static AirgapException? ListenFailure(IPEndPoint listen, Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is not SocketException socket)
                continue;
            return socket.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => new AirgapException(ErrorCode.InvalidArgument, $"The registry cannot listen on {listen}: the port is in use.", "Choose another port, or 0 for a free one.", exception),
                SocketError.AccessDenied => new AirgapException(ErrorCode.AccessDenied, $"The registry may not listen on {listen}.", "Choose a port from 1024 upward.", exception),
                _ => new AirgapException(ErrorCode.InvalidArgument, $"The registry cannot listen on {listen}: {socket.Message}.", "Choose an address of this machine.", exception),
            };
        }

        return null;
    }

    // Clearing up is no reason to keep anybody waiting, nor to fail.
    private static Task PurgeAsync(RegistryStorage storage, TimeSpan every, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            using PeriodicTimer timer = new(every);
            try
            {
                do
                {
                    try
                    {
                        storage.Uploads.Purge(storage.Catalog, cancellationToken);
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        // The next time, then.
                    }
                }
                while (await timer.WaitForNextTickAsync(cancellationToken));
            }
            catch (OperationCanceledException)
            {
            }
        },
        CancellationToken.None);

    /// <summary>The program that embeds the registry decides when it ends; signals are not the registry's business.</summary>
    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
