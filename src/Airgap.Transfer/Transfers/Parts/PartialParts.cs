using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// An archive that is written in parts while it is fetched; each part is hashed meanwhile. A part is flushed and renamed as soon as the
/// last layer in it has arrived and is verified, while the others continue.
/// </summary>
internal sealed class PartialParts : IPartialArchive
{
    private readonly PartsOutput _output;
    private readonly PartHashes _hashes;
    private readonly int[] _awaited;
    private readonly Dictionary<Digest, PartialLayer> _layers = [];
    private readonly List<Task> _finishing = [];
    private readonly SemaphoreSlim _turn = new(2);
    private readonly CancellationTokenSource _stop = new();

    private PartialParts(PartsOutput output)
    {
        _output = output;
        _hashes = new PartHashes(output.Plan, output.Files);
        _awaited = new int[output.Plan.Count];
    }

    public IReadOnlyDictionary<Digest, PartialLayer> Layers => _layers;

    public ImmutableArray<WrittenFile> Written { get; private set; } = [];

    /// <summary>Opens the parts and writes everything except the layers.</summary>
    /// <param name="plan">The division of the archive; its path is a full path without links.</param>
    /// <param name="layout">The layout of the archive.</param>
    /// <param name="resume">True to keep an earlier run's content of the same archive with the same division.</param>
    /// <param name="disk">The file system.</param>
    /// <param name="observer">Receives details for the log.</param>
    /// <param name="cancellationToken">Cancels the reading of existing content.</param>
    /// <exception cref="AirgapException">As <see cref="PartsOutput.Open"/>.</exception>
    public static async Task<PartialParts> OpenAsync(
        PartPlan plan, ArchiveLayout layout, bool resume, ArchiveDisk disk, ITransferObserver observer, CancellationToken cancellationToken)
    {
        PartialParts parts = new(PartsOutput.Open(plan, allowsWhole: false, resume, disk));
        try
        {
            if (parts._output.HasEarlier)
                await parts.SurveyAsync(layout, observer, cancellationToken);
            foreach ((long offset, ReadOnlyMemory<byte> bytes) in layout.Pieces)
                await parts._output.Files.WriteAsync(bytes, offset, cancellationToken);
            parts._hashes.Begin(layout, parts._layers);
            parts.Await(layout);
            return parts;
        }
        catch (Exception e)
        {
            parts.Dispose();
            if (IoFailures.IsIoFailure(e))
                throw IoFailures.Translate(e, plan.Archive);
            throw;
        }
    }

    public long PositionInFile(long offset) => offset % _output.Plan.VolumeSize;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        await _output.Files.WriteAsync(bytes, offset, cancellationToken);
        _hashes.Wrote(bytes.Span, offset);
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            int read = await _output.Files.ReadAsync(buffer, offset, cancellationToken);
            return read > 0 ? read : throw new EndOfStreamException();
        }
        catch (IOException e)
        {
            throw IoFailures.Translate(e, _output.Plan.Archive);
        }
    }

    public void Arrived(ArchiveLayer layer)
    {
        foreach (int part in Of(layer))
        {
            if (Interlocked.Decrement(ref _awaited[part]) == 0)
                Finish(part);
        }
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        Task[] finishing;
        lock (_finishing)
            finishing = [.. _finishing];
        await Task.WhenAll(finishing).WaitAsync(cancellationToken);
        PartList list = await _output.CompleteAsync(cancellationToken);
        string archive = _output.Plan.Archive;
        Written =
        [
            new WrittenFile(PartName.ListOf(archive), Digest.Compute(list.ToJson())),
            .. list.Parts.Select(part => new WrittenFile(Path.Combine(Path.GetDirectoryName(archive)!, part.Name), part.Digest)),
        ];
    }

    public void Dispose()
    {
        _stop.Cancel();
        try
        {
            Task.WaitAll([.. _finishing], CancellationToken.None);
        }
        catch (AggregateException)
        {
            // The original failure is the one to report.
        }

        foreach (PartialLayer layer in _layers.Values)
            layer.Dispose();
        _layers.Clear();
        _hashes.Dispose();
        _output.Dispose();
        _stop.Dispose();
        _turn.Dispose();
    }

    private async Task SurveyAsync(ArchiveLayout layout, ITransferObserver observer, CancellationToken cancellationToken)
    {
        _output.Files.Forget();
        if (!await LayoutMatch.BeginsAsync(layout, _output.Files, cancellationToken))
        {
            observer.Detail($"The parts that an earlier run left of '{_output.Plan.Archive}' belong to another plan, and are rewritten.");
            _output.Files.Empty();
            return;
        }

        await PartialLayer.FindAllAsync(
            _output.Files, layout, _layers, $"the parts of '{_output.Plan.Archive}'", observer, cancellationToken);
    }

    private void Await(ArchiveLayout layout)
    {
        foreach (ArchiveLayer layer in layout.Layers.Where(
            layer => !_layers.TryGetValue(layer.Blob.Descriptor.Digest, out PartialLayer? there) || !there.IsWhole))
        {
            foreach (int part in Of(layer))
                _awaited[part]++;
        }

        for (int part = 0; part < _awaited.Length; part++)
        {
            if (_awaited[part] == 0)
                Finish(part);
        }
    }

    private IEnumerable<int> Of(ArchiveLayer layer) => layer.Blob.Descriptor.Size == 0 ? [
        ] : _output.Plan.Of(layer.DataOffset, layer.Blob.Descriptor.Size);

    // Only a few at once, because their flush competes for the disk with the writes of the others.
    private void Finish(int part)
    {
        lock (_finishing)
            _finishing.Add(FinishAsync(part));
    }

    private async Task FinishAsync(int part)
    {
        await _turn.WaitAsync(_stop.Token);
        try
        {
            await Task.Run(() => _output.FinishAsync(part, () => _hashes.FinishAsync(part, _stop.Token)), _stop.Token);
        }
        finally
        {
            _turn.Release();
        }
    }
}
