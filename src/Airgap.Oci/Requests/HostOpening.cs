using Airgap.Oci.Wire;

namespace Airgap.Oci.Requests;

/// <summary>
/// Finds out whether a host that may be asked without encryption speaks https or http. Both are tried at once, so that a host without TLS
/// costs no extra wait; https wins whenever it answers.
/// </summary>
/// <param name="name">The host.</param>
/// <param name="exchange">Sends the requests.</param>
/// <param name="retry">How often it tries.</param>
/// <param name="trace">Receives the result.</param>
/// <param name="ping">Pings the host by a scheme, and gives its address; null if the host demands TLS.</param>
/// <param name="lifetime">The client's own token.</param>
internal sealed class HostOpening(
    string name, Exchange exchange, RetryPolicy retry, RequestTrace trace, Func<string, CancellationToken, Task<Uri?>> ping,
    CancellationToken lifetime)
{
    private readonly Lock _lock = new();
    private OpeningRequest? _first;
    private Shared<Uri>? _address;

    /// <summary>The address, with the working scheme.</summary>
    public Task<Uri> GetAddressAsync(CancellationToken cancellationToken) => Begin(null).Address.GetAsync(cancellationToken);

    /// <summary>
    /// The same for a request that only reads. If it is the host's first, it is sent beside the first pings.
    /// </summary>
    /// <returns>The address; and the request as sent, if it was. The caller disposes it.</returns>
    public async Task<(Uri Address, OpeningRequest? Sent)> GetAddressAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        OpeningRequest first = new(name, request, exchange);
        (Shared<Uri> address, bool isFirst) = Begin(first);
        try
        {
            return (await address.GetAsync(cancellationToken), isFirst ? first : null);
        }
        catch
        {
            // Nobody waits for its response, which may still come.
            first.Dispose();
            throw;
        }
    }

    private (Shared<Uri> Address, bool IsFirst) Begin(OpeningRequest? first)
    {
        lock (_lock)
        {
            if (_address is not null)
                return (_address, false);
            _first = first;
            return (_address = new Shared<Uri>(FindAsync, lifetime), true);
        }
    }

    private Task<Uri> FindAsync(CancellationToken cancellationToken) => retry.ExecuteAsync(
        async token =>
        {
            // A host that is not ready is only pinged.
            OpeningRequest? first = Interlocked.Exchange(ref _first, null);
            using CancellationTokenSource enough = CancellationTokenSource.CreateLinkedTokenSource(token);
            Task<Reached?> inTheClear = ReachAsync("http", first, enough.Token);
            Reached? chosen = null;
            try
            {
                chosen = (await ReachAsync("https", first, token))!;
            }
            catch (TransientException e) when (NetworkFailures.IsBelowHttp(e.Failure.InnerException))
            {
                chosen = await OrNullAsync(inTheClear);
                // Neither works; report the failure of https.
                if (chosen is null)
                    throw;
                trace.Note($"using plain http for {name}");
            }
            finally
            {
                await enough.CancelAsync();
                await ((Task)inTheClear).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (inTheClear.IsCompletedSuccessfully && inTheClear.Result is { First: { } unused } other && other != chosen)
                    OpeningRequest.Discard(unused);
            }

            if (chosen.First is { } sent)
                first!.Keep(sent, chosen.Address);
            return chosen.Address;
        },
        cancellationToken);

    // Null if there is no such server, or one that demands TLS, though it does not speak it at this moment or with this client.
    private static async Task<Reached?> OrNullAsync(Task<Reached?> inTheClear)
    {
        try
        {
            return await inTheClear;
        }
        catch (TransientException e) when (NetworkFailures.IsBelowHttp(e.Failure.InnerException))
        {
            return null;
        }
    }

    // Ends when both are answered: the ping shows whether the answer to the other counts.
    private async Task<Reached?> ReachAsync(string scheme, OpeningRequest? first, CancellationToken cancellationToken)
    {
        if (first is null)
            return await ping(scheme, cancellationToken) is { } alone ? new Reached(alone, null) : null;
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<HttpResponseMessage> sent = first.SendAsync(scheme, both.Token);
        try
        {
            Uri? address = await ping(scheme, cancellationToken);
            await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (address is not null)
                return new Reached(address, sent);
            OpeningRequest.Discard(sent);
            return null;
        }
        catch
        {
            await both.CancelAsync();
            await ((Task)sent).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            OpeningRequest.Discard(sent);
            throw;
        }
    }

    // What the first request had for an answer; null without one.
    private sealed record Reached(Uri Address, Task<HttpResponseMessage>? First);
}
