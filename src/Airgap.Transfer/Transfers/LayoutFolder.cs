using System.Buffers;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Layouts;
using Airgap.Transfer.Files;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;

namespace Airgap.Transfer.Transfers;

/// <summary>
/// A folder while a layout is written to it, locked by one process at a time. Content appears under its digest when it
/// is complete and verified, and index.json changes last, in one step: a concurrent reader sees the previous state.
/// </summary>
internal sealed class LayoutFolder : IDisposable
{
    private readonly string _path;
    private readonly string _work;
    private readonly FileLock _lock;
    private readonly LayoutFolderFiles _files;
    private LayoutDelta? _delta;

    private LayoutFolder(string path)
    {
        _path = OutputCheck.OfFolder(path).Path;
        _work = Path.Combine(_path, ExistingLayout.WorkName);
        Directory.CreateDirectory(_work);
        _lock = Lock(_work, path);
        _files = new LayoutFolderFiles(_path);
    }

    /// <summary>The existing index; null for a new layout.</summary>
    public LayoutIndex? Earlier { get; private set; }

    /// <summary>Locks the folder, and removes unfinished files of an aborted run.</summary>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveInUse"/>: another process writes to it; as
    /// <see cref="ExistingLayout.LookAsync"/>.</exception>
    public static async Task<LayoutFolder> OpenAsync(string path, CancellationToken cancellationToken)
    {
        await ExistingLayout.LookAsync(path, cancellationToken);
        LayoutFolder? folder = null;
        try
        {
            folder = new LayoutFolder(path);
            foreach (string left in Directory.EnumerateFiles(folder._work, "*.tmp"))
                File.Delete(left);
            // Read again, now that no other process can write it.
            folder.Earlier = await ExistingLayout.LookAsync(path, cancellationToken);
            if (folder.Earlier is not null)
                folder._delta = await LayoutDelta.ReadAsync(folder._path, cancellationToken);
            Directory.CreateDirectory(Path.Combine(folder._path, LayoutNames.Blobs, "sha256"));
            if (folder.Earlier is null)
                await AtomicFile.WriteAsync(
                    Path.Combine(folder._path, LayoutNames.Marker), LayoutNames.MarkerBytes, null, cancellationToken);
            return folder;
        }
        catch (Exception e)
        {
            folder?.Dispose();
            if (IoFailures.IsIoFailure(e))
                throw IoFailures.Translate(e, path);
            throw;
        }
    }

    /// <summary>Writes content to its path, through the verifying stream.</summary>
    public async Task PutAsync(IBlobContent content, IProgress<long> progress, CancellationToken cancellationToken)
    {
        Descriptor descriptor = content.Descriptor;
        string place = PlaceOf(descriptor.Digest);
        string temporary = Path.Combine(_work, $"{descriptor.Digest.Hex}.tmp");
        long counted = 0;
        try
        {
            await content.ReadWholeAsync(
                async (stream, token) =>
                {
                    progress.Report(-counted);
                    counted = 0;
                    await using FileStream file =
                        new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: false);
                    byte[] buffer = ArrayPool<byte>.Shared.Rent(LayerDownload.BufferSize);
                    try
                    {
                        int read;
                        while ((read = await stream.ReadAtLeastAsync(
                            buffer.AsMemory(0, LayerDownload.BufferSize), LayerDownload.BufferSize, throwOnEndOfStream: false, token)) > 0)
                        {
                            await WriteAsync(file, buffer.AsMemory(0, read), token);
                            counted += read;
                            progress.Report(read);
                        }
                    }
                    finally
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                    }

                    Attempt(() => DiskSync.Current.Flush(file.SafeFileHandle, place));
                    return true;
                },
                cancellationToken);
            Attempt(() => File.Move(temporary, place, overwrite: true));
            counted = 0;
        }
        finally
        {
            progress.Report(-counted);
            File.Delete(temporary);
        }
    }

    /// <summary>Flushes all names to the disk, then lists the plan's images.</summary>
    public async Task CompleteAsync(TransferPlan plan, CancellationToken cancellationToken)
    {
        Attempt(() =>
        {
            foreach (string folder in Directory.EnumerateDirectories(Path.Combine(_path, LayoutNames.Blobs)))
                DiskSync.Current.FlushFolder(folder);
            DiskSync.Current.FlushFolder(Path.Combine(_path, LayoutNames.Blobs));
        });
        ReadOnlyMemory<byte> index = LayoutIndexWriter.Write(plan, Earlier);
        string notesPlace = Path.Combine(_path, ArchiveNotes.EntryName);

        // Notes describe one list of images: the plan's, if there are no others, and an earlier one as long as it stays as it is. Layers
        // that are still required from a base are noted for every list.
        bool isPlans = LayoutIndexWriter.Write(plan).Span.SequenceEqual(index.Span);
        bool isEarlier = !isPlans && Earlier?.Bytes.Span.SequenceEqual(index.Span) == true;
        ReadOnlyMemory<byte> notes = isPlans ? ArchiveNotes.Write(plan, Digest.Compute(index.Span)) : default;
        if (!isPlans && _delta is not null)
        {
            DeltaNotes? left = _delta.After(_files, LayoutIndex.Parse(index, _files.Invalid));
            isEarlier &= ReferenceEquals(left, _delta.Notes);
            if (!isEarlier && left is not null)
                notes = ArchiveNotes.Write(left, Digest.Compute(index.Span));
        }

        if (!notes.IsEmpty)
            await AtomicFile.WriteAsync(notesPlace, notes, null, cancellationToken);
        await AtomicFile.WriteAsync(Path.Combine(_path, LayoutNames.Index), index, null, cancellationToken);
        if (notes.IsEmpty && !isEarlier)
            Attempt(() => File.Delete(notesPlace));
        Attempt(Leave);
    }

    public void Dispose() => _lock.Dispose();

    private static FileLock Lock(string work, string path) => FileLock.TryTake(Path.Combine(work, "lock")) ?? throw new AirgapException(
        ErrorCode.ArchiveInUse,
        $"'{path}' is being written by another process.",
        "Wait for that run to end, or use another folder.")
    { Location = new SourceLocation(path) };

    private string PlaceOf(Digest digest)
    {
        string folder = Path.Combine(_path, LayoutNames.Blobs, digest.Algorithm);
        // A link instead of a folder would redirect the content.
        _files.Find(LayoutNames.NameOf(digest));
        Attempt(() => Directory.CreateDirectory(folder));
        return Path.Combine(folder, digest.Hex);
    }

    private async ValueTask WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, _path);
        }
    }

    private void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, _path);
        }
    }

    private void Leave()
    {
        File.Delete(Path.Combine(_work, "lock"));
        if (!Directory.EnumerateFileSystemEntries(_work).Any())
            Directory.Delete(_work);
    }
}
