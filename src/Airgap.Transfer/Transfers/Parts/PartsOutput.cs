using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>
/// An archive's parts while they are written: each is <c>NAME.tar.001.partial</c> until it is on the disk and hashed. It is then renamed at
/// once, so that it can be moved away while the next is written; if an earlier set has the names, all are renamed at the end. The list is
/// written last: without it, the parts do not count as an archive.
/// </summary>
internal sealed class PartsOutput : IDisposable
{
    private readonly ArchiveDisk _disk;
    private readonly PartsHolder _holder;
    private readonly ExistingParts _existing;
    private readonly PartEntry?[] _finished;

    private PartsOutput(PartPlan plan, ArchiveDisk disk, PartsHolder holder, ExistingParts existing)
    {
        Plan = plan;
        _disk = disk;
        _holder = holder;
        _existing = existing;
        Files = new PartFiles(plan, disk);
        _finished = new PartEntry?[plan.Count];
    }

    /// <summary>The division of the archive.</summary>
    public PartPlan Plan { get; }

    /// <summary>True if this run resumes the parts of an earlier one.</summary>
    public bool HasEarlier { get; private init; }

    /// <summary>The bytes of the parts.</summary>
    public PartFiles Files { get; }

    private string Folder => Path.GetDirectoryName(Plan.Archive)!;

    /// <summary>Reserves the location for this process, and examines the existing files.</summary>
    /// <param name="plan">The division of the archive; its path is full, and not a link.</param>
    /// <param name="allowsWhole">True if the whole archive may exist there.</param>
    /// <param name="resume">True to resume an earlier run's parts of the same sizes.</param>
    /// <param name="disk">The file system.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveInUse"/>, <see cref="ErrorCode.PartInTheWay"/>,
    /// <see cref="ErrorCode.DiskFull"/>, or another 3xxx.</exception>
    public static PartsOutput Open(PartPlan plan, bool allowsWhole, bool resume, ArchiveDisk disk)
    {
        PartsHolder? holder = null;
        try
        {
            holder = PartsHolder.Take(plan.Archive, disk);
            ArchiveHolder.Write(plan.Archive);
            ExistingParts existing = ExistingParts.Look(plan, holder.Earlier, allowsWhole);
            bool resumes = resume && holder.Earlier == plan;
            PartsOutput output = new(plan, disk, holder, existing) { HasEarlier = resumes };
            output.Prepare(holder.Earlier, resumes);
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

    /// <summary>Flushes a completely written part to the disk, and renames it.</summary>
    /// <param name="part">The part, counted from 0.</param>
    /// <param name="hashing">Returns its digest: unhashed bytes are read back meanwhile.</param>
    public async Task FinishAsync(int part, Func<Task<Digest>> hashing)
    {
        try
        {
            FileStream file = Files.Finish(part);
            OpenFileBytes bytes = new(file.SafeFileHandle);

            // The bytes to read back are still in memory, and the disk can work during hashing.
            Task flush = Task.Run(() => _disk.Flush(file.SafeFileHandle, Files.PathOf(part)), CancellationToken.None);
            Digest digest;
            try
            {
                digest = await hashing();
            }
            finally
            {
                await flush;
            }

            PartEntry entry = new(Plan.NameOf(part), Plan.SizeOf(part), digest, PartEnds.Compute(bytes, Plan.SizeOf(part)));
            if (!FileLock.IsAt(file.SafeFileHandle, Files.PathOf(part)))
                throw new UnsafeFileException(Files.PathOf(part), "is no longer the file that this run wrote");
            if (_existing.List is null)
            {
                _disk.Rename(Files.PathOf(part), Plan.PathOf(part));
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

    /// <summary>A finished part.</summary>
    public PartEntry Finished(int part) => _finished[part]!;

    /// <summary>Writes the checksums and then the list, when every part is finished.</summary>
    public async Task<PartList> CompleteAsync(CancellationToken cancellationToken)
    {
        PartList list = new([.. _finished.Select(entry => entry ?? throw new InvalidOperationException("A part is not finished."))]);
        string listPath = PartName.ListOf(Plan.Archive);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_existing.List is not null)
            {
                _existing.Clear();
                for (int part = 0; part < Plan.Count; part++)
                    _disk.Rename(Files.PathOf(part), Plan.PathOf(part));
                _disk.FlushFolder(Folder);
            }

            await AtomicFile.WriteAsync(
                PartName.SumsOf(Plan.Archive), list.ToSums(Path.GetFileName(listPath)), mode: null, CancellationToken.None);
            await AtomicFile.WriteAsync(listPath, list.ToJson(), mode: null, CancellationToken.None);
            await StaleSignature.RemoveAsync(listPath, list);
            _holder.Remove();
            return list;
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, listPath);
        }
    }

    /// <summary>Removes everything that this run wrote.</summary>
    public void Abandon()
    {
        try
        {
            for (int part = 0; part < Plan.Count; part++)
            {
                Files.Delete(part);
                if (_existing.List is null)
                    File.Delete(Plan.PathOf(part));
            }

            _holder.Remove();
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            // The original failure is the one to report.
        }
    }

    public void Dispose()
    {
        Files.Dispose();
        ArchiveHolder.Clear(Plan.Archive);
        _holder.Dispose();
    }

    private void Prepare(PartPlan? earlier, bool resumes)
    {
        // From an unfinished run, or from one with another division.
        foreach (PartPlan? plan in resumes ? [] : (PartPlan?[])[earlier, Plan])
        {
            for (int part = 0; part < plan?.Count; part++)
                File.Delete(PartFiles.PathOf(plan, part));
        }

        // A part that turns out to be incomplete is written again, and must not have its name meanwhile.
        if (resumes && _existing.List is null)
            Files.TakeBack();
        long missing = Plan.Length - Files.BytesOnDisk;
        if (_disk.FreeSpace(Folder) is { } free && free < missing)
        {
            throw new AirgapException(
                ErrorCode.DiskFull,
                $"The parts of '{Plan.Archive}' need {ByteSize.Format(missing)} more ({missing} bytes), but only {ByteSize.Format(free)} " +
                $"({free} bytes) are free.",
                "Free some space, or write them to another disk.")
            { Location = new SourceLocation(Plan.Archive) };
        }

        if (_existing.List is null)
            _existing.Clear();
        _holder.Write(Plan, _disk);
    }
}
