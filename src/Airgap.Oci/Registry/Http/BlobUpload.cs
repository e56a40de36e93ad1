using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry.Auth;

namespace Airgap.Oci.Registry.Http;

/// <summary>
/// Brings one blob into a repository: a POST that mounts it or finds it present, else opens a session, and one PUT. An
/// upload that breaks starts over with a new session, for registries forget broken ones.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pushing blobs" and "Mounting a blob from another repository".</remarks>
internal sealed class BlobUpload(Transport transport, RepositoryName repository, IBlobContent content, RepositoryName? mountFrom, IProgress<long>? sink)
{
    private readonly UploadProgress _progress = new(sink, transport.Counters);
    private readonly Digest _digest = content.Descriptor.Digest;
    private readonly ScopeSet _scopes = ScopeSet.PullAndPush(repository.Path);
    private readonly Operation _operation = Operation.OnBlob("upload", repository, content.Descriptor.Digest);
    private readonly RepositoryName? _mountFrom = mountFrom is not null && mountFrom != repository
        && mountFrom.Registry.Equals(repository.Registry, StringComparison.OrdinalIgnoreCase) ? mountFrom : null;

    private bool _isMountRefused;
    private bool _isWholeRefused;

    /// <summary>Runs the upload, with its retries.</summary>
    public async Task<BlobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        // Learned before the retries begin, for it has its own.
        await transport.HostOf(repository).GetAddressAsync(cancellationToken).ConfigureAwait(false);
        return await transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken).ConfigureAwait(false);
    }

    private async Task<BlobOutcome> AttemptAsync(CancellationToken cancellationToken)
    {
        using (HttpResponseMessage answer = await StartAsync(cancellationToken).ConfigureAwait(false))
        {
            if ((int)answer.StatusCode != 202)
                return Found();
            if (!_isWholeRefused)
            {
                if (await TryPutWholeAsync(LocationOf(answer), cancellationToken).ConfigureAwait(false))
                    return BlobOutcome.Copied;
                _isWholeRefused = true;
            }
        }

        await PutChunksAsync(cancellationToken).ConfigureAwait(false);
        return BlobOutcome.Copied;
    }

    // An answer to a finished PUT can be lost: then the blob found is the one we sent.
    private BlobOutcome Found()
    {
        if (_progress.Sent > 0 && _progress.Sent == content.Descriptor.Size)
            return BlobOutcome.Copied;
        _progress.RewindTo(0);
        return _mountFrom is not null && !_isMountRefused ? BlobOutcome.Mounted : BlobOutcome.Present;
    }

    private async Task<HttpResponseMessage> StartAsync(CancellationToken cancellationToken)
    {
        if (!_isMountRefused)
        {
            // Mounting from the repository itself is the question whether the blob is there, and opens a session if not.
            string from = (_mountFrom ?? repository).Path;
            string query = $"blobs/uploads/?mount={Uri.EscapeDataString(_digest.ToString())}&from={Uri.EscapeDataString(from)}";
            ScopeSet scopes = _mountFrom is null ? _scopes : _scopes.Union(ScopeSet.Pull(from));
            try
            {
                HttpResponseMessage answer = await PostAsync(query, scopes, static status => status is >= 400 and < 500, cancellationToken).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode)
                    return answer;
                answer.Dispose();
            }
            catch (AirgapException e) when (_mountFrom is not null && e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden or ErrorCode.TokenRequestFailed)
            {
                // No token for both repositories; one for this repository may be had.
            }

            _isMountRefused = true;
        }

        return await PostAsync("blobs/uploads/", _scopes, static _ => false, cancellationToken).ConfigureAwait(false);
    }

    private Task<HttpResponseMessage> PostAsync(string target, ScopeSet scopes, Func<int, bool> refused, CancellationToken cancellationToken) =>
        transport.SendOnceAsync(
            repository,
            new RegistryRequest(RequestKind.UploadPost, HttpMethod.Post, RegistryRequest.Below(repository.Path, target), scopes, _operation)
            {
                Content = static _ => new ByteArrayContent([]),
                Expects = status => refused(status) && !Refusals.IsTransient(status),
            },
            cancellationToken);

    private async Task<bool> TryPutWholeAsync(Uri location, CancellationToken cancellationToken)
    {
        UploadSource source = new(content);
        await using (source.ConfigureAwait(false))
        {
            RegistryRequest request = new(RequestKind.UploadPut, HttpMethod.Put, UploadSession.WithDigest(location, _digest), _scopes, _operation)
            {
                Content = watchdog => OctetStream(new BlobUploadContent(source, 0, source.Size, _progress, watchdog)),
                Expects = static status => status is 404 or 405 or 413 or 416,
            };
            using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
    }

    private async Task PutChunksAsync(CancellationToken cancellationToken)
    {
        _progress.RewindTo(0);
        using HttpResponseMessage answer = await PostAsync("blobs/uploads/", _scopes, static _ => false, cancellationToken).ConfigureAwait(false);
        ChunkedUpload chunks = new(transport, repository, content, _scopes, _operation, _progress);
        await chunks.RunAsync(answer, cancellationToken).ConfigureAwait(false);
    }

    private Uri LocationOf(HttpResponseMessage answer) => UploadSession.LocationOf(answer, transport.HostOf(repository).IsLocal, _operation);

    private static BlobUploadContent OctetStream(BlobUploadContent body)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return body;
    }
}
