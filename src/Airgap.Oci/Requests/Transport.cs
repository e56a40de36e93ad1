using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>Sends requests of a repository: to its host's address, authorized, and a 401 answered once.</summary>
internal sealed class Transport : IDisposable
{
    private readonly ConcurrentDictionary<string, RegistryHost> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _lifetime = new();
    private readonly ICredentialSource _credentials;
    private readonly TlsTrust _trust;
    private readonly HttpClient _client;
    private readonly TokenClient _tokens;

    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidCertificate"/>, <see cref="ErrorCode.InvalidEnvironment"/>.</exception>
    public Transport(RegistryOptions options, ICredentialSource credentials)
    {
        Options = options;
        _credentials = credentials;
        Trace = new RequestTrace(options.Trace);
        _trust = new TlsTrust(options);
        EnvironmentProxy? proxy = options.MapEndpoint is null ? EnvironmentProxy.Find(options.Environment) : null;
        _client = HandlerFactory.CreateClient(options, _trust, proxy);
        Retry = new RetryPolicy(options, Counters, Trace);
        Exchange = new Exchange(_client, options, _trust, proxy, Counters, Trace);
        _tokens = new TokenClient(Exchange, Retry, options);
    }

    public RegistryOptions Options { get; }

    public Counters Counters { get; } = new();

    public RequestTrace Trace { get; }

    public RetryPolicy Retry { get; }

    public Exchange Exchange { get; }

    public RegistryHost HostOf(RepositoryName repository) => _hosts.GetOrAdd(repository.Registry, name =>
    {
        Authenticator authenticator = new(_credentials, _tokens, Options.TimeProvider, Trace, _lifetime.Token);
        return new RegistryHost(name, Exchange, Retry, Options, Trace, authenticator, _lifetime.Token);
    });

    /// <summary>Sends a request, and again where that may help. The attempt reads what it needs of the answer.</summary>
    public Task<T> SendAsync<T>(
        RepositoryName repository, RegistryRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken) =>
        Retry.ExecuteAsync(
            async token =>
            {
                using HttpResponseMessage response = await SendOnceAsync(repository, request, token).ConfigureAwait(false);
                return await read(response, token).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Sends a request without retries of its own, for operations that are retried as a whole.</summary>
    /// <returns>An answer with a status of 2xx or one that the request expects.</returns>
    /// <exception cref="TransientException">A failure that may pass.</exception>
    /// <exception cref="AirgapException">A failure that stays.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(RepositoryName repository, RegistryRequest request, CancellationToken cancellationToken)
    {
        RegistryHost host = HostOf(repository);
        Uri address = await host.GetAddressAsync(cancellationToken).ConfigureAwait(false);
        WireRequest wire = new(request.Method, request.Target.IsAbsoluteUri ? request.Target : new Uri(address, request.Target), request.Kind, request.Operation)
        {
            Headers = request.Headers,
            Content = request.Content,
            IsBulk = request.IsBulk,
        };
        bool ours = Redirects.IsSameOrigin(address, wire.Uri);
        using RegistryHost.Lead? lead = ours ? await host.GoFirstAsync(cancellationToken).ConfigureAwait(false) : null;
        for (int round = 0; ; round++)
        {
            AuthenticationHeaderValue? authorization = ours
                ? await host.Authenticator.AuthorizeAsync(repository, request.Scopes, address, host.IsLocal, request.Operation, cancellationToken).ConfigureAwait(false)
                : null;
            if (ours)
                await host.Pause.WaitAsync(cancellationToken).ConfigureAwait(false);
            HttpResponseMessage response = await Redirects.SendAsync(Exchange, wire, authorization, host.IsLocal, cancellationToken).ConfigureAwait(false);
            int status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                lead?.Dispose();
                return response;
            }

            bool again = status == 401 && round == 0
                && Redirects.IsSameOrigin(address, response.RequestMessage!.RequestUri!)
                && await host.Authenticator.ReconsiderAsync(response, authorization, repository, request.Scopes, cancellationToken).ConfigureAwait(false);
            lead?.Dispose();
            if (!again && request.Expects(status))
                return response;
            using (response)
            {
                if (again)
                    continue;
                Exception refusal = await Refusals.ReadAsync(response, request.Kind, request.Operation, Options, cancellationToken).ConfigureAwait(false);
                if (status is 429 or 503)
                    NoteLoad(host, refusal, isHost: Redirects.IsSameOrigin(address, response.RequestMessage!.RequestUri!));
                throw refusal;
            }
        }
    }

    // What stores the blobs may be another host, whose pause is not the registry's.
    private void NoteLoad(RegistryHost host, Exception refusal, bool isHost)
    {
        Counters.CountLoadRefusal();
        if (isHost && refusal is TransientException { RetryAfter: { } asked })
            host.Pause.Begin(asked < RetryPolicy.LongestRetryAfter ? asked : RetryPolicy.LongestRetryAfter);
    }

    public void Dispose()
    {
        _lifetime.Cancel();
        _client.Dispose();
        _trust.Dispose();
        _lifetime.Dispose();
    }
}
