using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Airgap.Registry;
using Airgap.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Airgap.TestKit.Registries;

/// <summary>The settings of a fixture's registry.</summary>
public sealed record RegistryFixtureOptions
{
    /// <summary>
    /// Serve a copy of fixtures/storage instead of an empty folder; with <see cref="ReadOnly"/> the fixtures themselves, which is faster.
    /// </summary>
    public bool WithFixtures { get; init; }

    /// <summary>Serve a copy of the signed images of fixtures/trust: see <see cref="SignedStorage"/>.</summary>
    public bool WithSigned { get; init; }

    /// <summary>Serve this folder instead of a temporary one, and keep it.</summary>
    public string? Folder { get; init; }

    /// <summary>Serve https.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Accept only HTTP/2, with <see cref="Certificate"/>.</summary>
    public bool OnlyHttp2 { get; init; }

    /// <summary>Require this user and password by Basic authentication.</summary>
    public (string User, string Password)? BasicAuth { get; init; }

    /// <summary>Require this server's bearer tokens.</summary>
    public TokenServer? Tokens { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>Accept indexes without all of their images.</summary>
    public bool SparseIndexes { get; init; }

    /// <summary>The port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Changes the options before the server starts.</summary>
    public Func<RegistryServerOptions, RegistryServerOptions>? Configure { get; init; }
}

/// <summary>The embedded registry on a free loopback port. It records requests, and fails on demand.</summary>
public sealed class RegistryFixture : IAsyncDisposable
{
    private readonly IDisposable? _temp;
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private RegistryServer _server = null!;
    private TokenServer? _tokens;
    private int _count;

    private RegistryFixture(IDisposable? temp, string folder)
    {
        _temp = temp;
        Folder = folder;
    }

    /// <summary>
    /// Called for each request before the registry (and its token check) sees it; null lets it pass. Called from many threads.
    /// </summary>
    public Func<RecordedRequest, HttpContext, Fault?>? OnRequest { get; set; }

    /// <summary>The storage folder.</summary>
    public string Folder { get; }

    /// <summary>Such as <c>http://127.0.0.1:41234/</c>.</summary>
    public Uri Address => _server.Address;

    /// <summary>Such as <c>127.0.0.1:41234</c>.</summary>
    public string Host => Address.Authority;

    public int Port => _server.Port;

    /// <summary>The requests so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <summary>Collects garbage now, as the registry does periodically.</summary>
    public (int Unlinked, int Removed, int Kept, IReadOnlyList<string> Unreadable) Collect(TimeSpan grace)
    {
        Airgap.Registry.Storage.GarbageReport report = _server.Garbage!.Collect(grace, isDry: false, CancellationToken.None);
        return (report.Unlinked, report.Removed, report.Kept, report.Unreadable);
    }

    /// <summary>Forgets the requests so far.</summary>
    public void Clear() => _requests.Clear();

    /// <summary>The requests of a kind so far.</summary>
    public IReadOnlyList<RecordedRequest> Of(RequestKind kind) => [.. _requests.Where(request => request.Kind == kind)];

    /// <summary>A registry without content.</summary>
    public static Task<RegistryFixture> StartEmptyAsync() => StartAsync(new RegistryFixtureOptions());

    /// <summary>A registry with a copy of fixtures/storage.</summary>
    public static Task<RegistryFixture> StartWithFixturesAsync() => StartAsync(new RegistryFixtureOptions { WithFixtures = true });

    /// <summary>A registry with fixtures/storage that refuses changes.</summary>
    public static Task<RegistryFixture> StartReadOnlyAsync() =>
        StartAsync(new RegistryFixtureOptions { WithFixtures = true, ReadOnly = true });

    public static async Task<RegistryFixture> StartAsync(RegistryFixtureOptions options)
    {
        (IDisposable? temp, string folder) = FolderFor(options);
        RegistryFixture fixture = new(temp, folder) { _tokens = options.Tokens };
        RegistryServerOptions server = new()
        {
            Folder = folder,
            Listen = new IPEndPoint(IPAddress.Loopback, options.Port),
            Certificate = options.Certificate,
            BasicAuth = options.BasicAuth,
            ReadOnly = options.ReadOnly,
            SparseIndexes = options.SparseIndexes,
            OnlyHttp2 = options.OnlyHttp2,
            AnyHost = true,
            Interceptor = fixture.InterceptAsync,
        };
        try
        {
            fixture._server = await RegistryServer.StartAsync(options.Configure?.Invoke(server) ?? server, CancellationToken.None);
        }
        catch
        {
            temp?.Dispose();
            throw;
        }

        return fixture;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _temp?.Dispose();
    }

    private static (IDisposable? Temp, string Folder) FolderFor(RegistryFixtureOptions options)
    {
        if (options.Folder is { } given)
        {
            if (options.WithFixtures)
                TempFolder.Copy(Path.Combine(Fixtures.Root, "storage"), given);
            return (null, given);
        }

        if (options is { WithFixtures: true, ReadOnly: true })
            return (null, Path.Combine(Fixtures.Root, "storage"));
        if (options.WithFixtures)
        {
            StorageCopy copy = StorageCopy.Take();
            return (copy, copy.Folder);
        }

        TempFolder own = new();
        if (options.WithSigned)
            SignedStorage.Unpack(own["storage"]);
        return (own, own["storage"]);
    }

    private async Task InterceptAsync(HttpContext context, RequestDelegate registry)
    {
        RecordedRequest request = new(Interlocked.Increment(ref _count) - 1, context.Request);
        _requests.Enqueue(request);
        context.Request.Body = new CountingStream(context.Request.Body, request.CountRequestBytes);
        context.Response.Body = new CountingStream(context.Response.Body, request.CountResponseBytes);

        // The client may react to the response's headers before this method continues.
        context.Response.OnStarting(() =>
        {
            request.Status = context.Response.StatusCode;
            return Task.CompletedTask;
        });
        try
        {
            if (OnRequest?.Invoke(request, context) is { } fault)
                await fault.RunAsync(context, allowed => PassAsync(allowed, registry));
            else
                await PassAsync(context, registry);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected while a fault waited.
        }
        finally
        {
            if (!context.RequestAborted.IsCancellationRequested)
                request.Status = context.Response.StatusCode;
            request.IsComplete = true;
        }
    }

    private Task PassAsync(HttpContext context, RequestDelegate registry) =>
        _tokens is null || _tokens.Allows(context) ? registry(context) : Task.CompletedTask;
}
