using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Airgap.WarmTool;

/// <summary>Pipes in place of standard output and standard error, for Linux.</summary>
internal sealed partial class StandardStreams : IDisposable
{
    private const int CloseOnExec = 0x80000;

    // Marks the end of the output. The pipe itself would not end: .NET's own streams hold duplicates of the
    // descriptor until they are finalized.
    private readonly byte[] _mark = Guid.NewGuid().ToByteArray();

    private readonly Task<byte[]> _output;
    private readonly Task<byte[]> _error;
    private readonly SafeFileHandle _outputBefore = Duplicate(1);
    private readonly SafeFileHandle _errorBefore = Duplicate(2);

    private StandardStreams()
    {
        _output = Redirect(1);
        _error = Redirect(2);
    }

    /// <summary>Records all output from now on, of this process or of one that it starts.</summary>
    public static StandardStreams Capture() => new();

    /// <summary>Restores the previous streams, and returns the output.</summary>
    public (byte[] Output, byte[] Error) Release()
    {
        Finish(1, _outputBefore);
        Finish(2, _errorBefore);
        return (_output.Result, _error.Result);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _outputBefore.Dispose();
        _errorBefore.Dispose();
    }

    private unsafe Task<byte[]> Redirect(int descriptor)
    {
        int* ends = stackalloc int[2];
        Check(pipe2(ends, CloseOnExec));
        using (SafeFileHandle write = new(ends[1], ownsHandle: true))
            Replace(descriptor, write);
        FileStream read = new(new SafeFileHandle(ends[0], ownsHandle: true), FileAccess.Read, bufferSize: 0);
        return Task.Factory.StartNew(
            () =>
            {
                using MemoryStream bytes = new();
                byte[] buffer = new byte[65536];
                using (read)
                {
                    while (read.Read(buffer) is > 0 and int count)
                    {
                        bytes.Write(buffer, 0, count);
                        // A background task of the command may write after the mark.
                        if (bytes.GetBuffer().AsSpan(0, (int)bytes.Length).IndexOf(_mark) is >= 0 and int end)
                            return bytes.GetBuffer()[..end];
                    }
                }

                throw new IOException("The tool's stream ended without its mark.");
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private unsafe void Finish(int descriptor, SafeFileHandle before)
    {
        fixed (byte* mark = _mark)
            Check((int)write(descriptor, mark, _mark.Length));
        Replace(descriptor, before);
    }

    private static SafeFileHandle Duplicate(int descriptor)
    {
        int copy = fcntl(descriptor, 1030 /* F_DUPFD_CLOEXEC */, 3);
        Check(copy);
        return new SafeFileHandle(copy, ownsHandle: true);
    }

    private static void Replace(int descriptor, SafeFileHandle by) => Check(dup2(by.DangerousGetHandle().ToInt32(), descriptor));

    private static void Check(int result)
    {
        if (result < 0)
            throw new IOException($"errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int pipe2(int* ends, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int argument);
}
