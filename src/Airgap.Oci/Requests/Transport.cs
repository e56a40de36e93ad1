using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>Sends the requests of a repository to its host, with authorization, and answers a 401 once.</summary>
internal sealed class Transport : IDisposable
{
    private readonly ConcurrentDictionary<string, RegistryHost> _hosts;
    private readonly CancellationTokenSource _lifetime;
    private readonly ICredentialSource _credentials;
    private readonly HostClients _clients;
    private readonly TokenClient _tokens;
    private readonly RetryPolicy _retry;
    private readonly RequestLanes _lanes;

    /// <exception cref="AirgapException"><see cref="ErrorCode.InvalidCertificate"/>,
    /// <see cref="ErrorCode.InvalidHostCertificates"/>, <see cref="ErrorCode.InvalidEnvironment"/>.</exception>
    /// <param name="options">The settings.</param>
    /// <param name="credentials">The credentials.</param>
    /// <param name="beside">Other connections of the same client: both share limits, counts and memory.</param>
    public Transport(RegistryOptions options, ICredentialSource credentials, Transport? beside = null)
    {
        Options = options;
        _hosts = new(StringComparer.OrdinalIgnoreCase);
        _lifetime = new();
        Counters = beside?.Counters ?? new();
        _credentials = credentials;
        Trace = new RequestTrace(options.Trace);
        EnvironmentProxy? proxy = options.MapEndpoint is null ? EnvironmentProxy.Find(options.Environment) : null;
        _clients = new HostClients(options, proxy, Trace);
        Retry = _retry = new RetryPolicy(options, Counters, Trace);
        Exchange = new Exchange(_clients, options, proxy, Counters, Trace);
        PartMemory = beside?.PartMemory ?? new PartMemory(options.PartMemoryBytes);
        _lanes = beside?._lanes ?? new RequestLanes(options, Trace);
        Rates = beside?.Rates ?? new HostRates(options);
        _tokens = new TokenClient(Exchange, Retry, options, _lanes);
    }

    // The same connections, hosts and tokens, without retries.
    private Transport(Transport shared)
    {
        Options = shared.Options;
        _hosts = shared._hosts;
        _lifetime = shared._lifetime;
        _credentials = shared._credentials;
        _clients = shared._clients;
        _tokens = shared._tokens;
        Counters = shared.Counters;
        Trace = shared.Trace;
        Exchange = shared.Exchange;
        PartMemory = shared.PartMemory;
        _retry = shared._retry;
        _lanes = shared._lanes;
        Rates = shared.Rates;
        Retry = RetryPolicy.None;
    }

    /// <summary>Sends each request once. Not to be disposed.</summary>
    public Transport Unretried => ReferenceEquals(Retry, RetryPolicy.None) ? this : new Transport(this);

    public RegistryOptions Options { get; }

    public HostRates Rates { get; }

    public Counters Counters { get; }

    public RequestTrace Trace { get; }

    public RetryPolicy Retry { get; }

    public Exchange Exchange { get; }

    /// <summary>The memory for parts of blobs that wait for their turn.</summary>
    public PartMemory PartMemory { get; }

    public RegistryHost HostOf(RepositoryName repository) => _hosts.GetOrAdd(repository.Registry, name =>
    {
        Authenticator authenticator = new(_credentials, _tokens, Options.TimeProvider, Trace, _lifetime.Token);
        return new RegistryHost(name, Exchange, _retry, Options, Trace, authenticator, Rates.Of(name), _lifetime.Token);
    });

    /// <summary>A registry's last reported quota of pulls; null for none.</summary>
    public PullQuota? FindQuota(string registry) => _hosts.TryGetValue(registry, out RegistryHost? host) ? host.Quota : null;

