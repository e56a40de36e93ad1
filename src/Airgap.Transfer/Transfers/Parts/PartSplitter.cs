using System.Buffers;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Archives.Parts;
using Airgap.Transfer.Files;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Transfers.Parts;

/// <summary>Splits an existing archive into parts. Reads it once, from beginning to end.</summary>
/// <param name="disk">The file system.</param>
/// <param name="finished">Receives each part when it has its name and can be moved away.</param>
internal sealed class PartSplitter(ArchiveDisk disk, Action<PartEntry>? finished = null)
{
    private const int BufferSize = 1024 * 1024;

    /// <summary>Splits an archive.</summary>
    /// <param name="file">The archive.</param>
    /// <param name="target">The path of the file that the parts form together.</param>
    /// <param name="volumeSize">The maximum size of a part, in bytes.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="AirgapException">The archive is invalid; <see cref="ErrorCode.VolumeTooSmall"/>,
    /// <see cref="ErrorCode.PartInTheWay"/>, <see cref="ErrorCode.ArchiveChanged"/>, or a 3xxx code.</exception>
    public async Task<PartList> SplitAsync(string file, string target, long volumeSize, CancellationToken cancellationToken)
    {
        target = OutputCheck.OfArchive(target).Path;
        // An archive that no reader would accept is not worth splitting.
        await AnyArchive.OpenAsync(file, cancellationToken);
        using Source source = Source.Open(file);
        PartPlan plan = PartPlan.Create(target, source.Length, volumeSize);
        using PartsOutput output = PartsOutput.Open(plan, allowsWhole: source.IsAt(target), resume: false, disk);
        try
        {
            for (int part = 0; part < plan.Count; part++)
            {
                Digest digest = await CopyAsync(
                    source, plan.StartOf(part), plan.SizeOf(part),
                    (bytes, offset) => output.Files.WriteAsync(bytes, offset, cancellationToken), cancellationToken);
                await output.FinishAsync(part, () => Task.FromResult(digest));
                finished?.Invoke(output.Finished(part));
            }

            source.CheckUnchanged();
            return await output.CompleteAsync(cancellationToken);
        }
        catch
        {
            output.Abandon();
            throw;
        }
    }

    /// <summary>Writes one part again, as listed in the list next to the target.</summary>
    /// <param name="file">The archive that the parts were made from.</param>
    /// <param name="target">The path of the file that the parts form together.</param>
    /// <param name="list">The list.</param>
    /// <param name="order">The number of the part, from 1.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="AirgapException"><see cref="ErrorCode.ArchiveChanged"/>: the archive is not the one that was split;
    /// <see cref="ErrorCode.InvalidArgument"/>: there is no such part; or a 3xxx code.</exception>
    public async Task<PartEntry> RewriteAsync(string file, string target, PartList list, int order, CancellationToken cancellationToken)
    {
        if (order < 1 || order > list.Parts.Length)
            throw new AirgapException(
                ErrorCode.InvalidArgument, $"There is no part {order}: '{target}' has {list.Parts.Length}.", "Give the number of a part.");
        target = OutputCheck.OfArchive(target).Path;
        PartEntry part = list.Parts[order - 1];
        using Source source = Source.Open(file);
        if (source.Length != list.Size)
            throw Changed(file, $"it has {source.Length} bytes, but they have {list.Size}");
        string path = Path.Combine(Path.GetDirectoryName(target)!, part.Name);
        string partial = CompanionName.Of(path, ".partial");
        try
        {
            using PartsHolder holder = PartsHolder.Take(target, disk);
            File.Delete(partial);
            bool isRight = false;
            try
            {
                await using (FileStream output = OwnFile.CreateNew(partial))
                {
                    Digest digest = await CopyAsync(
                        source, list.Parts.Take(order - 1).Sum(before => before.Size), part.Size,
                        (bytes, offset) => WriteAsync(output, bytes, cancellationToken), cancellationToken);
                    if (digest != part.Digest)
                        throw Changed(file, $"its bytes for '{part.Name}' have the digest {digest}, but the list states {part.Digest}");
                    disk.Flush(output.SafeFileHandle, partial);
                    disk.Rename(partial, path);
                    isRight = true;
                }

                disk.FlushFolder(Path.GetDirectoryName(target)!);
            }
            finally
            {
                if (!isRight)
                    File.Delete(partial);
                if (holder.Earlier is null)
                    holder.Remove();
            }
        }
        catch (Exception e) when (IoFailures.IsIoFailure(e))
        {
            throw IoFailures.Translate(e, path);
        }

        return part;
    }

    private static async ValueTask WriteAsync(FileStream output, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        await output.WriteAsync(bytes, cancellationToken);

    private static async Task<Digest> CopyAsync(
        Source source, long start, long length, Func<ReadOnlyMemory<byte>, long, ValueTask> write, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            for (long done = 0; done < length;)
            {
                int read = await source.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(BufferSize, length - done)), start + done, cancellationToken);
                hash.AppendData(buffer, 0, read);
                await write(buffer.AsMemory(0, read), start + done);
                done += read;
            }

            return Digest.FromHash(HashAlgorithmName.SHA256, hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static AirgapException Changed(string file, string why) => new(
        ErrorCode.ArchiveChanged,
        $"'{file}' is not the archive that its parts were made from: {why}.",
        "Split the whole archive again, or give the archive that was split.")
    { Location = new SourceLocation(file) };

    private sealed class Source(string path, SafeFileHandle handle) : IDisposable
    {
        private readonly DateTime _modified = File.GetLastWriteTimeUtc(handle);

        public long Length { get; } = RandomAccess.GetLength(handle);

        public static Source Open(string path)
        {
            try
            {
                return new Source(path, File.OpenHandle(
                    path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan));
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, path);
            }
        }

        public bool IsAt(string target) => OperatingSystem.IsWindows()
            ? string.Equals(Path.GetFullPath(path), target, StringComparison.OrdinalIgnoreCase)
            : FileLock.IsAt(handle, target);

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            try
            {
                int read = await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken);
                return read > 0 ? read : throw Changed(path, "it became shorter while it was read");
            }
            catch (Exception e) when (IoFailures.IsIoFailure(e))
            {
                throw IoFailures.Translate(e, path);
            }
        }

        public void CheckUnchanged()
        {
            if (RandomAccess.GetLength(handle) != Length || File.GetLastWriteTimeUtc(handle) != _modified)
                throw Changed(path, "it was written to while it was read");
        }

        public void Dispose() => handle.Dispose();
    }
}
