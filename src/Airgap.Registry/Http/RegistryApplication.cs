using System.Diagnostics;
using Airgap.Registry.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Airgap.Registry.Http;

/// <summary>Answers every request: finds what it is about, calls the handler, and writes errors as the specification wants them.</summary>
internal sealed class RegistryApplication
{
    private const int DiskFullOnUnix = 28;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);

    private readonly bool _readOnly;
    private readonly Action<string>? _log;
    private readonly BasicAuthentication? _authentication;
    private readonly BrowserGuard _guard;
    private readonly BlobHandler _blobs;
    private readonly ManifestHandler _manifests;
    private readonly UploadHandler _uploads;
    private readonly ListHandler _lists;

    public RegistryApplication(RegistryServerOptions options, RegistryStorage storage)
    {
        _readOnly = options.ReadOnly;
        _log = options.AccessLog;
        _authentication = options.BasicAuth is { } login ? new BasicAuthentication(login.User, login.Password) : null;
        _guard = new BrowserGuard(options);
        _blobs = new BlobHandler(storage);
        _manifests = new ManifestHandler(storage);
        _uploads = new UploadHandler(storage.Blobs, storage.Uploads);
        _lists = new ListHandler(storage);
    }

    public async Task HandleAsync(HttpContext context)
    {
        long start = Stopwatch.GetTimestamp();
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        BrowserGuard.Harden(context.Response);
        try
        {
            await RouteAsync(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            await Answers.ErrorAsync(context, RefusalOf(e));
        }
        catch (Exception)
        {
            // Either nobody listens any more, or half an answer is out: only a broken connection says that it is no whole one.
            context.Abort();
        }
        finally
        {
            Log(context, start);
        }
    }

    private Task RouteAsync(HttpContext context)
    {
        _guard.Check(context.Request);
        _authentication?.Check(context);
        string method = context.Request.Method;
        bool reads = HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
        if (_readOnly && !reads)
        {
            context.Response.Headers.Allow = "GET, HEAD";
            throw Refusal.ReadOnly();
        }

        Route route = Route.Parse(context.Request.Path.Value ?? "");
        switch (route.Resource)
        {
            case Resource.None:
                throw Refusal.NotFound();
            case Resource.Ping or Resource.Catalog or Resource.Tags or Resource.Referrers when !reads:
                throw Refusal.Method(method);
            case Resource.Ping:
                return Answers.JsonAsync(context, "application/json", static json =>
                {
                    json.WriteStartObject();
                    json.WriteEndObject();
                });
            case Resource.Catalog:
                return _lists.CatalogAsync(context);
        }

        if (!Names.IsRepository(route.Name))
            throw Refusal.Name(route.Name);
        return route.Resource switch
        {
            Resource.Tags => _lists.TagsAsync(context, route.Name),
            Resource.Referrers => _lists.ReferrersAsync(context, route.Name, route.Reference),
            Resource.Manifest => _manifests.HandleAsync(context, route.Name, route.Reference),
            Resource.Blob => _blobs.HandleAsync(context, route.Name, route.Reference),
            Resource.Uploads => _uploads.StartAsync(context, route.Name),
            _ => _uploads.ContinueAsync(context, route.Name, route.Reference),
        };
    }

    private static Refusal RefusalOf(Exception exception) => exception switch
    {
        Refusal refusal => refusal,
        BadHttpRequestException bad => new Refusal(bad.StatusCode, "UNSUPPORTED", "The request is malformed or broke off."),
        OperationCanceledException => new Refusal(StatusCodes.Status409Conflict, "BLOB_UPLOAD_INVALID", "Another request has taken over the upload."),
        IOException { HResult: DiskFullOnUnix or DiskFullOnWindows } => new Refusal(StatusCodes.Status507InsufficientStorage, "UNKNOWN", "No space is left on the registry's disk."),
        UnauthorizedAccessException => new Refusal(StatusCodes.Status500InternalServerError, "UNKNOWN", "The registry may not read or write its storage."),
        IOException => new Refusal(StatusCodes.Status500InternalServerError, "UNKNOWN", "The registry's storage failed."),
        _ => new Refusal(StatusCodes.Status500InternalServerError, "UNKNOWN", $"The registry failed ({exception.GetType().Name})."),
    };

    private void Log(HttpContext context, long start)
    {
        if (_log is null)
            return;
        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? context.Request.Path;
        string status = context.RequestAborted.IsCancellationRequested ? "aborted" : $"{context.Response.StatusCode}";
        _log($"{context.Connection.RemoteIpAddress} {context.Request.Method} {target} {status} {context.Response.ContentLength ?? 0} {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }
}
