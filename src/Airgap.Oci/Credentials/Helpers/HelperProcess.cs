using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Runs a helper program once, within a time limit, and leaves no process behind.</summary>
internal static class HelperProcess
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>Runs the program with the argument <c>get</c>.</summary>
    /// <param name="path">The program's full path.</param>
    /// <param name="environment">The whole environment it gets.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="timeLimit">The longest it may take.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="TimeoutException">It took longer, and was killed.</exception>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static async Task<HelperOutput> RunAsync(
        string path,
        IReadOnlyDictionary<string, string> environment,
        string input,
        TimeSpan timeLimit,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        return await RunAsync(CreateStartInfo(path, environment), Encoding.UTF8.GetBytes(input), MaxBytes, timeLimit,
            timeProvider, cancellationToken);
    }

    /// <summary>Runs any program once.</summary>
    /// <param name="info">The program, with its three streams redirected.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="most">The most bytes that are kept of each of its outputs.</param>
    /// <param name="timeLimit">The longest it may take.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <inheritdoc cref="RunAsync(string, IReadOnlyDictionary{string, string}, string, TimeSpan, TimeProvider, CancellationToken)" path="/exception"/>
    public static async Task<HelperOutput> RunAsync(
        ProcessStartInfo info,
        ReadOnlyMemory<byte> input,
        int most,
        TimeSpan timeLimit,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        using Process process = new() { StartInfo = info };
        using CancellationTokenSource limit = new(timeLimit, timeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        process.Start();
        try
        {
            Task<(byte[] Bytes, bool IsTooLong)> output = ReadAsync(process.StandardOutput.BaseStream, most, either.Token);
            Task<(byte[] Bytes, bool IsTooLong)> error = ReadAsync(process.StandardError.BaseStream, most, either.Token);
            await WriteAsync(process, input, either.Token);
            // The token ends this wait, too: a process that outlives the helper may hold its pipes open.
            await Task.WhenAll(output, error).WaitAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            (byte[] text, bool isTooLong) = await output;
            return new HelperOutput(
                process.ExitCode, Encoding.UTF8.GetString(text), Encoding.UTF8.GetString((await error).Bytes), isTooLong);
        }
        catch (OperationCanceledException)
        {
            await KillAsync(process);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }
        catch (IOException)
        {
            await KillAsync(process);
            throw;
        }
    }

    private static ProcessStartInfo CreateStartInfo(string path, IReadOnlyDictionary<string, string> environment)
    {
        ProcessStartInfo info = new(path)
        {
            ArgumentList = { "get" },
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // A folder that certainly exists.
            WorkingDirectory = Path.GetDirectoryName(path),
        };
        info.Environment.Clear();
        foreach ((string name, string value) in environment)
            info.Environment[name] = value;
        return info;
    }

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            // No line end after it: docker sends none, and a helper may take the text as it is.
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code and output say why.
        }
    }

    // Keeps the first bytes and discards the rest, so that a helper with much output does not block on a full pipe.
    private static async Task<(byte[] Bytes, bool IsTooLong)> ReadAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        byte[] kept = new byte[Math.Min(most, MaxBytes)];
        byte[] passed = [];
        int count = 0;
        while (true)
        {
            if (count == kept.Length && kept.Length < most)
                Array.Resize(ref kept, Math.Min(most, 2 * kept.Length));
            if (count == most && passed.Length == 0)
                passed = new byte[4096];
            int read = await stream.ReadAsync(count < most ? kept.AsMemory(count) : passed, cancellationToken);
            if (read == 0)
                return (kept[..Math.Min(count, most)], count > most);
            count = Math.Min(count + read, most + 1);
        }
    }

    private static async Task KillAsync(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException or AggregateException)
        {
            // It ended in the meantime.
        }
    }
}
