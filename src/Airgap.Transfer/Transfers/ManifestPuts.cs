using System.Diagnostics;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>Pushes the manifests of a transfer, each once, and each after everything that it refers to.</summary>
/// <param name="target">The destination.</param>
/// <param name="options">The number of concurrent pushes, and whether to wait for an admission.</param>
/// <param name="blobs">The arrivals of the blobs.</param>
/// <param name="spans">Records the waits.</param>
internal sealed class ManifestPuts(ITransferTarget target, TransferOptions options, BlobArrivals blobs, TransferSpans spans) : IDisposable
{
    private readonly Dictionary<Digest, Task<BlobOutcome>> _known = [];
    private readonly SemaphoreSlim _throttle = new(Math.Max(1, options.Concurrency));

    /// <summary>
    /// Pushes a manifest when everything that it refers to has arrived; a repeated call returns the same task. Called from one thread only,
    /// before anything is awaited: children are registered before their parents.
    /// </summary>
    public Task<BlobOutcome> PutOnce(PlannedManifest node, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(node.Manifest.Digest, out Task<BlobOutcome>? known))
            return known;
        Task<BlobOutcome>[] needed =
        [
            .. node.Blobs.Select(blob => blobs[blob.Digest].Task.WaitAsync(cancellationToken)),
            .. node.Children.Select(child => PutOnce(child, cancellationToken)),
        ];
        Task<BlobOutcome> putting = PutAsync(node, needed, cancellationToken);
        _known.Add(node.Manifest.Digest, putting);
        return putting;
    }

    private async Task<BlobOutcome> PutAsync(PlannedManifest node, Task<BlobOutcome>[] needed, CancellationToken cancellationToken)
    {
        Digest? last = await TransferSpans.WaitForAsync(node, needed);
        BlobOutcome[] outcomes = await Task.WhenAll(needed);
        if (options.Admission is { } admission)
            await admission.WaitAsync(cancellationToken);
        if (target.HasManifest(node))
            return outcomes.Append(BlobOutcome.Present).Min();
        await _throttle.WaitAsync(cancellationToken);
        try
        {
            using Activity? span = spans.BeginManifest(node, last);
            await target.PutManifestAsync(node, cancellationToken);
        }
        finally
        {
            _throttle.Release();
        }

        // An item whose manifest was pushed counts as copied, unless all its blobs were mounted.
        return outcomes.Contains(BlobOutcome.Copied) || !outcomes.Contains(BlobOutcome.Mounted) ? BlobOutcome.Copied : BlobOutcome.Mounted;
    }

    public void Dispose() => _throttle.Dispose();
}
