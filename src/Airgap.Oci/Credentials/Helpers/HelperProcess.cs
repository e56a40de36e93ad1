using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Runs a helper program once, within a time limit, and leaves no process behind.</summary>
internal static class HelperProcess
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>How long the outputs of a program that has ended are still read.</summary>
    public static TimeSpan OutputGrace { get; } = TimeSpan.FromSeconds(2);

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

    /// <summary>
    /// Runs any program once. Its own end counts: what it left behind may hold its outputs open for <see cref="OutputGrace"/>, and what
    /// came until then is the answer. One that writes more than is kept to standard output is ended.
    /// </summary>
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
        using CancellationTokenSource reading = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        process.Start();
        try
        {
            OutputReader output = new(process.StandardOutput.BaseStream, most);
            OutputReader error = new(process.StandardError.BaseStream, most);
            Task outputs = Task.WhenAll(output.ReadAsync(reading.Token), error.ReadAsync(reading.Token));
            // Beside the rest: a program may end, or write without end, and read nothing.
            _ = WriteAsync(process, input, reading.Token);
            await EndAsync(process, output, outputs, timeProvider, either.Token);
            await reading.CancelAsync();
            return new HelperOutput(process.ExitCode, output.Text, error.Text, output.IsTooLong);
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

    private static async Task EndAsync(
        Process process, OutputReader output, Task outputs, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        Task exit = process.WaitForExitAsync(cancellationToken);
        if (await Task.WhenAny(exit, output.TooLong) == output.TooLong)
        {
            await KillAsync(process);
            return;
        }

        await exit;
        try
        {
            await outputs.WaitAsync(OutputGrace, timeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What came until now is the answer.
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
