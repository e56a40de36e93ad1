using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// Uploads one blob into a repository: a POST mounts it, finds it present or opens a session, and one PUT sends it. A larger
/// blob whose PUT breaks resumes at the offset that the registry reports, and a large one is sent in chunks from the beginning; a forgotten
/// session starts over, and a refused form is replaced by another (<see cref="UploadFormChoice"/>).
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pushing blobs" and "Mounting a blob from another repository".</remarks>
internal sealed class BlobUpload(
    Transport transport, RepositoryName repository, IBlobContent content, RepositoryName? mountFrom, IProgress<long>? sink,
    bool isReplacement = false, OpenedUpload? opened = null)
{
    // Limits a registry that forgets sessions again and again.
    private const int MostRestarts = 3;

    private readonly UploadProgress _progress = new(sink, transport.Counters, repository.Registry);
    private readonly UploadCapabilities _capabilities = transport.HostOf(repository).Uploads;
    private readonly Digest _digest = content.Descriptor.Digest;
    private readonly long _size = content.Descriptor.Size;
    private readonly long _chunk = transport.Options.UploadChunkBytes;
    private readonly ScopeSet _scopes = ScopeSet.PullAndPush(repository.Path);
    private readonly Operation _operation = Operation.OnBlob("upload", repository, content.Descriptor.Digest);
    private readonly UploadOpening _opening = new(transport, repository, content.Descriptor, mountFrom, isReplacement);
    private readonly ChunkLengths _lengths =
        new(transport.Options.UploadChunkBytes, transport.Options.GrownChunkLimit, transport.HostOf(repository).Uploads.Rate);

    private UploadFormChoice _form = null!; // set by RunAsync, before the first attempt
    private BlobUploadSessions _sessions = null!; // so, too
    private int _restarts;
    private int _spoiled;
    private bool _wasRefused;
    private bool _wasCut;
    private bool _isAskingRefused;

    private bool AsksFirst => _wasCut && !_isAskingRefused;

    /// <summary>Runs the upload, with its retries.</summary>
    public async Task<BlobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        _form = new UploadFormChoice(_size, _lengths, _capabilities);

        // Done before the retry loop, because it retries on its own.
        Uri address = await transport.HostOf(repository).GetAddressAsync(cancellationToken);
        RememberedUpload remembered =
            await RememberedUpload.OpenAsync(transport, repository, content.Descriptor, address, _operation, cancellationToken);
        _sessions = new BlobUploadSessions(transport, repository, _operation, _progress, remembered);
        await using (_sessions)
        {
            for (TransientException? broken = null; ;)
            {
                (BlobOutcome? outcome, broken) = await transport.Retry.ExecuteAsync(AttemptAsync, cancellationToken, broken);
                if (outcome is { } done)
                    return done;
            }
        }
    }

    // A new budget for each break after which the registry has more bytes than ever before: a bad connection may break
    // many times during a large blob.
    private async Task<(BlobOutcome? Outcome, TransientException? Broken)> AttemptAsync(CancellationToken cancellationToken)
    {
        long before = _sessions.Confirmed;
        try
        {
            BlobOutcome outcome = await SendAsync(cancellationToken);
            _sessions.Finish();
            return (outcome, null);
        }
        catch (TransientException broken)
        {
            // A response arrived, so there is no need to ask first.
            _wasCut |= broken.Failure.StatusCode == 0;
            if (_form.Current == UploadForms.Whole && !Refusals.IsLoad(broken.Failure.StatusCode))
                _lengths.Break(_size);
            if (_form.NoteFailure(broken.Failure, IsAtDestination(broken.Failure)))
                Refuse(broken.Failure);

            // Sending a small blob again is faster than asking for its status.
            if (_size < _chunk / 16)
                _sessions.Abandon();
            if (_sessions.Confirmed > before)
                return (null, broken);
            throw;
        }
        catch (AirgapException refused) when (refused.StatusCode == 417 && AsksFirst)
        {
            _isAskingRefused = true;
            throw new TransientException(refused);
        }
        catch (AirgapException spoiled) when (UploadFailures.IsSpoiled(spoiled) && _spoiled++ < DigestRetries.MostRepeats)
        {
            // The session contains wrong bytes, so it is not resumed.
            _sessions.Forget();
            throw new TransientException(spoiled);
        }
    }

    // The source of the bytes may fail, too.
    private bool IsAtDestination(AirgapException failure) => failure.Reference == _operation.Reference;

    private async Task<BlobOutcome> SendAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _form.Pause();
            if (_sessions.Current is { IsInDoubt: true } cut)
            {
                if (await UploadStatus.AskAsync(transport, repository, _scopes, _operation, cut, _size, cancellationToken))
                    _sessions.Confirm(cut);
                else
                    _sessions.Forget();
            }

            if (_sessions.Current is null)
            {
                (UploadSession? begun, BlobOutcome found) =
                    opened?.Take() ?? await _opening.OpenAsync(_wasRefused, cancellationToken);
                _wasRefused = false;
                if (begun is null)
                    return Found(found);
                await _sessions.BeginAsync(begun, cancellationToken);
            }

            UploadSession session = _sessions.Current!;
            try
            {
                UploadForms form = _form.Next(session.Offset);
                if (form == UploadForms.Whole)
                    await WholeUpload.PutAsync(
                        transport, repository, content, _scopes, _operation, _progress, session, AsksFirst, cancellationToken);
                else if (!await TryPatchAsync(session, form, cancellationToken))
                    continue;
                _form.Succeed();
                _capabilities.NoteUploaded(repository.Path, _digest);
                return BlobOutcome.Copied;
            }
            catch (AirgapException refusal) when (session.IsEarly && IsAtDestination(refusal) && refusal.Code != ErrorCode.Canceled)
            {
                // It may have expired, which says nothing about the form.
                _sessions.Forget();
            }
            catch (AirgapException refusal) when (IsAtDestination(refusal) && UploadFailures.IsOfForm(refusal, _spoiled > 0))
            {
                Refuse(refusal);
                if (_form.IsExhausted)
                    throw _form.FirstRefusal!;
                transport.Trace.Note($"{_operation.Reference} does not accept {_digest} in this form; trying another");
            }
        }
    }

    private void Refuse(AirgapException refusal)
    {
        _form.Refuse(refusal);
        _wasRefused = true;
        _sessions.Forget();
    }

    // The response to a finished PUT can be lost: the blob found is then the one just sent.
    private BlobOutcome Found(BlobOutcome found)
    {
        if (_progress.Sent > 0 && _progress.Sent == _size)
            return BlobOutcome.Copied;
        _progress.RewindTo(0);
        return found;
    }

    // False to start over.
    private async Task<bool> TryPatchAsync(UploadSession session, UploadForms form, CancellationToken cancellationToken)
    {
        ChunkedUpload chunks = new(transport, repository, content, _scopes, _operation, _progress)
        {
            Lengths = form == UploadForms.Stream ? new ChunkLengths(_size, _size, rate: null) : _lengths,
            IsLastResort = _form.IsLastResort,
            AsksFirst = AsksFirst,
            OnConfirmed = _sessions.SaveAsync,
        };
        if (await chunks.TryRunAsync(session, cancellationToken))
            return true;
        _sessions.Forget();
        if (_restarts++ == MostRestarts)
        {
            throw _operation.Failed(
                ErrorCode.UploadForgotten,
                $"the registry forgot the upload {MostRestarts + 1} times before it was finished",
                "Run the command again; if it persists, check for several registries behind one name that do not share their uploads, " +
                "or for a " +
                "time limit of its uploads.");
        }

        return false;
    }
}
