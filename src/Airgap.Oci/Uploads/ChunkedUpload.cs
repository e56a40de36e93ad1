using System.Globalization;
using Airgap.Oci.Auth;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// Sends the bytes of a blob that a session lacks in PATCHes, and finishes the upload: in chunks for large blobs, for blobs whose PUT
/// broke, and if the registry limits bodies; in a single PATCH for registries that accept nothing else. A confirmed chunk is not sent
/// again.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pushing a blob in chunks".</remarks>
internal sealed class ChunkedUpload(
    Transport transport, RepositoryName repository, IBlobContent content, ScopeSet scopes, Operation operation, UploadProgress progress)
{
    // Limits a registry that corrects the offset again and again without progress.
    private const int MostCorrections = 3;

    private readonly UploadCapabilities _capabilities = transport.HostOf(repository).Uploads;
    private readonly ByteBucket? _rate = transport.HostOf(repository).Outgoing;
    private readonly long _size = content.Descriptor.Size;

    /// <summary>The lengths of the chunks.</summary>
    public required ChunkLengths Lengths { get; init; }

    /// <summary>Called after each confirmed chunk.</summary>
    public Func<UploadSession, CancellationToken, ValueTask> OnConfirmed { get; init; } = static (_, _) => ValueTask.CompletedTask;

    /// <summary>True if no other form is left: a first chunk that is refused for its range is then made smaller.</summary>
    public bool IsLastResort { get; init; }

    /// <summary>True to ask before each chunk whether the registry accepts it (<see cref="RegistryRequest.AskingFirst"/>).</summary>
    public bool AsksFirst { get; init; }

    /// <summary>Sends the chunks, and finishes the upload.</summary>
    /// <param name="session">The session; it has the bytes before its offset.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <returns>
    /// False when the registry has forgotten the session, or its bytes from an earlier request or run are not the
    /// blob's.
    /// </returns>
    /// <exception cref="AirgapException">The registry refuses chunks, or these chunks.</exception>
    public async Task<bool> TryRunAsync(UploadSession session, CancellationToken cancellationToken)
    {
        progress.RewindTo(session.Offset);
        UploadSource source = new(content);
        await using (source)
        {
            long furthest = session.Offset;
            for (int corrections = 0; session.Offset < _size;)
            {
                if (!await TryPatchAsync(source, session, cancellationToken))
                    return false;
                corrections = session.Offset > furthest ? 0 : corrections + 1;
                furthest = Math.Max(furthest, session.Offset);
                if (corrections > MostCorrections)
                    throw operation.Failed(ErrorCode.RegistryProtocol, $"the registry stays at {session.Offset} bytes, whatever is sent",
                        "Report it to the registry's operator.");
                progress.RewindTo(session.Offset);
                await OnConfirmed(session, cancellationToken);
            }
        }

        return await TryFinishAsync(session, cancellationToken);
    }

    private async Task<bool> TryPatchAsync(UploadSource source, UploadSession session, CancellationToken cancellationToken)
    {
        long offset = session.Offset;
        long length = Math.Min(Math.Max(
            Math.Min(Lengths.Next(_size - offset), Math.Max(ChunkLengths.LeastBytes, _capabilities.LargestBody)), session.MinimumChunk),
            _size - offset);
        bool canShrink = length > Math.Max(ChunkLengths.LeastBytes, session.MinimumChunk);
        RegistryRequest request = new(RequestKind.UploadPatch, HttpMethod.Patch, session.Location, scopes, operation)
        {
            Headers = AsksFirst ? RegistryRequest.AskingFirst : [],
            IsBulk = Bulk.Is(length),
            Expects = status => status switch
            {
                413 => canShrink,
                416 => true,

                // Pieces of two requests, or of two runs, may not fit together.
                400 or 404 or 405 => session.WasAsked,
                _ => false,
            },
        };
        session.IsInDoubt = true;
        using HttpResponseMessage answer = await SendAsync(request, source, offset, length, cancellationToken);
        switch ((int)answer.StatusCode)
        {
            case 413:
                _capabilities.NoteTooLarge(length);
                Shrink(length);
                return await AskAsync(session, cancellationToken);
            case 416 when UploadSession.NextOf(answer) is { } has && has != offset && has <= _size:
                session.Resume(answer, has);
                return true;
            case 416 when offset == 0 && !session.WasAsked:
                // There is no other offset to start at. GitHub answers like this to more than 4 MiB, others to any
                // chunk.
                if (!IsLastResort || !canShrink)
                    throw await Refusals.ReadAsync(answer, request.Kind, operation, transport.Options, cancellationToken);
                Shrink(length);
                return await AskAsync(session, cancellationToken);
            case 416:
                bool isKnown = await AskAsync(session, cancellationToken);
                if (isKnown && session.Offset == offset && canShrink)
                    Shrink(length);
                return isKnown;
            case >= 400:
                return false;
        }

        // A registry that accepted fewer bytes receives the rest again. Other numbers prove nothing: Amazon's registry
        // reports the first chunk's end, and some count from the beginning of each chunk. The digest decides at the
        // end.
        long next = UploadSession.NextOf(answer) is { } taken && taken > offset && taken < offset + length ? taken : offset + length;
        session.Advance(answer, next);
        if (next == offset + length)
            Lengths.Take(length);
        return true;
    }

    private async Task<HttpResponseMessage> SendAsync(
        RegistryRequest request, UploadSource source, long offset, long length, CancellationToken cancellationToken)
    {
        try
        {
            return await TimedBody.SendAsync(
                transport, repository, request, length,
                watchdog => Body(new BlobUploadContent(source, offset, length, progress, watchdog, _rate), offset, length),
                cancellationToken);
        }
        catch (TransientException e) when (!Refusals.IsLoad(e.Failure.StatusCode))
        {
            Lengths.Break(length);
            throw;
        }
    }

    private BlobUploadContent Body(BlobUploadContent body, long offset, long length)
    {
        body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
        if (length < _size)
            body.Headers.TryAddWithoutValidation(
                "Content-Range", string.Create(CultureInfo.InvariantCulture, $"{offset}-{offset + length - 1}"));
        return body;
    }

    private void Shrink(long refused)
    {
        Lengths.Refuse(refused);
        transport.Trace.Note($"a chunk of {refused} bytes is too large for {operation.Reference}; the next is at most half as long");
    }

    private Task<bool> AskAsync(UploadSession session, CancellationToken cancellationToken) =>
        UploadStatus.AskAsync(transport, repository, scopes, operation, session, _size, cancellationToken);

    private async Task<bool> TryFinishAsync(UploadSession session, CancellationToken cancellationToken)
    {
        RegistryRequest finish = new(
            RequestKind.UploadPut, HttpMethod.Put, UploadSession.WithDigest(session.Location, content.Descriptor.Digest), scopes, operation)
        {
            Content = static _ => new ByteArrayContent([]),
            Expects = status => session.WasAsked && status is 400 or 404 or 416,
        };
        session.IsInDoubt = true;
        using HttpResponseMessage answer = await transport.SendOnceAsync(repository, finish, cancellationToken);
        return answer.IsSuccessStatusCode;
    }
}
