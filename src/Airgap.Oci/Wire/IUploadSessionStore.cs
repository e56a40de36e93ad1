using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>
/// Remembers uploads that are under way, so that a later run resumes the upload of a killed run. Only blobs that are
/// larger than a chunk are remembered. A store never fails an upload: what it cannot keep is only sent again.
/// </summary>
public interface IUploadSessionStore
{
    /// <summary>Takes the place of one blob's upload, until the slot is disposed.</summary>
    /// <param name="repository">Where the blob goes.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null when another upload of the same blob to the same repository holds the place, or nothing can be kept.</returns>
    ValueTask<IUploadSessionSlot?> OpenAsync(RepositoryName repository, Digest digest, CancellationToken cancellationToken);
}

/// <summary>The place of one blob's upload. Used by one upload at a time.</summary>
public interface IUploadSessionSlot : IDisposable
{
    /// <summary>The upload that an earlier run left; null for none, or for one that is too old.</summary>
    SavedUpload? Saved { get; }

    /// <summary>Keeps the newest state in place of the one before.</summary>
    ValueTask SaveAsync(SavedUpload upload, CancellationToken cancellationToken);

    /// <summary>Deletes the state: the upload is finished, or the registry has forgotten it.</summary>
    void Clear();
}

/// <summary>An upload that a registry has opened.</summary>
/// <param name="Location">Where its next request goes: an address of the registry itself, never of another host, which may hold a
/// signature.</param>
/// <param name="Offset">How many bytes the registry had confirmed, from 0; it is asked again before anything is sent.</param>
public sealed record SavedUpload(Uri Location, long Offset);