    /// <summary>Sends a request, with retries. The attempt reads what it needs from the response.</summary>
    public Task<T> SendAsync<T>(
        RepositoryName repository, RegistryRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        Retry.ExecuteAsync(
            async token =>
            {
                using HttpResponseMessage response = await SendOnceAsync(repository, request, token);
                return await read(response, token);
            },
            cancellationToken);

    /// <summary>Sends a request without retrying, for operations that are retried as a whole.</summary>
    /// <returns>A response with a status of 2xx or one that the request expects.</returns>
    /// <exception cref="TransientException">A transient failure.</exception>
    /// <exception cref="AirgapException">A permanent failure.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(
        RepositoryName repository, RegistryRequest request, CancellationToken cancellationToken)
    {
        RegistryHost host = HostOf(repository);
        (Uri address, OpeningRequest? sent) = await host.OpenWithAsync(request, cancellationToken);
        using OpeningRequest? opening = sent;
        WireRequest wire = new(request.Method, request.Target.IsAbsoluteUri ? request.Target : new Uri(address, request.Target),
            request.Kind, request.Operation)
        {
            Headers = request.Headers,
            Content = request.Content,
            IsBulk = request.IsBulk,
        };
        bool ours = Redirects.IsSameOrigin(address, wire.Uri);
        if (!ours)
            wire = wire with { Identifies = false };
        using RegistryHost.Lead? lead = ours ? await host.GoFirstAsync(cancellationToken) : null;
        for (int round = 0; ; round++)
        {
            AuthenticationHeaderValue? authorization = ours
                ? await host.Authenticator.AuthorizeAsync(
                    repository, request.Scopes, address, host.IsLocal, request.Operation, cancellationToken)
                : null;
            using RequestLane.Turn? turn =
                ours ? await _lanes.EnterAsync(address.Authority, request.Kind, cancellationToken) : null;
            HttpResponseMessage response =
                await (opening?.Take() ?? Redirects.SendAsync(Exchange, wire, authorization, host.IsLocal, cancellationToken));
            int status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode)
            {
                turn?.NoteServed();
                NoteQuota(host, address, request.Kind, response);
                lead?.Dispose();
                return response;
            }

            bool isHost = Redirects.IsSameOrigin(address, response.RequestMessage!.RequestUri!);
            bool again = round == 0 && isHost
                && await IsWorthAnotherAsync(host, repository, request, response, authorization, cancellationToken);
            lead?.Dispose();
            if (!again && request.Expects(status))
                return response;
            using (response)
            {
                if (again)
                    continue;
                UsedCredentials? used = isHost && status is 401 or 403
                    ? await host.Authenticator.DescribeAsync(repository, cancellationToken)
                    : null;
                Exception refusal = await Refusals.ReadAsync(response, request.Kind, request.Operation, Options, cancellationToken, used);
                if (Refusals.IsLoad(status))
                {
                    if (LimitedKinds.Of(request.Kind) is { } limited && LimitedKinds.IsBulky(limited))
                        Counters.CountLoadRefusal();
                    if (isHost)
                        turn?.NoteRefused((refusal as TransientException)?.RetryAfter);
                }

                throw refusal;
            }
        }
    }

    // Another host may store the blobs; its quotas are not the registry's.
    private void NoteQuota(RegistryHost host, Uri address, RequestKind kind, HttpResponseMessage response)
    {
        if (kind is RequestKind.ManifestGet or RequestKind.ManifestHead
            && Redirects.IsSameOrigin(address, response.RequestMessage!.RequestUri!))
            host.Quota = QuotaHeaders.Read(response, Options.TimeProvider) ?? host.Quota;
    }

    // Try again with what was not sent yet: an answer to the challenge, which another request may have received meanwhile, or credentials
    // for a host that refuses anonymous requests without a challenge.
    private static async Task<bool> IsWorthAnotherAsync(
        RegistryHost host,
        RepositoryName repository,
        RegistryRequest request,
        HttpResponseMessage response,
        AuthenticationHeaderValue? sent,
        CancellationToken cancellationToken)
    {
        int status = (int)response.StatusCode;
        if (status == 401 && await host.Authenticator.ReconsiderAsync(response, sent, repository, request.Scopes, cancellationToken))
            return true;
        return sent is null && status is 401 or 403 or 404
            && await host.RequestChallengeAsync(cancellationToken)
            && await host.Authenticator.HasCredentialAsync(repository, cancellationToken);
    }

    public void Dispose()
    {
        _lifetime.Cancel();
        _clients.Dispose();
        _lifetime.Dispose();
    }
}
