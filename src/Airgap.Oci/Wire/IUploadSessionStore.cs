using Airgap.Oci.Naming;

namespace Airgap.Oci.Wire;

/// <summary>
/// Stores uploads in progress, so that a later run resumes the upload of a killed run. Only blobs larger than a chunk
/// are stored. A store never makes an upload fail: if it cannot store an upload, a later run sends the bytes again.
/// </summary>
internal interface IUploadSessionStore
{
    /// <summary>Takes the slot of one blob's upload, until it is disposed.</summary>
    /// <param name="repository">Where the blob goes.</param>
    /// <param name="digest">The blob.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// Null when another upload of the same blob to the same repository has the slot, or nothing can be stored.
    /// </returns>
    ValueTask<IUploadSessionSlot?> OpenAsync(RepositoryName repository, Digest digest, CancellationToken cancellationToken);
}

/// <summary>The slot of one blob's upload. Used by one upload at a time.</summary>
internal interface IUploadSessionSlot : IDisposable
{
    /// <summary>The upload that an earlier run left; null for none, or for one that is too old.</summary>
    SavedUpload? Saved { get; }

    /// <summary>Stores the latest state, replacing the previous one.</summary>
    ValueTask SaveAsync(SavedUpload upload, CancellationToken cancellationToken);

    /// <summary>Deletes the state: the upload is finished, or the registry has forgotten it.</summary>
    void Clear();
}

/// <summary>An upload that a registry has opened.</summary>
/// <param name="Location">The address of its next request: on the registry itself, never on another host, whose address
/// may contain a signature.</param>
/// <param name="Offset">The number of bytes that the registry had confirmed; it is asked again before anything is
/// sent.</param>
internal sealed record SavedUpload(Uri Location, long Offset);
