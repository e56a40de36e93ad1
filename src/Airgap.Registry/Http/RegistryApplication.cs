using System.Diagnostics;
using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Registry.Archives;
using Airgap.Registry.Page;
using Airgap.Registry.Storage;
using Airgap.Registry.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Airgap.Registry.Http;

/// <summary>Answers every request: finds the resource, calls the handler, and writes errors in the specification's form.</summary>
internal sealed class RegistryApplication
{
    private readonly bool _readOnly;
    private readonly TimeSpan _patience;
    private readonly Action<string>? _log;
    private readonly BasicAuthentication? _authentication;
    private readonly BrowserGuard _guard;
    private readonly BlobHandler _blobs;
    private readonly ManifestHandler _manifests;
    private readonly UploadHandler? _uploads;
    private readonly ListHandler _lists;
    private readonly PageHandler _page;
    private readonly IRegistryContent _content;
    private readonly RegistryStorage? _storage;
    private readonly ServerMetrics? _metrics;
    private readonly ArchiveChanges _changes;

    /// <param name="options">The settings.</param>
    /// <param name="content">The content to serve.</param>
    /// <param name="storage">The storage for changes; null for a read-only registry.</param>
    /// <param name="users">The users; null to allow everyone.</param>
    /// <param name="changes">Told of an archive that has changed.</param>
    public RegistryApplication(
        RegistryServerOptions options, IRegistryContent content, RegistryStorage? storage, IUserStore? users, ArchiveChanges changes)
    {
        _content = content;
        _storage = storage;
        _readOnly = options.ReadOnly || storage is null;
        _log = options.AccessLog;
        _patience = options.Patience;
        _changes = changes;
        _metrics = options.Metrics ? new ServerMetrics() : null;
        _authentication = users is null ? null : new BasicAuthentication(users);
        _guard = new BrowserGuard(options);
        _blobs = new BlobHandler(content, _readOnly ? null : storage);
        _manifests = new ManifestHandler(content, storage);
        _uploads = storage is null ? null : new UploadHandler(storage.Blobs, storage.Uploads);
        _lists = new ListHandler(content);
        _page = new PageHandler(content, options);
    }

    public async Task HandleAsync(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        string? user = null;
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        BrowserGuard.Harden(context.Response);
        _metrics?.Begin();
        RequestBody.Begin(context.Request, _patience);
        bool isBroken = false;
        try
        {
            _guard.Check(context.Request);
            if (context.Request.Path == HealthHandler.Path)
            {
                await HealthHandler.HandleAsync(context, _content);
                return;
            }

            ConnectionLimit.Check(context);
            if (_authentication is not null)
                user = await _authentication.CheckAsync(context);
            if (_metrics is not null && context.Request.Path == ServerMetrics.Path)
                await _metrics.HandleAsync(context);
            else
                await RouteAsync(context);
        }
        catch (Exception e)
        {
            if (e is ArchiveChangedException changed)
                _changes.Tell(changed.Path);
            // When the client has disconnected, or half the response is sent, only a broken connection shows that it is incomplete.
            if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            {
                isBroken = true;
                context.Abort();
            }
            else
            {
                await ResponseWriter.ErrorAsync(context, RefusalOf(e));
            }
        }
        finally
        {
            // After an Abort, the token is cancelled only a moment later.
            isBroken |= context.RequestAborted.IsCancellationRequested;
            _metrics?.End(context, start, isBroken);
            Log(context, user, start, isBroken);
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        string method = context.Request.Method;
        bool reads = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        if (_readOnly && !reads)
            throw Refusal.ReadOnly();
        if (context.Request.Path == "/" && reads)
            return _page.HandleAsync(context);
        Route route = Route.Parse(context.Request.Path.Value ?? "");
        switch (route.Resource)
        {
            case Resource.None:
                throw Refusal.NotFound();
            case Resource.Ping or Resource.Catalog or Resource.Tags or Resource.Referrers when !reads:
                throw Refusal.Method(method, "GET, HEAD");
            case Resource.Ping:
                return ResponseWriter.JsonAsync(context, "application/json", static json =>
                {
                    json.WriteStartObject();
                    json.WriteEndObject();
                });
            case Resource.Catalog:
                return _lists.CatalogAsync(context);
        }

        if (!Names.IsRepository(route.Name))
            throw Refusal.Name(route.Name);
        if (_storage?.CanHold(route.Name) == false)
            throw reads ? Refusal.NameUnknown(route.Name) : Refusal.NameNotHeld(route.Name);
        string asked = route.Name;
        if (context.Request.QueryString.HasValue && reads && context.Request.Query["ns"] is [{ Length: > 0 } registry])
            route = route with { Name = _content.FindMirrored(asked, registry) };
        return route.Resource switch
        {
            Resource.Tags => _lists.TagsAsync(context, asked, route.Name),
            Resource.Referrers => _lists.ReferrersAsync(context, asked, route.Name, route.Reference),
            Resource.Manifest => _manifests.HandleAsync(context, route.Name, route.Reference),
            Resource.Blob => _blobs.HandleAsync(context, route.Name, route.Reference),
            Resource.Uploads => Uploads().HandleAsync(context, route.Name),
            _ => Uploads().HandleAsync(context, route.Name, route.Reference),
        };
    }

    private UploadHandler Uploads() => _uploads ?? throw Refusal.UploadUnknown();

    private static Refusal RefusalOf(Exception exception) => exception switch
    {
        Refusal refusal => refusal,
        BadHttpRequestException bad => new Refusal(bad.StatusCode, "UNSUPPORTED", "The request is malformed or broke off."),
        TimeoutException => new Refusal(
            StatusCodes.Status408RequestTimeout, "UNKNOWN", "The rest of the request did not arrive in time; what an upload has is kept."),
        OperationCanceledException => new Refusal(StatusCodes.Status503ServiceUnavailable, "UNKNOWN", "The registry is ending."),
        AirgapException { InnerException: IOException or UnauthorizedAccessException } failure => RefusalOf(failure.InnerException!),
        _ when FullDisk.Caused(exception) =>
            new Refusal(StatusCodes.Status507InsufficientStorage, "UNKNOWN", "No space is left on the registry's disk."),
        ArchiveChangedException => Refusal.Changed(),
        UnauthorizedAccessException =>
            new Refusal(StatusCodes.Status500InternalServerError, "UNKNOWN", "The registry may not read or write its storage."),
        IOException => new Refusal(StatusCodes.Status500InternalServerError, "UNKNOWN", "The registry's storage failed."),
        _ => new Refusal(StatusCodes.Status500InternalServerError, "UNKNOWN", $"The registry failed ({exception.GetType().Name})."),
    };

    private void Log(HttpContext context, string? user, long start, bool isBroken)
    {
        if (_log is null)
            return;
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path;
        string status = isBroken ? "aborted" : $"{context.Response.StatusCode}";
        long sent = HttpMethods.IsHead(context.Request.Method) ? 0 : context.Response.ContentLength ?? 0;
        _log(Printable.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{DateTime.UtcNow:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {context.Connection.RemoteIpAddress} {user ?? "-"} {context.Request.Method} " +
            $"{target} {status} in={RequestBody.LengthOf(context.Request)} out={sent} " +
            $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms")));
    }
}
