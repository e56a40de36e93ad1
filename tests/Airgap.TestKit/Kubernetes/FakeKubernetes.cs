using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Airgap.TestKit.Kubernetes;

/// <summary>A request that a <see cref="FakeKubernetes"/> received.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path without its query.</param>
/// <param name="Query">The query with its question mark; empty for none.</param>
/// <param name="Body">The body as text.</param>
/// <param name="ContentType">The body's type; empty for none.</param>
/// <param name="Authorization">The header; empty for none.</param>
/// <param name="ClientCertificate">The subject of the client's certificate; empty for none.</param>
public sealed record KubernetesRequest(
    string Method, string Path, string Query, string Body, string ContentType, string Authorization, string ClientCertificate)
{
    /// <summary>All headers, several of a name joined by commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>True for a watch.</summary>
    public bool IsWatch => Query.Contains("watch=", StringComparison.Ordinal);

    /// <summary>
    /// True if a real server changes nothing: it reads the options of a deletion from its body, and then ignores its query.
    /// </summary>
    public bool IsDry => Method == "DELETE" && Body.Length > 0
        ? Body.Contains("""
            "dryRun":["All"]
            """, StringComparison.Ordinal)
        : Query.Contains("dryRun=All", StringComparison.Ordinal);
}

/// <summary>
/// A Kubernetes API on loopback with recorded responses: those for a path in order, the last one repeatedly. An unknown path
/// returns <c>404 page not found</c>, as from a real server. Every request is recorded.
/// </summary>
public sealed class FakeKubernetes : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<KubernetesAnswer>> _routes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _app;

    private FakeKubernetes(WebApplication app) => _app = app;

    /// <summary>The address, with a free port.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The requests, in order.</summary>
    public ConcurrentQueue<KubernetesRequest> Requests { get; } = new();

    /// <summary>The subjects of the certificates that clients sent beside their own.</summary>
    public ConcurrentQueue<string> SentIssuers { get; private init; } = new();

    /// <summary>Called with each request before it is answered; may wait.</summary>
    public Func<KubernetesRequest, Task> Hook { get; set; } = _ => Task.CompletedTask;

    /// <summary>Starts one.</summary>
    /// <param name="certificate">The certificate to serve https with, requesting the client's; null for plain http.</param>
    public static async Task<FakeKubernetes> StartAsync(X509Certificate2? certificate = null)
    {
        ConcurrentQueue<string> issuers = new();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        // As Go's server.
        builder.WebHost.ConfigureKestrel(options => options.ResponseHeaderEncodingSelector = _ => Encoding.UTF8);
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.ClientCertificateValidation = (_, chain, _) =>
                    {
                        foreach (X509Certificate2 sent in chain?.ChainPolicy.ExtraStore ?? [])
                            issuers.Enqueue(sent.Subject);
                        return true;
                    };
                });
            }
        }));
        WebApplication app = builder.Build();
        FakeKubernetes server = new(app) { SentIssuers = issuers };
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.First());
        return server;
    }

    /// <summary>Answers a method and path, whatever the query, unless it is a watch.</summary>
    public FakeKubernetes On(string method, string path, params IEnumerable<KubernetesAnswer> answers) => Add($"{method} {path}", answers);

    /// <summary>Answers watches of a path. After the last answer a watch stays open and silent.</summary>
    public FakeKubernetes OnWatch(string path, params IEnumerable<KubernetesAnswer> answers) => Add($"WATCH {path}", answers);

    /// <summary>Answers a recorded exchange's method and path as recorded.</summary>
    public FakeKubernetes Replay(string file)
    {
        foreach (System.Text.Json.JsonElement exchange in KubernetesFixtures.Exchanges(KubernetesFixtures.Read(file)))
            On(exchange.GetProperty("request").GetProperty("method").GetString()!, KubernetesFixtures.PathOf(exchange),
                KubernetesAnswer.Recorded(exchange));
        return this;
    }

    /// <summary>A kubeconfig for it.</summary>
    /// <param name="file">The file to write.</param>
    /// <param name="ns">The namespace of its context.</param>
    public string WriteKubeconfig(string file, string ns = "default")
    {
        File.WriteAllText(file, $$"""
            apiVersion: v1
            kind: Config
            current-context: fake
            clusters:
            - name: fake
              cluster:
                server: {{Address.GetLeftPart(UriPartial.Authority)}}
            users:
            - name: tester
              user:
                token: test-token
            contexts:
            - name: fake
              context:
                cluster: fake
                user: tester
                namespace: {{ns}}
            """);
        return file;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private FakeKubernetes Add(string key, IEnumerable<KubernetesAnswer> answers)
    {
        ConcurrentQueue<KubernetesAnswer> queue = _routes.GetOrAdd(key, _ => new ConcurrentQueue<KubernetesAnswer>());
        foreach (KubernetesAnswer answer in answers)
            queue.Enqueue(answer);
        return this;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using StreamReader reader = new(context.Request.Body);
        X509Certificate2? client = await context.Connection.GetClientCertificateAsync();
        KubernetesRequest request = new(
            context.Request.Method,
            context.Request.Path.Value!,
            context.Request.QueryString.Value ?? "",
            await reader.ReadToEndAsync(),
            context.Request.ContentType ?? "",
            context.Request.Headers.Authorization.ToString(),
            client?.Subject ?? "")
        {
            Headers = context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
        Requests.Enqueue(request);
        await Hook(request);
        try
        {
            await SendAsync(context, Choose(request));
        }
        catch (OperationCanceledException)
        {
            // The client or the server went away.
        }
    }

    private KubernetesAnswer Choose(KubernetesRequest request)
    {
        string key = $"{(request.IsWatch ? "WATCH" : request.Method)} {request.Path}";
        if (!_routes.TryGetValue(key, out ConcurrentQueue<KubernetesAnswer>? queue))
        {
            return request.IsWatch
                ? KubernetesAnswer.Watch([])
                : new KubernetesAnswer(404, "404 page not found\n"u8.ToArray(), "text/plain; charset=utf-8");
        }

        if (request.IsWatch)
            return queue.TryDequeue(out KubernetesAnswer? next) ? next : KubernetesAnswer.Watch([]);
        return queue.Count > 1 && queue.TryDequeue(out KubernetesAnswer? first)
            ? first : queue.TryPeek(out KubernetesAnswer? last) ? last : throw new InvalidOperationException(key);
    }

    private async Task SendAsync(HttpContext context, KubernetesAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        foreach ((string name, string value) in answer.Headers)
            context.Response.Headers[name] = value;
        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, context.RequestAborted);
        await context.Response.Body.WriteAsync(answer.Body, gone.Token);
        await context.Response.Body.FlushAsync(gone.Token);
        if (answer.End == AnswerEnd.Broken)
            context.Abort();
        else if (answer.End == AnswerEnd.Open)
            await Task.Delay(Timeout.Infinite, gone.Token);
    }
}
