using System.Globalization;
using Airgap.Oci;
using Airgap.Oci.Files;
using Airgap.TestKit;
using Airgap.Transfer.Transfers;
using Microsoft.Win32.SafeHandles;

namespace Airgap.Transfer.Tests.Transfers;

/// <summary>A disk that records writes and flushes, and fails on demand.</summary>
public abstract class ArchiveDurabilityTestBase : RelocatorTestBase
{
    /// <summary>The real file system, with a list of the operations and a limit of space.</summary>
    private protected sealed class RecordingDisk : ArchiveDisk
    {
        private readonly TaskCompletionSource _begunFlush = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _written;

        public List<string> Events { get; } = [];

        public long? Free { get; set; }

        public long Room { get; init; } = long.MaxValue;

        public bool FailFlush { get; init; }

        public bool FailEarlyFlush { get; init; }

        public bool FailFolder { get; init; }

        public long? EarlyFlushEach { get; init; }

        /// <summary>The number of bytes after which no write ends before an early flush has begun.</summary>
        public long WaitsForEarlyFlushAfter { get; init; } = long.MaxValue;

        public Task BegunFlush => _begunFlush.Task;

        public override long EarlyFlushInterval => EarlyFlushEach ?? base.EarlyFlushInterval;

        public override FileLock? TryTake(string path)
        {
            Add($"open {Path.GetFileName(path)}");
            return base.TryTake(path);
        }

        public override async ValueTask WriteAsync(
            SafeFileHandle file, ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            Add($"write {bytes.Length} at {offset}");
            // ENOSPC, and the equivalent on Windows.
            long written = Interlocked.Add(ref _written, bytes.Length);
            if (written > Room)
                throw new IOException("No space left on device", OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28);
            if (written > WaitsForEarlyFlushAfter)
                await _begunFlush.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
            await base.WriteAsync(file, bytes, offset, cancellationToken);
        }

        public override void BeginFlush(SafeFileHandle file, string name)
        {
            _begunFlush.TrySetResult();
            if (FailEarlyFlush)
                throw new IOException("Input/output error", 5);
            base.BeginFlush(file, name);
        }

        public override void Flush(SafeFileHandle file, string name)
        {
            Add("flush");
            if (FailFlush)
                throw new IOException("Input/output error", 5);
            base.Flush(file, name);
        }

        public override void Forget(SafeFileHandle file)
        {
            Add("forget");
            base.Forget(file);
        }

        public override void Rename(string from, string to)
        {
            Add($"rename {Path.GetFileName(from)} {Path.GetFileName(to)}");
            base.Rename(from, to);
        }

        public override void FlushFolder(string folder)
        {
            Add($"flush folder {folder}");
            if (FailFolder)
                throw new IOException("Input/output error", 5);
            base.FlushFolder(folder);
        }

        public override long? FreeSpace(string folder) => Free ?? base.FreeSpace(folder);

        private void Add(string what)
        {
            lock (Events)
                Events.Add(what);
        }
    }

    private protected static long Needed(AirgapException failure)
    {
        string message = failure.Message;
        int start = message.IndexOf(" more (", StringComparison.Ordinal) + " more (".Length;
        return long.Parse(message[start..message.IndexOf(" bytes)", start, StringComparison.Ordinal)], CultureInfo.InvariantCulture);
    }
}
