using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry.Auth;

namespace Airgap.Oci.Registry.Http;

/// <summary>
/// Brings one blob into a repository: a POST that mounts it or finds it present, else opens a session, and one PUT. A larger
/// blob whose PUT breaks goes on where the registry says it stopped, and a large one goes in chunks from the beginning;
/// what a registry forgets starts over.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pushing blobs" and "Mounting a blob from another repository".</remarks>
internal sealed class BlobUpload(Transport transport, RepositoryName repository, IBlobContent content, RepositoryName? mountFrom, IProgress<long>? sink)
{
    // A session that is forgotten again and again has no end.
    private const int MostRestarts = 3;

    private readonly UploadProgress _progress = new(sink, transport.Counters);
    private readonly Digest _digest = content.Descriptor.Digest;
    private readonly long _size = content.Descriptor.Size;
    private readonly long _chunk = transport.Options.UploadChunkBytes;
    private readonly ScopeSet _scopes = ScopeSet.PullAndPush(repository.Path);
    private readonly Operation _operation = Operation.OnBlob("upload", repository, content.Descriptor.Digest);
    private readonly RepositoryName? _mountFrom = mountFrom is not null && mountFrom != repository
        && mountFrom.Registry.Equals(repository.Registry, StringComparison.OrdinalIgnoreCase) ? mountFrom : null;

    private RememberedUpload _remembered = RememberedUpload.None;
    private UploadSession? _session;
    private long _confirmed;
    private int _restarts;
    private int _spoiled;
    private bool _isMountRefused;
    private bool _isWholeRefused;
    private bool _isWholeCut;
    private bool _areChunksRefused;
    private bool _wasCut;
    private bool _isAskingRefused;

    private bool AsksFirst => _wasCut && !_isAskingRefused;

