using Airgap.Oci.Files;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// The files of an archive's parts, read and written as one file. Several readers and writers may be active at once.
/// </summary>
internal sealed class PartFiles(PartPlan plan, ArchiveDisk disk) : IRandomAccess, IDisposable
{
    private readonly FileStream?[] _files = new FileStream?[plan.Count];
    private readonly EarlyFlush?[] _flushes = new EarlyFlush?[plan.Count];
    private readonly SafeFileHandle?[] _handles = new SafeFileHandle?[plan.Count];
    private readonly Lock _opening = new();

    public long Length => plan.Length;

    /// <summary>The bytes on the disk, complete or not.</summary>
    public long BytesOnDisk => Enumerable.Range(0, plan.Count)
        .Sum(part => new FileInfo(PathOf(part)) is { Exists: true } file ? file.Length : 0);

    /// <summary>A part's file until it is finished: <c>NAME.tar.001.partial</c>.</summary>
    public string PathOf(int part) => PathOf(plan, part);

    /// <summary>The same, for a different division into parts.</summary>
    public static string PathOf(PartPlan plan, int part) => CompanionName.Of(plan.PathOf(part), ".partial");

    /// <summary>Makes the system read the bytes of an earlier run from the disk, which has only flushed bytes.</summary>
    public void Forget()
    {
        for (int part = 0; part < plan.Count; part++)
        {
            if (!File.Exists(PathOf(part)))
                continue;
            SafeFileHandle file = HandleOf(part);
            disk.Flush(file, PathOf(part));
            disk.Forget(file);
        }
    }

    /// <summary>Discards everything that an earlier run wrote.</summary>
    public void Empty()
    {
        for (int part = 0; part < plan.Count; part++)
        {
            if (!File.Exists(PathOf(part)))
                continue;
            disk.SetLength(FileOf(part), 0);
            disk.SetLength(FileOf(part), plan.SizeOf(part));
        }
    }

    /// <summary>Writes bytes to their place, in one or several parts. Several writers may be active at once.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int part = (int)(offset / plan.VolumeSize);
            long inside = offset - plan.StartOf(part);
            int count = (int)Math.Min(bytes.Length, plan.SizeOf(part) - inside);
            try
            {
                SafeFileHandle file = HandleOf(part);
                await disk.WriteAsync(file, bytes[..count], inside, cancellationToken);
                _flushes[part]!.Wrote(file, count);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, PathOf(part));
            }

            bytes = bytes[count..];
            offset += count;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        (SafeFileHandle file, long inside, int count) = Find(offset, buffer.Length);
        return count == 0 ? 0 : RandomAccess.Read(file, buffer[..count], inside);
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        (SafeFileHandle file, long inside, int count) = Find(offset, buffer.Length);
        return count == 0 ? new(0) : RandomAccess.ReadAsync(file, buffer[..count], inside, cancellationToken);
    }

    /// <summary>A part's file, after its early flush has ended.</summary>
    public FileStream Finish(int part)
    {
        FileStream file = FileOf(part);
        _flushes[part]!.Finish();
        return file;
    }

    /// <summary>Renames finished parts back to unfinished ones.</summary>
    public void TakeBack()
    {
        for (int part = 0; part < plan.Count; part++)
        {
            if (File.Exists(plan.PathOf(part)) && !File.Exists(PathOf(part)))
                disk.Rename(plan.PathOf(part), PathOf(part));
        }
    }

    /// <summary>Removes a part's file.</summary>
    public void Delete(int part)
    {
        _files[part]?.Dispose();
        File.Delete(PathOf(part));
    }

    public void Dispose()
    {
        foreach (FileStream? file in _files)
            file?.Dispose();
    }

    private FileStream FileOf(int part)
    {
        lock (_opening)
        {
            if (_files[part] is { } open)
                return open;
            FileStream file = OwnFile.OpenOrCreate(PathOf(part));
            disk.SetLength(file, plan.SizeOf(part));
            _flushes[part] = new EarlyFlush(disk, PathOf(part));
            _files[part] = file;
            Volatile.Write(ref _handles[part], file.SafeFileHandle);
            return file;
        }
    }

    // Asking the stream would set the file's position each time.
    private SafeFileHandle HandleOf(int part) => Volatile.Read(ref _handles[part]) ?? FileOf(part).SafeFileHandle;

    private (SafeFileHandle File, long Offset, int Count) Find(long offset, int wanted)
    {
        if (offset >= plan.Length)
            return (HandleOf(0), 0, 0);
        int part = (int)(offset / plan.VolumeSize);
        long inside = offset - plan.StartOf(part);
        return (HandleOf(part), inside, (int)Math.Min(wanted, plan.SizeOf(part) - inside));
    }
}
