using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Publishing.Metering;
using Airgap.Tool.Running;
using Airgap.Transfer.Layers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Pulling;
using Airgap.Transfer.Pushing;

namespace Airgap.Tool.Output;

/// <summary>Shows a push or pull as it runs: imgpkg's lines, and progress.</summary>
/// <remarks>Source of the lines: the recorded outputs in the fixtures, golden/lines/push.txt and pull*.txt.</remarks>
internal sealed class VerbObserver : IPushObserver, IPullObserver, ITransferObserver, IDisposable
{
    private readonly Session _session;
    private readonly ProgressMeter _meter;
    private readonly ProgressLine _progress;
    private bool _nested;

    /// <summary>Begins to show.</summary>
    /// <param name="session">Receives the output.</param>
    /// <param name="clock">The time; null for the system's.</param>
    public VerbObserver(Session session, TimeProvider? clock = null)
    {
        _session = session;
        _meter = new ProgressMeter(clock ?? TimeProvider.System);
        _progress = new ProgressLine(session, _meter, clock ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public void Packing(LayerEntry entry)
    {
        _session.Phase = "packing";
        _session.WriteLine($"{(entry.IsFolder ? "dir" : "file")}: {entry.Path}");
    }

    /// <inheritdoc/>
    public void Sending(int blobs, long bytes)
    {
        _session.Phase = "transferring";
        _meter.Start(blobs, bytes);
    }

    /// <inheritdoc/>
    public void Pulling(ImageReference reference, bool isBundle, int depth)
    {
        _session.Phase = "transferring";
        if (depth > 0 && !_nested)
        {
            _nested = true;
            _session.WriteLine("");
            _session.WriteLine("Nested bundles");
        }

        _session.WriteLine($"{Indent(depth)}Pulling {(depth > 0 ? "nested " : "")}{(isBundle ? "bundle" : "image")} '{reference}'");
    }

    /// <inheritdoc/>
    public void AlreadyPulled(ImageReference reference, int depth) => _session.WriteLine($"{Indent(depth)}Skipped, already downloaded");

    /// <inheritdoc/>
    public void Extracting(Descriptor layer, int number, int count, int depth)
    {
        _session.WriteLine($"{Indent(depth + 1)}Extracting layer '{layer.Digest}' ({number}/{count})");
        _meter.Start(1, layer.Size,
            new Dictionary<Digest, string> { [layer.Digest] = string.Create(CultureInfo.InvariantCulture, $"layer {number}/{count}") });
    }

    /// <inheritdoc/>
    public void Locating()
    {
        _session.Phase = "locating";
        _session.WriteLine("");
        _session.WriteLine("Locating image lock file images...");
    }

    /// <inheritdoc/>
    public void Located(RepositoryName repository, bool hasEveryImage) => _session.WriteLine(hasEveryImage
        ? $"The bundle repo ({repository}) is hosting every image specified in the bundle's Images Lock file (.imgpkg/images.yml)"
        : "One or more images not found in bundle repo; skipping lock file update");

    /// <inheritdoc/>
    public void Detail(string message) => _session.WriteDetail(message);

    /// <inheritdoc/>
    public void Notice(string message) => _session.WriteNotice(message);

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => _session.Warn(warning);

    /// <inheritdoc/>
    public void BlobProgress(Descriptor blob, long bytes) => _meter.Moved(blob, bytes);

    /// <inheritdoc/>
    public void BlobFinished(Descriptor blob, BlobOutcome outcome) => _meter.Finished(blob, outcome);

    /// <inheritdoc/>
    public void Dispose() => _progress.Dispose();

    private static string Indent(int depth) => new(' ', 2 * depth);
}
