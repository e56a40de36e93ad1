using System.Runtime.InteropServices;
using System.Text;
using Airgap.Oci.Files;

namespace Airgap.Tool.Running;

/// <summary>
/// Standard output or standard error as a stream that never throws: a closed pipe, a full disk or a closed stream ends
/// neither a transfer nor the process. The cause of a failed write is kept for the exit code and for one line at the
/// end. A closed pipe is not a failure: its reader has read what it wanted.
/// </summary>
/// <param name="inner">The stream.</param>
internal sealed class StandardStream(Stream inner) : WriteOnlyStream
{
    private const int CloseOnExec = 1;
    private const int GetDescriptorFlags = 1;

    /// <summary>Why a write failed, as the end of a sentence; null if none failed.</summary>
    public string? Failure { get; private set; }

    /// <summary>The process's standard output.</summary>
    public static StandardStream Output() => new(IsClosed(1) ? new ClosedStream() : Console.OpenStandardOutput());

    /// <summary>The process's standard error.</summary>
    public static StandardStream Error() => new(IsClosed(2) ? new ClosedStream() : Console.OpenStandardError());

    /// <summary>An unbuffered writer over the stream, safe for several threads.</summary>
    public TextWriter Writer()
    {
        // A Windows console has a code page and would show a byte order mark.
        Encoding encoding = OperatingSystem.IsWindows() && Console.OutputEncoding is not UTF8Encoding
            ? Console.OutputEncoding : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return TextWriter.Synchronized(new StreamWriter(this, encoding, bufferSize: 4096) { AutoFlush = true });
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Failure is not null)
            return;
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            Failure = e.Message.TrimEnd('.');
        }
    }

    // If the process was started with the stream closed, the first file that the runtime opened has its number, and
    // output would be written to that file. Inherited descriptors stay open across exec; those that the runtime opens
    // do not.
    private static bool IsClosed(int descriptor)
    {
        if (OperatingSystem.IsWindows())
            return false;
        int flags = FileControl(descriptor, GetDescriptorFlags);
        return flags < 0 || (flags & CloseOnExec) != 0;
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FileControl(int descriptor, int command);

    private sealed class ClosedStream : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("Bad file descriptor.");
    }
}
