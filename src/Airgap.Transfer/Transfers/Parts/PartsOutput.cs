using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// An archive's parts while they are written: each is <c>NAME.tar.001.partial</c> until it is on the disk and hashed. It then takes its name at once, so
/// that it can be carried away while the next is written; where an earlier set has the names, all take them at the end. The list is written last: without
/// it nobody takes the parts for an archive.
/// </summary>
internal sealed class PartsOutput : IRandomAccess, IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly ArchiveDisk _disk;
    private readonly PartsHolder _holder;
    private readonly PartsPlace _place;
    private readonly FileStream?[] _files;
    private readonly EarlyFlush?[] _flushes;
    private readonly PartEntry?[] _finished;
    private readonly Lock _opening = new();

    private PartsOutput(PartPlan plan, ArchiveDisk disk, PartsHolder holder, PartsPlace place)
    {
        Plan = plan;
        _disk = disk;
        _holder = holder;
        _place = place;
        _files = new FileStream?[plan.Count];
        _flushes = new EarlyFlush?[plan.Count];
        _finished = new PartEntry?[plan.Count];
    }

    /// <summary>How the archive is cut.</summary>
    public PartPlan Plan { get; }

    /// <summary>True where parts that an earlier run left are gone on with.</summary>
    public bool HasEarlier { get; private init; }

    public long Length => Plan.Length;

    private string Folder => Path.GetDirectoryName(Plan.Archive)!;

    /// <summary>Takes the place for this process, and looks at what lies there.</summary>
    /// <param name="plan">How the archive is cut; its path is full, and no link.</param>
    /// <param name="mayStandWhole">True where the whole archive lies there.</param>
    /// <param name="resume">True to go on with what an earlier run left, cut in the same way.</param>
    /// <param name="disk">The file system.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveInUse"/>, <see cref="ErrorCode.PartInTheWay"/>, <see cref="ErrorCode.DiskFull"/>, or another 3xxx.</exception>
    public static PartsOutput Open(PartPlan plan, bool mayStandWhole, bool resume, ArchiveDisk disk)
    {
        PartsHolder? holder = null;
        try
        {
            holder = PartsHolder.Take(plan.Archive, disk);
            ArchiveHolder.Write(plan.Archive);
            PartsPlace place = PartsPlace.Look(plan, holder.Earlier, mayStandWhole);
            bool goesOn = resume && holder.Earlier == plan;
            PartsOutput output = new(plan, disk, holder, place) { HasEarlier = goesOn };
            output.Prepare(holder.Earlier, goesOn);
            return output;
        }
        catch (Exception e)
        {
            if (holder is not null)
                ArchiveHolder.Clear(plan.Archive);
            if (holder?.Earlier is null)
                holder?.Remove();
            holder?.Dispose();
            if (IoFailures.IsIoFailure(e))
                throw IoFailures.Translate(e, plan.Archive);
            throw;
        }
    }

    /// <summary>Has the system read from the disk what an earlier run wrote: it is on it only where its flush went well.</summary>
    public void Forget()
    {
        for (int part = 0; part < Plan.Count; part++)
        {
            if (!File.Exists(PartialOf(part)))
                continue;
            SafeFileHandle file = FileOf(part).SafeFileHandle;
            _disk.Flush(file, PartialOf(part));
            _disk.Forget(file);
        }
    }

    /// <summary>Forgets all that an earlier run wrote.</summary>
    public void Empty()
    {
        for (int part = 0; part < Plan.Count; part++)
        {
            if (!File.Exists(PartialOf(part)))
                continue;
            _disk.SetLength(FileOf(part), 0);
            _disk.SetLength(FileOf(part), Plan.SizeOf(part));
        }
    }

    /// <summary>Writes bytes to their place, in one part or over several. Several writers may be under way at once.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            int part = (int)(offset / Plan.VolumeSize);
            long inside = offset - Plan.StartOf(part);
            int count = (int)Math.Min(bytes.Length, Plan.SizeOf(part) - inside);
            try
            {
                FileStream file = FileOf(part);
                await _disk.WriteAsync(file.SafeFileHandle, bytes[..count], inside, cancellationToken);
                _flushes[part]!.Wrote(file.SafeFileHandle, count);
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, PartialOf(part));
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

    /// <summary>Brings a part, of which every byte is written, to the disk, reads it back for its hash, and gives it its name.</summary>
    /// <param name="part">The part, counted from 0.</param>
    /// <param name="digest">Its digest, where it was written in order and hashed on the way; null to read it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task FinishAsync(int part, Digest? digest, CancellationToken cancellationToken)
    {
        try
        {
            FileStream file = FileOf(part);
            _flushes[part]!.Finish();
            OpenFileBytes bytes = new(file.SafeFileHandle);

            // What is read back is in memory still, and the disk has the time of hashing to itself.
            Task flush = Task.Run(() => _disk.Flush(file.SafeFileHandle, PartialOf(part)), CancellationToken.None);
            try
            {
                digest ??= await HashAsync(bytes, Plan.SizeOf(part), cancellationToken);
            }
            finally
            {
                await flush;
            }

            PartEntry entry = new(Plan.NameOf(part), Plan.SizeOf(part), digest.Value, PartEnds.Compute(bytes, Plan.SizeOf(part)));
            if (!FileLock.IsAt(file.SafeFileHandle, PartialOf(part)))
                throw new UnsafeFileException(PartialOf(part), "is no longer the file that this run wrote");
            if (_place.Standing is null)
            {
                _disk.Rename(PartialOf(part), Plan.PathOf(part));
                _disk.FlushFolder(Folder);
            }

            _finished[part] = entry;
            await file.DisposeAsync();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, Plan.PathOf(part));
        }
    }

    /// <summary>A part that is finished.</summary>
    public PartEntry Finished(int part) => _finished[part]!;

    /// <summary>Writes the checksums and then the list, when every part is finished.</summary>
    public async Task<PartList> CompleteAsync(CancellationToken cancellationToken)
    {
        PartList list = new([.. _finished.Select(entry => entry ?? throw new InvalidOperationException("A part is not finished."))]);
        string listPath = PartName.ListOf(Plan.Archive);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_place.Standing is not null)
            {
                _place.Clear();
                for (int part = 0; part < Plan.Count; part++)
                    _disk.Rename(PartialOf(part), Plan.PathOf(part));
                _disk.FlushFolder(Folder);
            }

            await AtomicFile.WriteAsync(PartName.SumsOf(Plan.Archive), list.ToSums(Path.GetFileName(listPath)), mode: null, CancellationToken.None);
            await AtomicFile.WriteAsync(listPath, list.ToJson(), mode: null, CancellationToken.None);
            _holder.Remove();
            return list;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, listPath);
        }
    }

    /// <summary>Removes all that this run wrote.</summary>
    public void Abandon()
    {
        try
        {
            for (int part = 0; part < Plan.Count; part++)
            {
                _files[part]?.Dispose();
                File.Delete(PartialOf(part));
                if (_place.Standing is null)
                    File.Delete(Plan.PathOf(part));
            }

            _holder.Remove();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The failure that led here is the one to report.
        }
    }

    public void Dispose()
    {
        foreach (FileStream? file in _files)
            file?.Dispose();
        ArchiveHolder.Clear(Plan.Archive);
        _holder.Dispose();
    }

    private void Prepare(PartPlan? earlier, bool goesOn)
    {
        // Of a run that did not end, or of one that cut it otherwise.
        foreach (PartPlan? plan in goesOn ? [] : (PartPlan?[])[earlier, Plan])
        {
            for (int part = 0; part < plan?.Count; part++)
                File.Delete(SideName.Of(plan.PathOf(part), ".partial"));
        }

        if (goesOn && _place.Standing is null)
        {
            // What is not whole after all is written again, and must not have its name meanwhile.
            for (int part = 0; part < Plan.Count; part++)
            {
                if (File.Exists(Plan.PathOf(part)) && !File.Exists(PartialOf(part)))
                    _disk.Rename(Plan.PathOf(part), PartialOf(part));
            }
        }

        long there = Enumerable.Range(0, Plan.Count).Sum(part => new FileInfo(PartialOf(part)) is { Exists: true } file ? file.Length : 0);
        if (_disk.FreeSpace(Folder) is { } free && free < Plan.Length - there)
        {
            throw new AirgapException(
                ErrorCode.DiskFull,
                $"The parts of '{Plan.Archive}' need {ByteSize.Format(Plan.Length - there)} more ({Plan.Length - there} bytes), and {ByteSize.Format(free)} ({free} bytes) are free.",
                "Free some space, or write them to another disk.")
            { Location = new SourceLocation(Plan.Archive) };
        }

        if (_place.Standing is null)
            _place.Clear();
        _holder.Write(Plan, _disk);
    }

    private string PartialOf(int part) => SideName.Of(Plan.PathOf(part), ".partial");

    private FileStream FileOf(int part)
    {
        lock (_opening)
        {
            if (_files[part] is { } open)
                return open;
            FileStream file = OwnFile.OpenOrCreate(PartialOf(part));
            _disk.SetLength(file, Plan.SizeOf(part));
            _flushes[part] = new EarlyFlush(_disk, PartialOf(part));
            return _files[part] = file;
        }
    }

    private (SafeFileHandle File, long Offset, int Count) Find(long offset, int wanted)
    {
        if (offset >= Plan.Length)
            return (FileOf(0).SafeFileHandle, 0, 0);
        int part = (int)(offset / Plan.VolumeSize);
        long inside = offset - Plan.StartOf(part);
        return (FileOf(part).SafeFileHandle, inside, (int)Math.Min(wanted, Plan.SizeOf(part) - inside));
    }

    private static async Task<Digest> HashAsync(OpenFileBytes bytes, long length, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            for (long done = 0; done < length;)
            {
                int read = await bytes.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - done)), done, cancellationToken);
                if (read == 0)
                    throw new EndOfStreamException();
                hash.AppendData(buffer, 0, read);
                done += read;
            }

            return Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
