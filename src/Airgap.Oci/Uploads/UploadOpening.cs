
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>Opens a session for a blob, unless the registry has the blob: with one POST where it tells, with a HEAD where it may not.</summary>
/// <remarks>Source: OCI distribution specification, "Mounting a blob from another repository".</remarks>
/// <param name="transport">Sends.</param>
/// <param name="repository">Where to.</param>
/// <param name="blob">What.</param>
/// <param name="mountFrom">A repository that has it; null for none.</param>
/// <param name="isReplacement">True to open a session whatever the registry says that it has.</param>
internal sealed class UploadOpening(Transport transport, RepositoryName repository, Descriptor blob, RepositoryName? mountFrom, bool isReplacement = false)
{
    // Sending as much again costs more than the question whether it is there.
    private const long WorthAsking = 1024 * 1024;

    private readonly ScopeSet _scopes = ScopeSet.PullAndPush(repository.Path);
    private readonly Operation _operation = Operation.OnBlob("upload", repository, blob.Digest);
    private readonly UploadManners _manners = transport.HostOf(repository).Uploads;
    private readonly RepositoryName? _mountFrom = mountFrom is not null && mountFrom != repository
        && mountFrom.Registry.Equals(repository.Registry, StringComparison.OrdinalIgnoreCase) ? mountFrom : null;

    private bool _isMountRefused;
    private bool _isPresenceAsked;

    // A POST that opened an upload said that the blob is missing only where it would have said that it is there.
    private bool WasTold => _manners.TellsPresence == true && _mountFrom is null && !_isMountRefused;

    /// <summary>Opens one.</summary>
    /// <param name="wasRefused">True when the blob was sent and refused, which may be because it is there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session, or without one how the registry has the blob.</returns>
    public async Task<(UploadSession? Session, BlobOutcome Found)> OpenAsync(bool wasRefused, CancellationToken cancellationToken)
    {
        if (isReplacement)
        {
            using HttpResponseMessage opened = await PostAsync("blobs/uploads/", _scopes, static _ => false, cancellationToken).ConfigureAwait(false);
            return (new UploadSession(opened, transport.HostOf(repository).IsLocal, _operation), default);
        }

        if (wasRefused)
            _isPresenceAsked = false;
        if (_manners.TellsPresence == false && await IsThereAsync(cancellationToken).ConfigureAwait(false))
            return (null, BlobOutcome.Present);
        using HttpResponseMessage answer = await StartAsync(cancellationToken).ConfigureAwait(false);
        if ((int)answer.StatusCode != 202)
            return (null, _mountFrom is not null && !_isMountRefused ? BlobOutcome.Mounted : BlobOutcome.Present);
        if (await IsWorthAskingAsync(wasRefused, cancellationToken).ConfigureAwait(false) && await IsThereAsync(cancellationToken).ConfigureAwait(false))
            return (null, BlobOutcome.Present);
        return (new UploadSession(answer, transport.HostOf(repository).IsLocal, _operation), default);
    }

    // Where a POST opened an upload and the blob may be there for all that.
    private async Task<bool> IsWorthAskingAsync(bool wasRefused, CancellationToken cancellationToken)
    {
        if (WasTold || (blob.Size < WorthAsking && !wasRefused))
            return false;
        if (_mountFrom is null && !_isMountRefused && _manners.TakeUploaded(repository.Path) is { } uploaded)
            await TryPresenceAsync(uploaded, cancellationToken).ConfigureAwait(false);
        return !WasTold && (wasRefused || _manners.TellsPresence == false || _manners.IsWorthAsking(repository.Path));
    }

    // Once, for a blob that is being sent is not there.
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        if (_isPresenceAsked)
            return false;
        _isPresenceAsked = true;
        RegistryRequest request = new(RequestKind.BlobHead, HttpMethod.Head, RegistryRequest.Below(repository.Path, $"blobs/{blob.Digest}"), _scopes, _operation)
        {
            Expects = Refusals.IsFinal,
        };
        using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
            return false;
        if (_mountFrom is null)
            _manners.NotePresence(tells: false);
        return true;
    }

    // Does the POST find a blob that is there? Then it spares all others the question.
    private async Task TryPresenceAsync(Digest uploaded, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await PostAsync(Mount(uploaded, repository), _scopes, Refusals.IsFinal, cancellationToken).ConfigureAwait(false);
        _manners.NotePresence((int)answer.StatusCode == 201);
    }

    private async Task<HttpResponseMessage> StartAsync(CancellationToken cancellationToken)
    {
        if (!_isMountRefused && !(_mountFrom is null && _manners.TellsPresence == false))
        {
            // Mounting from the repository itself is the question whether the blob is there, and opens a session if not.
            ScopeSet both = _mountFrom is null ? _scopes : _scopes.Union(ScopeSet.Pull(_mountFrom.Path));
            try
            {
                HttpResponseMessage answer = await PostAsync(Mount(blob.Digest, _mountFrom ?? repository), both, Refusals.IsFinal, cancellationToken).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                {
                    if (_mountFrom is null && (int)answer.StatusCode == 201)
                        _manners.NotePresence(tells: true);
                    return answer;
                }

                answer.Dispose();
            }
            catch (AirgapException e) when (_mountFrom is not null && e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.TokenRequestFailed)
            {
                // No token for both repositories; one for this repository may be had.
            }

            _isMountRefused = true;
            if (_mountFrom is null)
                _manners.NotePresence(tells: false);
        }

        return await PostAsync("blobs/uploads/", _scopes, static _ => false, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> PostAsync(string target, ScopeSet needed, Func<int, bool> expects, CancellationToken cancellationToken) =>
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
