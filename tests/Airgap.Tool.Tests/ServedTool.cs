using System.Text;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests;

/// <summary><c>serve</c> inside the test's process, until it is stopped.</summary>
internal sealed class ServedTool : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lines _output = new();
    private readonly StringWriter _error = new();
    private readonly Task<int> _run;

    private ServedTool(string[] args)
    {
        Terminal terminal = new(_output, TextWriter.Synchronized(_error), OutIsTerminal: false, ErrorIsTerminal: false);
        _run = Task.Run(() => ToolRunner.RunAsync(["serve", .. args], Identity.Of(Identity.OwnName, "1.2.3"), terminal, _stop.Token));
    }

    /// <summary>The first line that it wrote.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>All its standard output.</summary>
    public string Output => _output.ToString();

    /// <summary>All its standard error.</summary>
    public string Error => _error.ToString();

    /// <summary>Starts it on a free port and waits for its address.</summary>
    public static async Task<ServedTool> StartAsync(params string[] args)
    {
        ServedTool tool = new(args.Contains("--listen") ? args : [.. args, "--listen", "127.0.0.1:0"]);
        Task first = await Task.WhenAny(tool._output.First, tool._run);
        if (first == tool._run)
            throw new InvalidOperationException(tool.Error);
        tool.Address = new Uri(await tool._output.First);
        return tool;
    }

    /// <summary>Ends it as Ctrl-C does.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        await _output.DisposeAsync();
        await _error.DisposeAsync();
    }

    private sealed class Lines : TextWriter
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly StringBuilder _text = new();

        public Task<string> First => _first.Task;

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text)
            {
                if (value == '\n')
                    _first.TrySetResult(_text.ToString().Trim());
                _text.Append(value);
            }
        }

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }
}
