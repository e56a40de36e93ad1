using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Uploads;

namespace Airgap.Transfer.Plans;

/// <summary>
/// Opens uploads at a destination while its plan is still being made, for one run. Only for a run that nothing can forbid after its plan:
/// no dry run, no gate, no required signature. They only save a round trip: what was not opened here is opened later. To be disposed of
/// after the run, or after its failure, so that no upload stays open.
/// </summary>
internal sealed class UploadsAhead : IAsyncDisposable
{
    // The address of an upload is in the response to its POST, so that it can be cancelled only after that. But an interrupted run must
    // end soon.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(0.5);

    private readonly ConcurrentDictionary<Digest, Task<OpenedUpload?>> _uploads = new();
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Opens uploads of blobs.</summary>
    /// <param name="repository">The destination.</param>
    /// <param name="blobs">The blobs, each once.</param>
    public void Open(IImageRepository repository, IEnumerable<Descriptor> blobs)
    {
        foreach (Descriptor blob in blobs)
            _uploads[blob.Digest] = repository.TryOpenUploadAsync(blob, _stop.Token);
    }

    /// <summary>True for a blob whose upload is or was being opened.</summary>
    public bool Has(Digest digest) => _uploads.ContainsKey(digest);

    /// <summary>The upload of a blob; null if none was opened.</summary>
    public Task<OpenedUpload?> FindAsync(Digest digest, CancellationToken cancellationToken) =>
        _uploads.TryGetValue(digest, out Task<OpenedUpload?>? upload) ? upload.WaitAsync(cancellationToken)
            : Task.FromResult<OpenedUpload?>(null);

    /// <summary>Cancels the uploads that the run did not use.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.CancelAfter(s_patience);
        await Task.WhenAll(_uploads.Values.Select(async upload => await ((await upload)?.CancelAsync() ?? Task.CompletedTask)));
        _stop.Dispose();
    }
}
