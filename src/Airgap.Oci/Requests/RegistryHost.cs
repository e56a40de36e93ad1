using System.Collections.Concurrent;
using Airgap.Oci.Auth;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>One registry host. One request, shared by all users, finds out its scheme and challenge.</summary>
internal sealed class RegistryHost
{
    private readonly Exchange _exchange;
    private readonly RegistryOptions _options;
    private readonly RequestTrace _trace;
    private readonly HostOpening _opening;
    private readonly Uri? _onlyAddress;
    private readonly SemaphoreSlim _first = new(1);
    private readonly string _name;
    private readonly Shared<bool> _ping;
    private volatile bool _isKnown;
    private volatile bool _wasPinged;
    private readonly ConcurrentDictionary<string, bool> _withoutReferrers = new(StringComparer.Ordinal);

    public RegistryHost(
        string name, Exchange exchange, RetryPolicy retry, RegistryOptions options, RequestTrace trace, Authenticator authenticator,
        HostRate? rate, CancellationToken lifetime)
    {
        _name = name;
        _exchange = exchange;
        _options = options;
        _trace = trace;
        Authenticator = authenticator;
        Incoming = rate?.Incoming;
        Outgoing = rate?.Outgoing;
        Uploads = new UploadCapabilities(options.Rates.Of(name));
        IsLocal = LocalHosts.IsLocal(new Uri($"https://{name}/").IdnHost);
        _opening = new HostOpening(name, exchange, retry, trace, PingAsync, lifetime);
        _ping = new Shared<bool>(PingOnceAsync, lifetime);
        if (!MaySpeakInTheClear)
            _onlyAddress = new Uri($"https://{name}/");
    }

    /// <summary>True when the host is on this machine or its own network.</summary>
    public bool IsLocal { get; }

    /// <summary>This host's last reported quota of pulls; null for none.</summary>
    public PullQuota? Quota { get; set; }

    /// <summary>Limits the rate of bodies from this host, and of those that are stored elsewhere for it; null for no limit.</summary>
    public ByteBucket? Incoming { get; }

    /// <summary>Limits the rate of bodies to this host; null for no limit.</summary>
    public ByteBucket? Outgoing { get; }

    /// <summary>The host's known upload behaviour.</summary>
    public UploadCapabilities Uploads { get; }

    /// <summary>Answers this host's challenges.</summary>
    public Authenticator Authenticator { get; }

    private bool MaySpeakInTheClear => _options.AllowInsecure || IsLocal;

    /// <summary>The address, with the working scheme. If there is a choice, the host is asked the first time.</summary>
    public Task<Uri> GetAddressAsync(CancellationToken cancellationToken) =>
        _onlyAddress is { } only ? Task.FromResult(only) : _opening.GetAddressAsync(cancellationToken);

    /// <summary>True if the working scheme is plain http; false, too, if the host does not answer.</summary>
    public async ValueTask<bool> IsPlainHttpAsync(CancellationToken cancellationToken)
    {
        try
        {
            return _onlyAddress is null && (await GetAddressAsync(cancellationToken)).Scheme == Uri.UriSchemeHttp;
        }
        catch (AirgapException e) when (e.Code != ErrorCode.Canceled)
        {
            // Whoever needs the host reports its failure.
            return false;
        }
    }

    /// <summary>
    /// The same, for a request that is sent next. If the host's scheme is unknown and the request only reads, it goes out beside the pings,
    /// so that they cost no round trip of their own.
    /// </summary>
    /// <returns>The address; and the request, if it was sent and its response counts. Otherwise null: the caller sends it, with credentials
    /// where the host has a challenge. The caller disposes it.</returns>
    public async Task<(Uri Address, OpeningRequest? Sent)> OpenWithAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        if (_onlyAddress is not null || !request.IsQuestion)
            return (await GetAddressAsync(cancellationToken), null);
        (Uri address, OpeningRequest? sent) = await _opening.GetAddressAsync(request, cancellationToken);
        if (!Authenticator.HasChallenge)
            return (address, sent);
        sent?.Dispose();
        return (address, null);
    }

    /// <summary>
    /// Lets the first request go ahead of all others: its response has the challenge, and its connection serves the
    /// others. Null when the host is already known.
    /// </summary>
    public async Task<Lead?> GoFirstAsync(CancellationToken cancellationToken)
    {
        if (_isKnown)
            return null;
        await _first.WaitAsync(cancellationToken);
        if (!_isKnown)
            return new Lead(this);
        _first.Release();
        return null;
    }

    /// <summary>
    /// Asks the host for its challenge, once, if no response had one: some hosts answer an anonymous request with 404
    /// and require credentials only at <c>/v2/</c>.
    /// </summary>
    /// <returns>True when a challenge is known.</returns>
    public async Task<bool> RequestChallengeAsync(CancellationToken cancellationToken)
    {
        if (!Authenticator.HasChallenge && !_wasPinged)
            await _ping.GetAsync(cancellationToken);
        return Authenticator.HasChallenge;
    }

    /// <summary>True when this host is known not to list the referrers of a repository's manifests.</summary>
    public bool LacksReferrers(RepositoryName repository) => _withoutReferrers.ContainsKey(repository.Path);

    /// <summary>Records it for a repository: some hosts answer 404 for a repository that does not exist yet.</summary>
    public void NoteLackOfReferrers(RepositoryName repository) => _withoutReferrers.TryAdd(repository.Path, true);

    private async Task<bool> PingOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PingAsync(_onlyAddress?.Scheme ?? (await _opening.GetAddressAsync(cancellationToken)).Scheme, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is TransientException or AirgapException)
        {
            // The refusal that caused this request is reported instead.
            _trace.Note($"{_name} does not answer at /v2/: {e.Message}");
            return false;
        }
    }

    // Null if the host demands TLS.
    private async Task<Uri?> PingAsync(string scheme, CancellationToken cancellationToken)
    {
        Uri address = new($"{scheme}://{_name}/");
        Operation operation = new($"connect to the registry {_name}", _name);
        WireRequest wire = new(HttpMethod.Get, new Uri(address, "/v2/"), RequestKind.Ping, operation) { FollowRedirects = false };
        using HttpResponseMessage response = await _exchange.SendAsync(wire, null, cancellationToken);
        int status = (int)response.StatusCode;
        if (Refusals.IsTransient(status) || status > 500)
            throw await Refusals.ReadAsync(response, RequestKind.Ping, operation, _options, cancellationToken);

        if (scheme == "http" && await DemandsTlsAsync(response, address, cancellationToken))
            return null;
        _isKnown = true;
        _wasPinged = true;

        // Any other status will do: some registries do not serve /v2/ itself, and the real request reports the problem.
        if (status == 401)
            Authenticator.Accept(response);
        return address;
    }

    private async Task<bool> DemandsTlsAsync(HttpResponseMessage response, Uri address, CancellationToken cancellationToken) =>
        (int)response.StatusCode switch
        {
            400 => await ErrorBody.NamesTlsAsync(response, _options.TimeProvider, _options.ResponseHeaderTimeout, cancellationToken),
            >= 300 and < 400 => Uri.TryCreate(Redirects.LocationOf(response), UriKind.Absolute, out Uri? next)
                && next.Scheme == "https" && next.IdnHost.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase),
            _ => false,
        };

    /// <summary>
    /// The turn of the first request. It ends with or without a response; the other requests then run concurrently.
    /// </summary>
    internal sealed class Lead(RegistryHost host) : IDisposable
    {
        private bool _isOver;

        public void Dispose()
        {
            if (_isOver)
                return;
            _isOver = true;
            host._isKnown = true;
            host._first.Release();
        }
    }
}
