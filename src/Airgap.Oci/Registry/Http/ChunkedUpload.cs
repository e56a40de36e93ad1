using System.Globalization;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Registry.Auth;

namespace Airgap.Oci.Registry.Http;

/// <summary>How the chunks of an upload ended.</summary>
internal enum ChunksOutcome
{
    /// <summary>The blob is there.</summary>
    Finished,

    /// <summary>The registry knows the session no more, or what it holds is not the blob.</summary>
    Forgotten,

    /// <summary>It takes no chunks.</summary>
    Refused,
}

/// <summary>
/// Sends what a session lacks of a blob in chunks: for large blobs, for those whose PUT was cut, and for registries (and the
/// proxies before them) that refuse one piece. What was answered is safe from the next cut.
/// </summary>
/// <remarks>Source: OCI distribution specification, "Pushing a blob in chunks".</remarks>
internal sealed class ChunkedUpload(
    Transport transport, RepositoryName repository, IBlobContent content, ScopeSet scopes, Operation operation, UploadProgress progress)
{
    private const long LeastChunk = 1024 * 1024;

    // A registry that corrects us again and again without getting on would do so for ever.
    private const int MostCorrections = 3;

    private readonly long _size = content.Descriptor.Size;
    private long _chunk = transport.Options.UploadChunkBytes;

    /// <summary>Told after each chunk the registry has.</summary>
    public Func<UploadSession, CancellationToken, ValueTask> OnConfirmed { get; init; } = static (_, _) => ValueTask.CompletedTask;

    /// <summary>True when a refusal of the first chunk is the end, because nothing else is left to try.</summary>
    public bool IsLastResort { get; init; }

    /// <summary>True to ask before each chunk whether it is wanted (<see cref="RegistryRequest.AskingFirst"/>).</summary>
    public bool AsksFirst { get; init; }

    /// <summary>Sends the chunks, and finishes the upload.</summary>
    /// <param name="session">The session; it has the bytes before its offset.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    public async Task<ChunksOutcome> RunAsync(UploadSession session, CancellationToken cancellationToken)
    {
        progress.RewindTo(session.Offset);
        UploadSource source = new(content);
        await using (source.ConfigureAwait(false))
        {
            for (int corrections = 0; session.Offset < _size;)
            {
                long before = session.Offset;
                if (await PatchAsync(source, session, cancellationToken).ConfigureAwait(false) is { } end)
                    return end;
                corrections = session.Offset > before ? 0 : corrections + 1;
                if (corrections > MostCorrections)
                    throw operation.Failed(ErrorCode.RegistryProtocol, $"the registry stays at {session.Offset} bytes whatever it is sent", "Report it to the registry's operator.");
                progress.RewindTo(session.Offset);
                await OnConfirmed(session, cancellationToken).ConfigureAwait(false);
            }
        }

        return await FinishAsync(session, cancellationToken).ConfigureAwait(false);
    }

    // Null to go on.
    private async Task<ChunksOutcome?> PatchAsync(UploadSource source, UploadSession session, CancellationToken cancellationToken)
    {
        long offset = session.Offset;
        long length = Math.Min(Math.Max(_chunk, session.MinimumChunk), _size - offset);
        bool isFirst = offset == 0 && !session.WasAsked;
        RegistryRequest request = new(RequestKind.UploadPatch, HttpMethod.Patch, session.Location, scopes, operation)
        {
            Headers = AsksFirst ? RegistryRequest.AskingFirst : [],
            Content = watchdog =>
            {
                BlobUploadContent body = new(source, offset, length, progress, watchdog);
                body.Headers.TryAddWithoutValidation("Content-Type", "application/octet-stream");
                body.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{offset}-{offset + length - 1}"));
                return body;
            },
            Expects = status => status switch
            {
                413 => length > Math.Max(LeastChunk, session.MinimumChunk),
                416 => true,
                400 or 404 or 405 or 501 => !isFirst || !IsLastResort,
                _ => false,
            },
        };
        session.IsInDoubt = true;
        using HttpResponseMessage answer = await transport.SendOnceAsync(repository, request, cancellationToken).ConfigureAwait(false);
        switch ((int)answer.StatusCode)
        {
            case 413:
                _chunk = length / 2;
                transport.Trace.Note($"a chunk of {length} bytes is too large for {operation.Reference}; the next has {_chunk}");
                return await AskAsync(session, cancellationToken).ConfigureAwait(false);
            case 416 when UploadSession.NextOf(answer) is { } has && has <= _size:
                session.Resume(answer, has);
                return null;
            case 416:
                return await AskAsync(session, cancellationToken).ConfigureAwait(false);
            case >= 400:
                return isFirst ? ChunksOutcome.Refused : ChunksOutcome.Forgotten;
        }

        // One that took less than it was sent is given the rest again.
        long next = UploadSession.NextOf(answer) ?? offset + length;
        if (next <= offset || next > offset + length)
        {
            throw operation.Failed(
                ErrorCode.RegistryProtocol, $"the registry counts {next} bytes after byte {offset + length} was sent", "Report it to the registry's operator.");
        }

        // The next request has to know where to go.
        if (Redirects.LocationOf(answer) is null)
            throw operation.Failed(ErrorCode.RegistryProtocol, "the registry took a chunk without saying where the next goes", "Report it to the registry's operator.");
        session.Advance(answer, next);
        return null;
    }

    private async Task<ChunksOutcome?> AskAsync(UploadSession session, CancellationToken cancellationToken) =>
        await UploadQuestion.AskAsync(transport, repository, scopes, operation, session, _size, cancellationToken).ConfigureAwait(false) ? null : ChunksOutcome.Forgotten;

    private async Task<ChunksOutcome> FinishAsync(UploadSession session, CancellationToken cancellationToken)
    {
        RegistryRequest finish = new(RequestKind.UploadPut, HttpMethod.Put, UploadSession.WithDigest(session.Location, content.Descriptor.Digest), scopes, operation)
        {
            Content = static _ => new ByteArrayContent([]),

            // Pieces of two requests, or of two runs, may not fit together: then all of it is sent once more.
            Expects = status => session.WasAsked && status is 400 or 404 or 416,
        };
        session.IsInDoubt = true;
        using HttpResponseMessage answer = await transport.SendOnceAsync(repository, finish, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccessStatusCode ? ChunksOutcome.Finished : ChunksOutcome.Forgotten;
    }
}
