using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Airgap.Oci.Files;

namespace Airgap.Oci.Credentials.Helpers;

/// <summary>Runs a helper program once, within a time limit, and leaves no process behind.</summary>
internal static class HelperProcess
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>How long the outputs of an ended program are still read.</summary>
    public static TimeSpan OutputGrace { get; } = TimeSpan.FromSeconds(3);

    /// <summary>Runs the program with the argument <c>get</c>.</summary>
    /// <param name="path">The program's full path.</param>
    /// <param name="environment">Its complete environment.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="timeLimit">Its time limit.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="TimeoutException">It exceeded the limit and was killed.</exception>
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
    /// Runs any program once. Only the program's own end counts: processes it left behind may keep its outputs open for
    /// <see cref="OutputGrace"/>, and the output up to then is the result. A program that exceeds the limit of standard
    /// output is ended.
    /// </summary>
    /// <param name="info">The program, with its three streams redirected.</param>
    /// <param name="input">Its standard input.</param>
    /// <param name="most">The maximum number of bytes to keep of each output.</param>
    /// <param name="timeLimit">Its time limit.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">Cancels it.</param>
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
            // Written concurrently: a program may end, or write endlessly, without reading.
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
            // The output so far is the result.
        }
    }

    private static ProcessStartInfo CreateStartInfo(string path, IReadOnlyDictionary<string, string> environment)
    {
        // Its own folder is certain to exist.
        ProcessStartInfo info = RedirectedProgram.Start(path, Path.GetDirectoryName(path));
        info.ArgumentList.Add("get");
        info.Environment.Clear();
        foreach ((string name, string value) in environment)
            info.Environment[name] = value;
        return info;
    }

    private static async Task WriteAsync(Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            // Without a line feed: docker sends none, and a helper may use the text unchanged.
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
