using System.Collections.Concurrent;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing;
using Airgap.Publishing.Metering;
using Airgap.Tool.Running;
using Airgap.Transfer.Plans;

namespace Airgap.Tool.Output;

/// <summary>Shows a relocation as it runs: imgpkg's lines, warnings, and progress.</summary>
internal sealed class ConsoleObserver : IRegistriesObserver, IDisposable
{
    private readonly Session _session;
    private readonly bool _toArchive;
    private readonly bool _likeImgpkg;
    private readonly TimeProvider _clock;
    private readonly ProgressMeter _meter;
    private readonly ProgressLine _progress;
    private readonly ConcurrentDictionary<Digest, long> _started = [];
    private HashSet<Digest> _layers = [];
    private long _transferStarted;
    private int _indexShown;

    /// <summary>Starts showing.</summary>
    /// <param name="session">Receives the output.</param>
    /// <param name="toArchive">True when the destination is an archive.</param>
    /// <param name="likeImgpkg">True for a command that imgpkg also has, which prints imgpkg's lines.</param>
    /// <param name="clock">The time; null for the system's.</param>
    public ConsoleObserver(Session session, bool toArchive, bool likeImgpkg, TimeProvider? clock = null)
    {
        _likeImgpkg = likeImgpkg;
        _session = session;
        _toArchive = toArchive;
        _clock = clock ?? TimeProvider.System;
        _meter = new ProgressMeter(_clock);
        _progress = new ProgressLine(session, _meter, _clock);
    }

    /// <inheritdoc/>
    public void PhaseStarted(TransferPhase phase, TransferPlan? plan)
    {
        _session.Phase = phase.ToString().ToLowerInvariant();
        if (phase == TransferPhase.Transferring && plan is not null)
        {
            foreach (string line in ImgpkgLines.Planned(plan, _toArchive))
                WriteLine(line);
            _layers = [.. plan.Items.SelectMany(item => item.Content.SelfAndDescendants()).SelectMany(node => node.Manifest.Layers)
                .Select(layer => layer.Digest)];
            _transferStarted = _clock.GetTimestamp();
            _meter.Start(plan);
            _session.Failed.Progress = () => (_meter.Whole() with { Rate = 0 }).Text();
        }
        else if (phase == TransferPhase.Completing)
        {
            if (_toArchive)
                WriteIndexLine();
            else
                WriteLine(ImgpkgLines.Tagging());
        }
    }

    /// <inheritdoc/>
    public void Detail(string message) => _session.WriteDetail(message);

    /// <inheritdoc/>
    public void Notice(string message) => _session.WriteNotice(message);

    /// <inheritdoc/>
    public void Warning(Diagnostic warning) => _session.Warn(warning);

    /// <inheritdoc/>
    public void BlobStarted(Descriptor blob) => _started[blob.Digest] = _clock.GetTimestamp();

    /// <inheritdoc/>
    public void BlobProgress(Descriptor blob, long bytes) => _meter.Moved(blob, bytes);

    /// <inheritdoc/>
    public void BlobFinished(Descriptor blob, BlobOutcome outcome)
    {
        _meter.Finished(blob, outcome);
        if (!_toArchive || !_layers.Contains(blob.Digest) || !_started.TryRemove(blob.Digest, out long start))
            return;
        WriteIndexLine();
        WriteLine(ImgpkgLines.Written(ImgpkgLines.LayerFile(blob.Digest), _clock.GetElapsedTime(start)));
    }

    /// <inheritdoc/>
    public ITransferObserver For(string registry) => new RegistryMeter(_meter.AddPart(registry));

    /// <inheritdoc/>
    public void Dispose() => _progress.Dispose();

    private void WriteLine(string line)
    {
        if (_likeImgpkg)
            _session.WriteLine(line);
    }

    // imgpkg names the archive's manifest.json before its layers.
    private void WriteIndexLine()
    {
        if (Interlocked.Exchange(ref _indexShown, 1) == 0)
            WriteLine(ImgpkgLines.Written("manifest.json", _clock.GetElapsedTime(_transferStarted)));
    }

    private sealed class RegistryMeter(ProgressMeter meter) : ITransferObserver
    {
        public void PhaseStarted(TransferPhase phase, TransferPlan? plan)
        {
            if (phase == TransferPhase.Transferring && plan is not null)
                meter.Start(plan);
        }

        public void BlobProgress(Descriptor blob, long bytes) => meter.Moved(blob, bytes);

        public void BlobFinished(Descriptor blob, BlobOutcome outcome) => meter.Finished(blob, outcome);
    }
}
