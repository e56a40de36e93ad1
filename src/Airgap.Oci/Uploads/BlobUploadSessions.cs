using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// The upload sessions of one blob: the current one, and those that were given up, which are cancelled at the end, or the registry would
/// keep their bytes for days. A session that a later run resumes stays.
/// </summary>
internal sealed class BlobUploadSessions(
    Transport transport, RepositoryName repository, Operation operation, UploadProgress progress, RememberedUpload remembered)
    : IAsyncDisposable
{
    private readonly List<UploadSession> _abandoned = [];

    /// <summary>The session to send to; null where none is open.</summary>
    public UploadSession? Current { get; private set; } = remembered.Session;

    /// <summary>The most bytes that the registry ever confirmed.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Takes a new session, and has a later run find it.</summary>
    public async Task BeginAsync(UploadSession session, CancellationToken cancellationToken)
    {
        Current = session;
        await remembered.SaveAsync(session, cancellationToken);
    }

    /// <summary>Notes how far a session is by the registry's word.</summary>
    public void Confirm(UploadSession session)
    {
        Confirmed = Math.Max(Confirmed, session.Offset);
        progress.RewindTo(session.Offset);
    }

    /// <summary>The same, and has a later run resume there.</summary>
    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken)
    {
        Confirm(session);
        return remembered.SaveAsync(session, cancellationToken);
    }

    /// <summary>Ends with the blob at the registry.</summary>
    public void Finish()
    {
        Current = null;
        remembered.Clear();
    }

    /// <summary>Gives the current session up.</summary>
    public void Abandon()
    {
        if (Current is { } session)
            _abandoned.Add(session);
        Current = null;
    }

    /// <summary>Gives the current session up, and starts over.</summary>
    public void Forget()
    {
        Abandon();
        remembered.Clear();
        progress.RewindTo(0);
    }

    public async ValueTask DisposeAsync()
    {
        using (remembered)
        {
            if (Current is not null && !remembered.Keeps(Current))
                _abandoned.Add(Current);
            UploadCancellation cancellation = new(transport, repository);
            foreach (UploadSession session in _abandoned)
                await cancellation.CancelAsync(session.Location, operation);
        }
    }
}