    /// <summary>Runs the upload, with its retries.</summary>
    public async Task<BlobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        // Learned before the retries begin, for it has its own.
        Uri address = await transport.HostOf(repository).GetAddressAsync(cancellationToken).ConfigureAwait(false);
        using (_remembered = await RememberedUpload.OpenAsync(transport, repository, content.Descriptor, address, _operation, cancellationToken).ConfigureAwait(false))
        {
            _session = _remembered.Session;
            for (TransientException? broken = null; ;)
            {
                (BlobOutcome? outcome, broken) = await transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken, broken).ConfigureAwait(false);
                if (outcome is { } done)
                    return done;
            }
        }
    }

    // A new budget for each break after which the registry has more than ever before: a bad line may cut a large blob many times.
    private async Task<(BlobOutcome? Outcome, TransientException? Broken)> AttemptAsync(CancellationToken cancellationToken)
    {
        long before = _confirmed;
        try
        {
            BlobOutcome outcome = await SendAsync(cancellationToken).ConfigureAwait(false);
            _remembered.Clear();
            return (outcome, null);
        }
        catch (TransientException broken)
        {
            // An answer that came was not lost, so there is nothing to ask first for.
            _wasCut |= broken.Failure.StatusCode == 0;

            // A small blob is sent again sooner than it is asked for.
            if (_size < _chunk / 16)
                _session = null;
            if (_confirmed > before)
                return (null, broken);
            throw;
        }
        catch (AirgapException refused) when (refused.StatusCode == 417 && AsksFirst)
        {
            _isAskingRefused = true;
            throw new TransientException(refused);
        }
        catch (AirgapException spoiled) when (IsSpoiled(spoiled) && _spoiled++ < SpoiledBytes.MostRepeats)
        {
            // What the session holds is wrong, so nothing of it is gone on with.
            Forget();
            throw new TransientException(spoiled);
        }
    }

    // Bytes that changed on their way here, or on their way there, and will hardly do so again.
    private static bool IsSpoiled(AirgapException failure) => failure.Code == ErrorCode.DigestMismatch
        || (failure.StatusCode == 400 && failure.Message.Contains("DIGEST_INVALID", StringComparison.Ordinal));

    private async Task<BlobOutcome> SendAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_session is { IsInDoubt: true } cut)
            {
                if (await UploadQuestion.AskAsync(transport, repository, _scopes, _operation, cut, _size, cancellationToken).ConfigureAwait(false))
                    Confirm(cut);
                else
                    Forget();
            }

            if (_session is null)
            {
                using HttpResponseMessage answer = await StartAsync(cancellationToken).ConfigureAwait(false);
                if ((int)answer.StatusCode != 202)
                    return Found();
                _session = new UploadSession(answer, transport.HostOf(repository).IsLocal, _operation);
                await _remembered.SaveAsync(_session, cancellationToken).ConfigureAwait(false);
            }

            if (GoesWhole(_session))
            {
                if (await TryPutWholeAsync(_session, cancellationToken).ConfigureAwait(false))
                    return BlobOutcome.Copied;
                _isWholeRefused = true;
                Forget();
            }
            else if (await PutChunksAsync(_session, cancellationToken).ConfigureAwait(false))
            {
                return BlobOutcome.Copied;
            }
        }
    }

    private bool GoesWhole(UploadSession session)
    {
        if (session.Offset > 0 || _isWholeRefused)
            return false;
        return _areChunksRefused || _size <= _chunk || (_size <= 4 * _chunk && !_isWholeCut);
    }

    private void Forget()
    {
        _session = null;
        _remembered.Clear();
        _progress.RewindTo(0);
    }

    private void Confirm(UploadSession session)
    {
        _confirmed = Math.Max(_confirmed, session.Offset);
        _progress.RewindTo(session.Offset);
    }

    // An answer to a finished PUT can be lost: then the blob found is the one we sent.
    private BlobOutcome Found()
    {
        if (_progress.Sent > 0 && _progress.Sent == _size)
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

    private async Task<bool> TryPutWholeAsync(UploadSession session, CancellationToken cancellationToken)
    {
        session.IsInDoubt = true;
        UploadSource source = new(content);
        await using (source.ConfigureAwait(false))
        {
            RegistryRequest request = new(RequestKind.UploadPut, HttpMethod.Put, UploadSession.WithDigest(session.Location, _digest), _scopes, _operation)
            {
                Headers = AsksFirst ? RegistryRequest.AskingFirst : [],
                Content = watchdog => OctetStream(new BlobUploadContent(source, 0, source.Size, _progress, watchdog)),
                Expects = status => !_areChunksRefused && status is 404 or 405 or 413 or 416,
            };
            try
            {
                using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken).ConfigureAwait(false);
                return answer.IsSuccessStatusCode;
            }
            catch (TransientException)
            {
                _isWholeCut = true;
                throw;
            }
        }
    }

    private async Task<bool> PutChunksAsync(UploadSession session, CancellationToken cancellationToken)
    {
        ChunkedUpload chunks = new(transport, repository, content, _scopes, _operation, _progress)
        {
            IsLastResort = _isWholeRefused,
            AsksFirst = AsksFirst,
            OnConfirmed = (confirmed, token) =>
            {
                Confirm(confirmed);
                return _remembered.SaveAsync(confirmed, token);
            },
        };
        switch (await chunks.RunAsync(session, cancellationToken).ConfigureAwait(false))
        {
            case ChunksOutcome.Finished:
                return true;
            case ChunksOutcome.Refused:
                _areChunksRefused = true;
                break;
            case ChunksOutcome.Forgotten when _restarts++ == MostRestarts:
                throw _operation.Failed(
                    ErrorCode.UploadForgotten,
                    $"the registry forgot the upload {MostRestarts + 1} times before it was finished",
                    "Run the command again; if it stays, look for several registries behind one name that do not share their uploads, or a time limit of its uploads.");
        }

        Forget();
        return false;
    }

    private static BlobUploadContent OctetStream(BlobUploadContent body)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        return body;
    }
}
