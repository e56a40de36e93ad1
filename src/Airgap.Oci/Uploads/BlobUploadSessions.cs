using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>
/// The upload sessions of one blob: the current one, and abandoned ones, which are cancelled at the end, because the
/// registry would otherwise keep their bytes for days. A session that a later run can resume is kept.
/// </summary>
internal sealed class BlobUploadSessions(
    Transport transport, RepositoryName repository, Operation operation, UploadProgress progress, RememberedUpload remembered)
    : IAsyncDisposable
{
    private readonly List<UploadSession> _abandoned = [];

    /// <summary>The session to send to; null if none is open.</summary>
    public UploadSession? Current { get; private set; } = remembered.Session;

    /// <summary>The most bytes that the registry ever confirmed.</summary>
    public long Confirmed { get; private set; }

    /// <summary>Sets a new session, and stores it for a later run.</summary>
    public async Task BeginAsync(UploadSession session, CancellationToken cancellationToken)
    {
        Current = session;
        await remembered.SaveAsync(session, cancellationToken);
    }

    /// <summary>Records the offset that the registry reports for a session.</summary>
    public void Confirm(UploadSession session)
    {
        Confirmed = Math.Max(Confirmed, session.Offset);
        progress.RewindTo(session.Offset);
    }

    /// <summary>The same, and stores it for a later run.</summary>
    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken)
    {
        Confirm(session);
        return remembered.SaveAsync(session, cancellationToken);
    }

    /// <summary>Completes: the registry has the blob.</summary>
    public void Finish()
    {
        Current = null;
        remembered.Clear();
    }

    /// <summary>Abandons the current session.</summary>
    public void Abandon()
    {
        if (Current is { } session)
            _abandoned.Add(session);
        Current = null;
    }

    /// <summary>Abandons the current session, and starts over.</summary>
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
