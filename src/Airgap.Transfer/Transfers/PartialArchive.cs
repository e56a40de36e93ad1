using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// An archive during writing: <c>NAME.partial</c> next to the final name, locked by one process at a time. It is
/// renamed in one step, when everything in it is on the disk. Before that step it stays, for a resumed run.
/// </summary>
internal sealed class PartialArchive : IPartialArchive
{
    private readonly string _path;
    private readonly string _partialPath;
    private readonly ArchiveDisk _disk;
    private readonly Dictionary<Digest, PartialLayer> _layers = [];
    private readonly EarlyFlush _earlyFlush;
    private readonly ITransferObserver _observer;
    private readonly ArchiveSpace _room;
    private FileLock _lock;
    private ArchiveHash? _hash;

    private PartialArchive(string path, FileLock taken, ArchiveDisk disk, ITransferObserver observer)
    {
        _observer = observer;
        _path = path;
        _partialPath = PathOf(path);
        _lock = taken;
        _disk = disk;
        _earlyFlush = new EarlyFlush(disk, _partialPath);
        Folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        _room = new ArchiveSpace(path, Folder, disk);
    }

    public IReadOnlyDictionary<Digest, PartialLayer> Layers => _layers;

    public ImmutableArray<WrittenFile> Written { get; private set; } = [];

    private string Folder { get; }

    private FileStream File => _lock.File;

    /// <summary>The path of an unfinished archive.</summary>
    public static string PathOf(string path) => CompanionName.Of(path, ".partial");

    /// <summary>The path of another plan's unfinished archive until its layers have been reused.</summary>
    public static string AsideOf(string path) => CompanionName.Of(path, ".partial.earlier");

    /// <summary>Opens the partial file and writes everything but the layers.</summary>
    /// <param name="path">The final path, which is not a link.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="resume">True to resume an earlier run's file.</param>
    /// <param name="disk">The file system.</param>
    /// <param name="observer">Receives details for the log.</param>
    /// <param name="hashes">True to hash the archive while it is written.</param>
    /// <param name="cancellationToken">Cancels the reading of existing content.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveInUse"/>: another process writes it;
    /// <see cref="ErrorCode.DiskFull"/>: it does not fit; <see cref="ErrorCode.ForeignFile"/>: the existing file is not
    /// this user's; another 3xxx: no access, no such folder.</exception>
    public static async Task<PartialArchive> OpenAsync(
        string path, ArchiveLayout layout, bool resume, ArchiveDisk disk, ITransferObserver observer, bool hashes,
        CancellationToken cancellationToken)
    {
        PartialArchive partial = new(path, ArchiveHolder.Take(path, PathOf(path), disk), disk, observer);
        try
        {
            ArchiveHolder.Write(path);
            if (resume)
                await partial.SurveyAsync(layout, observer, cancellationToken);
            await partial.PrepareAsync(layout, cancellationToken);
            if (hashes)
                partial.Hash(layout);
            return partial;
        }
        catch (Exception e)
        {
            FinishedArchive.DeleteIfEmpty(partial.File, partial._partialPath);
            partial.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw IoFailures.Translate(e, path);
            throw;
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await _disk.WriteAsync(_lock.Handle, bytes, offset, cancellationToken);
            _room.Use(bytes.Length);
            _hash?.Wrote(bytes.Span, offset);
            _earlyFlush.Wrote(_lock.Handle, bytes.Length);
        }
        catch (IOException e)
        {
            AirgapException failure = IoFailures.Translate(e, _partialPath);
            throw failure.Code == ErrorCode.DiskFull ? _room.Full(e) : failure;
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            int read = await RandomAccess.ReadAsync(_lock.Handle, buffer, offset, cancellationToken);
            return read > 0 ? read : throw new EndOfStreamException();
        }
        catch (IOException e)
        {
            throw IoFailures.Translate(e, _partialPath);
        }
    }

    /// <summary>Flushes everything to the disk, then renames the file, then flushes the name to the disk.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        // Bytes to read back are still in the page cache, and the disk can work during hashing.
        Task flush = Task.Run(() => FinishedArchive.Flush(File, _earlyFlush, _disk, _path, _partialPath), CancellationToken.None);
        Digest? digest = null;
        try
        {
            if (_hash is not null)
                digest = await _hash.FinishAsync(cancellationToken);
        }
        finally
        {
            await flush;
        }

        // A run killed after this point leaves a complete archive and no other file.
        ArchiveHolder.Clear(_path);
        await FinishedArchive.TakeNameAsync(File, _disk, _path, _partialPath, cancellationToken);
        await StaleSignature.RemoveAsync(_path, File, digest, _observer, cancellationToken);
        if (digest is not { } known)
            return;
        Written = [new WrittenFile(_path, known)];
        _observer.Detail($"'{_path}' is {known}: {_hash!.HashedOnTheWay} of {new FileInfo(_path).Length} bytes were hashed on their way, " +
            "the others were read back.");
    }

    private void Hash(ArchiveLayout layout)
    {
        _hash = new ArchiveHash(layout.Length, ReadAsync);
        _hash.Begin(ArchiveHash.AvailableBytes(layout, _layers));
    }

    public void Dispose()
    {
        _hash?.Dispose();
        foreach (PartialLayer layer in _layers.Values)
            layer.Dispose();
        _layers.Clear();
        ArchiveHolder.Clear(_path);
        _lock.Dispose();
    }

    private async Task SurveyAsync(ArchiveLayout layout, ITransferObserver observer, CancellationToken cancellationToken)
    {
        if (File.Length == 0)
            return;
        // Bytes that an earlier run could not flush may still be in the page cache, and would be mistaken for written.
        _disk.Flush(_lock.Handle, _partialPath);
        _disk.Forget(_lock.Handle);
        OpenFileBytes bytes = new(_lock.Handle);
        if (!await LayoutMatch.BeginsAsync(layout, bytes, cancellationToken))
        {
            SetAside(observer);
            return;
        }

        await PartialLayer.FindAllAsync(bytes, layout, _layers, $"'{_partialPath}'", observer, cancellationToken);
    }

    // The source changed, or a missing image is now available: the offsets differ, but most layers are the same.
    private void SetAside(ITransferObserver observer)
    {
        if (FileFacts.Of(AsideOf(_path), followsLinks: false).Kind != FileKind.None)
            return;
        _disk.Rename(_partialPath, AsideOf(_path));
        FileLock aside = _lock;
        _lock = ArchiveHolder.Take(_path, _partialPath, _disk);
        aside.Dispose();
        observer.Detail($"'{_partialPath}' is of another plan and became '{AsideOf(_path)}', from which layers are taken.");
    }

    private async Task PrepareAsync(ArchiveLayout layout, CancellationToken cancellationToken)
    {
        if (_layers.Count == 0)
            _disk.SetLength(File, 0);
        bool hasHoles = _layers.Count > 0 && _disk.HasHoles(Folder);
        // Checked before the first byte is fetched, so that a long download does not fail at the last gigabyte.
        _room.Require(layout.Length - (hasHoles ? _layers.Values.Sum(layer => layer.Length) : File.Length));
        _disk.SetLength(File, layout.Length);
        foreach ((long offset, ReadOnlyMemory<byte> bytes) in layout.Pieces)
            await WriteAsync(bytes, offset, cancellationToken);
    }
}
