using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// Opens a session for a blob, unless the registry has the blob: with one POST if that finds present blobs, else with a
/// HEAD first.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Mounting a blob from another repository".</remarks>
/// <param name="transport">Sends the requests.</param>
/// <param name="repository">The destination.</param>
/// <param name="blob">The blob.</param>
/// <param name="mountFrom">A repository that has it; null for none.</param>
/// <param name="isReplacement">True to open a session even if the registry reports the blob as present.</param>
internal sealed class UploadOpening(
    Transport transport, RepositoryName repository, Descriptor blob, RepositoryName? mountFrom, bool isReplacement = false)
{
    // A HEAD costs less than sending this many bytes again.
    private const long WorthAsking = 1024 * 1024;

    private readonly ScopeSet _scopes = ScopeSet.PullAndPush(repository.Path);
    private readonly Operation _operation = Operation.OnBlob("upload", repository, blob.Digest);
    private readonly UploadCapabilities _capabilities = transport.HostOf(repository).Uploads;
    private readonly RepositoryName? _mountFrom = mountFrom is not null && mountFrom != repository
        && mountFrom.Registry.Equals(repository.Registry, StringComparison.OrdinalIgnoreCase)
        && transport.HostOf(repository).Uploads.SupportsMounts(mountFrom.Path) ? mountFrom : null;

    private readonly UploadCancellation _cancellation = new(transport, repository);
    private bool _isMountRefused;
    private bool _isPresenceAsked;

    // A POST that opened an upload proves that the blob is missing only if the registry's POSTs find present blobs.
    private bool WasTold => _capabilities.TellsPresence == true && _mountFrom is null && !_isMountRefused;

    /// <summary>Opens one.</summary>
    /// <param name="wasRefused">True when the blob was sent and refused, possibly because it is already there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session; or null, and the outcome, if the registry has the blob.</returns>
    public async Task<(UploadSession? Session, BlobOutcome Found)> OpenAsync(bool wasRefused, CancellationToken cancellationToken)
    {
        if (isReplacement)
        {
            using HttpResponseMessage opened = await PostAsync("blobs/uploads/", _scopes, static _ => false, cancellationToken);
            return (new UploadSession(opened, transport.HostOf(repository).IsLocal, _operation), default);
        }

        if (_capabilities.TakeAbsent(repository.Path, blob.Digest))
            _isPresenceAsked = true;
        if (wasRefused)
            _isPresenceAsked = false;
        if (_capabilities.TellsPresence == false && await IsThereAsync(cancellationToken))
            return (null, BlobOutcome.Present);
        using HttpResponseMessage answer = await StartAsync(cancellationToken);
        if ((int)answer.StatusCode != 202)
            return (null, _mountFrom is not null && !_isMountRefused ? BlobOutcome.Mounted : BlobOutcome.Present);
        if (await IsWorthAskingAsync(wasRefused, cancellationToken) && await IsThereAsync(cancellationToken))
        {
            await _cancellation.CancelAsync(answer, _operation);
            return (null, BlobOutcome.Present);
        }

        return (new UploadSession(answer, transport.HostOf(repository).IsLocal, _operation), default);
    }

    // A POST opened an upload, but the blob may nevertheless be there.
    private async Task<bool> IsWorthAskingAsync(bool wasRefused, CancellationToken cancellationToken)
    {
        if (WasTold || (blob.Size < WorthAsking && !wasRefused))
            return false;
        if (_mountFrom is null && !_isMountRefused && _capabilities.TakeUploaded(repository.Path) is { } uploaded)
            await TryPresenceAsync(uploaded, cancellationToken);
        return !WasTold && (wasRefused || _capabilities.TellsPresence == false || _capabilities.IsWorthAsking(repository.Path));
    }

    // Only once, because a blob that is being sent is not there.
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        if (_isPresenceAsked)
            return false;
        _isPresenceAsked = true;
        RegistryRequest request =
            new(RequestKind.BlobHead, HttpMethod.Head, RegistryRequest.Below(repository.Path, $"blobs/{blob.Digest}"), _scopes, _operation)
            {
                Expects = static _ => true,
            };
        try
        {
            using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken);
            if (!answer.IsSuccessStatusCode || !(BlobPresence.Judge(answer, blob)
                ?? await new BlobPresence(transport.Unretried, repository, blob).AskByGetAsync(cancellationToken)))
                return false;
        }
        catch (Exception e) when (e is TransientException or AirgapException)
        {
            // The response could only have saved sending the blob.
            return false;
        }

        if (_mountFrom is null)
            _capabilities.NotePresence(tells: false);
        return true;
    }

    // If the POST finds a present blob, the other blobs need no HEAD.
    private async Task TryPresenceAsync(Digest uploaded, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await PostAsync(Mount(uploaded, repository), _scopes, static _ => true, cancellationToken);
            _capabilities.NotePresence((int)answer.StatusCode == 201);
            await _cancellation.CancelAsync(answer, _operation);
        }
        catch (Exception e) when (e is TransientException or AirgapException)
        {
            // Unknown; a HEAD may show it.
        }
    }

    private async Task<HttpResponseMessage> StartAsync(CancellationToken cancellationToken)
    {
        int? refusal = null;
        if (!_isMountRefused && !(_mountFrom is null && _capabilities.TellsPresence == false))
        {
            (HttpResponseMessage? answer, refusal) = await TryMountAsync(cancellationToken);
            if (answer is not null)
                return answer;
            _isMountRefused = true;
        }

        HttpResponseMessage opened = await PostAsync("blobs/uploads/", _scopes, static _ => false, cancellationToken);

        // Recorded only here: if a plain POST also fails, the mount was not the reason.
        if (refusal is { } status)
        {
            if (_mountFrom is null)
                _capabilities.NotePresence(tells: false);
            else
                _capabilities.NoteMountRefused(_mountFrom.Path, status);
        }

        return opened;
    }

    // Mounting from the repository itself asks whether the blob is there, and opens a session if not. Both kinds of
    // mount only save sending the blob, so their failures are ignored, except a refusal for load, which a plain POST
    // would also meet.
    private async Task<(HttpResponseMessage? Answer, int? Refusal)> TryMountAsync(CancellationToken cancellationToken)
    {
        ScopeSet both = _mountFrom is null ? _scopes : _scopes.Union(ScopeSet.Pull(_mountFrom.Path));
        try
        {
            HttpResponseMessage answer = await PostAsync(
                Mount(blob.Digest, _mountFrom ?? repository), both, static status => !Refusals.IsLoad(status), cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                if (_mountFrom is null && (int)answer.StatusCode == 201)
                    _capabilities.NotePresence(tells: true);
                return (answer, null);
            }

            using (answer)
                return (null, (int)answer.StatusCode);
        }
        catch (AirgapException e) when (_mountFrom is not null
            && e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.TokenRequestFailed)
        {
            // There is no token for both repositories, but there may be one for this repository.
            return (null, e.StatusCode);
        }
        catch (TransientException e) when (!Refusals.IsLoad(e.Failure.StatusCode))
        {
            // Without a response, nothing can be concluded for the next mount.
            return (null, null);
        }
    }

    private Task<HttpResponseMessage> PostAsync(
        string target, ScopeSet needed, Func<int, bool> expects, CancellationToken cancellationToken) =>
        transport.SendOnceAsync(
            repository,
            new RegistryRequest(RequestKind.UploadPost, HttpMethod.Post, RegistryRequest.Below(repository.Path, target), needed, _operation)
            {
                Content = static _ => new ByteArrayContent([]),
                Expects = expects,
            },
            cancellationToken);

    private static string Mount(Digest digest, RepositoryName from) =>
        $"blobs/uploads/?mount={Uri.EscapeDataString(digest.ToString())}&from={Uri.EscapeDataString(from.Path)}";
}
