using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// The answer to a POST that was sent early, to save a round trip: an open session, or the fact that the registry has the blob. One upload
/// takes it; otherwise it is cancelled.
/// </summary>
internal sealed class OpenedUpload
{
    private readonly UploadCancellation _cancellation;
    private readonly UploadSession? _session;
    private readonly BlobOutcome _found;
    private readonly Operation _operation;
    private int _isTaken;

    private OpenedUpload(UploadCancellation cancellation, Operation operation, UploadSession? session, BlobOutcome found)
    {
        (_cancellation, _operation, _session, _found) = (cancellation, operation, session, found);
        session?.IsEarly = true;
    }

    /// <summary>Opens an upload as <see cref="BlobUpload"/> does, but without retries.</summary>
    /// <returns>Null if that failed, or if an earlier run's session may be resumed instead.</returns>
    public static async Task<OpenedUpload?> TryOpenAsync(
        Transport transport, RepositoryName repository, Descriptor blob, CancellationToken cancellationToken)
    {
        if (transport.Options.UploadSessions is not null && blob.Size > transport.Options.UploadChunkBytes)
            return null;
        Operation operation = Operation.OnBlob("upload", repository, blob.Digest);
        try
        {
            (UploadSession? session, BlobOutcome found) =
                await new UploadOpening(transport, repository, blob, mountFrom: null).OpenAsync(wasRefused: false, cancellationToken);
            return new OpenedUpload(new UploadCancellation(transport, repository), operation, session, found);
        }
        catch (Exception e) when (e is TransientException or AirgapException or OperationCanceledException or ObjectDisposedException)
        {
            transport.Trace.Note($"the upload of {blob.Digest} to {operation.Reference} was not opened early: {e.Message}");
            return null;
        }
    }

    /// <summary>The session, or null and the outcome if the registry has the blob. Null for all calls but the first.</summary>
    public (UploadSession? Session, BlobOutcome Found)? Take() =>
        Interlocked.Exchange(ref _isTaken, 1) == 0 ? (_session, _found) : null;

    /// <summary>Cancels the session, unless an upload has taken it.</summary>
    public Task CancelAsync() =>
        Take() is { Session: { } session } ? _cancellation.CancelAsync(session.Location, _operation) : Task.CompletedTask;
}
