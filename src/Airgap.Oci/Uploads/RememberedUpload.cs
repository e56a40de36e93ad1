using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Requests;
using Airgap.Oci.Wire;

namespace Airgap.Oci.Uploads;

/// <summary>The session of one upload in the store, if there is a store and the blob is large enough.</summary>
internal sealed class RememberedUpload(IUploadSessionSlot? slot, Uri? registry) : IDisposable
{
    /// <summary>The slot of a blob that is not stored.</summary>
    public static RememberedUpload None { get; } = new(null, null);

    /// <summary>The session of an earlier run; the registry may have forgotten it.</summary>
    public UploadSession? Session { get; private init; }

    /// <summary>Takes a blob's slot in the store.</summary>
    public static async Task<RememberedUpload> OpenAsync(
        Transport transport, RepositoryName repository, Descriptor blob, Uri registry, Operation operation,
        CancellationToken cancellationToken)
    {
        if (transport.Options.UploadSessions is not { } store || blob.Size <= transport.Options.UploadChunkBytes)
            return None;
        IUploadSessionSlot? slot = await store.OpenAsync(repository, blob.Digest, cancellationToken);

        // The file is the user's own, but it must not send an upload to another host.
        UploadSession? session = slot?.Saved is { } saved && Redirects.IsSameOrigin(registry, saved.Location)
            ? new UploadSession(saved.Location, transport.HostOf(repository).IsLocal, operation)
            : null;
        return new RememberedUpload(slot, registry) { Session = session };
    }

    /// <summary>
    /// Stores a session, unless it is on another host: such an address is often signed, and a signature is a
    /// credential.
    /// </summary>
    public ValueTask SaveAsync(UploadSession session, CancellationToken cancellationToken) =>
        slot is null ? ValueTask.CompletedTask
        : Redirects.IsSameOrigin(registry!, session.Location)
        ? slot.SaveAsync(new SavedUpload(session.Location, session.Offset), cancellationToken)
        : ValueTask.CompletedTask;

    /// <summary>True if a later run can resume the session.</summary>
    public bool Keeps(UploadSession session) => slot is not null && Redirects.IsSameOrigin(registry!, session.Location);

    /// <summary>Deletes the stored session: the upload is finished, or the registry has forgotten it.</summary>
    public void Clear() => slot?.Clear();

    public void Dispose() => slot?.Dispose();
}
