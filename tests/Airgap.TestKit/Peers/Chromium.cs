using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Airgap.TestKit.Peers;

/// <summary>A page in a headless Chromium, driven over its DevTools protocol. Records the page's errors.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly TempFolder _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _calls = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _end = new(s_patience);
    private TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _session;
    private int _lastCall;

    private Chromium(Process process, TempFolder profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Console errors, exceptions, and requests that the page's policy blocked.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Every address that the page requested.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Starts the browser; without it the test is inconclusive.</summary>
    public static async Task<Chromium> StartAsync(int width = 1280, int height = 1600)
    {
        string program = Peer.Require("chromium");
        TempFolder profile = new();
        ProcessStartInfo start = new(program)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            // Chromium does not run its sandbox as root, and containers seldom allow it; the pages are our own.
            ArgumentList =
            {
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
                    "--disable-extensions",
                "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", $"--window-size={width},{height}", "about:blank",
            },
        };
        // Its own temporary folder, which stays when it is ended, goes with the profile.
        start.Environment["TMPDIR"] = profile.Path;
        Process process = Process.Start(start) ?? throw new InvalidOperationException("chromium did not start.");
        Chromium browser = new(process, profile);
        await browser.ConnectAsync();
        return browser;
    }

    /// <summary>Opens a file and waits until it is loaded.</summary>
    /// <returns>The duration from the start of the navigation to the end of the load event.</returns>
    public async Task<TimeSpan> OpenAsync(string path)
    {
        _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await SendAsync("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        await _loaded.Task.WaitAsync(_end.Token);
        double milliseconds = (await EvaluateAsync("performance.getEntriesByType('navigation')[0].domComplete")).GetValue<double>();
        return TimeSpan.FromMilliseconds(milliseconds);
    }

    /// <summary>The value of an expression in the page; promises are awaited.</summary>
    public async Task<JsonNode> EvaluateAsync(string expression)
    {
        JsonNode answer = await SendAsync(
            "Runtime.evaluate", new() { ["expression"] = expression, ["returnByValue"] = true, ["awaitPromise"] = true });
        if (answer["exceptionDetails"] is { } failure)
            throw new InvalidOperationException(failure.ToJsonString());
        return answer["result"]!["value"] ?? JsonValue.Create("")!;
    }

    /// <summary>Presses a key, as a user's keyboard does.</summary>
    public async Task PressAsync(string key)
    {
        int code = key switch
        {
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            "Enter" => 13,
            "Tab" => 9,
            "Home" => 36,
            "End" => 35,
            _ => 0
        };
        foreach (string type in new[] { "rawKeyDown", "keyUp" })
            await SendAsync("Input.dispatchKeyEvent",
                new() { ["type"] = type, ["key"] = key, ["code"] = key, ["windowsVirtualKeyCode"] = code });
    }

    /// <summary>Emulates another colour scheme or medium.</summary>
    public Task EmulateAsync(string feature, string value) => SendAsync(
        "Emulation.setEmulatedMedia", new() { ["features"] = new JsonArray(new JsonObject { ["name"] = feature, ["value"] = value }) });

    /// <summary>Shows the page as on paper, or on a screen again.</summary>
    public Task EmulateMediumAsync(string medium) => SendAsync("Emulation.setEmulatedMedia", new() { ["media"] = medium });

    /// <summary>
    /// The accessibility tree: role and name of each element that a screen reader gets, and its properties that have a value.
    /// </summary>
    public async Task<IReadOnlyList<(string Role, string Name, IReadOnlyDictionary<string, string> Properties)>> ReadAccessibilityAsync()
    {
        JsonNode tree = await SendAsync("Accessibility.getFullAXTree", []);
        return
        [
            .. tree["nodes"]!.AsArray().Where(node => node!["ignored"]?.GetValue<bool>() != true).Select(node => (
                node!["role"]?["value"]?.GetValue<string>() ?? "",
                node["name"]?["value"]?.GetValue<string>() ?? "",
                (IReadOnlyDictionary<string, string>)(node["properties"]?.AsArray() ?? [])
                .Where(property => property!["value"]?["value"] is not null)
                    .ToDictionary(property => property!["name"]!.GetValue<string>(),
                        property => property!["value"]!["value"]!.ToString()))),
        ];
    }

    /// <summary>Sets the page's width and height.</summary>
    public Task ResizeAsync(int width, int height) => SendAsync(
        "Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = width,
            ["height"] = height,
            ["deviceScaleFactor"] = 1,
            ["mobile"] = false
        });

    /// <summary>Writes a picture of the page.</summary>
    public async Task ScreenshotAsync(string path)
    {
        JsonNode answer = await SendAsync("Page.captureScreenshot", new() { ["format"] = "png" });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String(answer["data"]!.GetValue<string>()));
    }

    /// <summary>Prints the page.</summary>
    /// <returns>The PDF.</returns>
    public async Task<byte[]> PrintAsync() =>
        Convert.FromBase64String(
            (await SendAsync("Page.printToPDF", new() { ["printBackground"] = true, ["preferCSSPageSize"] = true }))["data"]!
            .GetValue<string>());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _socket.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        try
        {
            _profile.Dispose();
        }
        catch (IOException)
        {
            // A child process of the browser may write its last file while the folder is removed.
        }
    }

    private async Task ConnectAsync()
    {
        const string Announcement = "DevTools listening on ";
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(_end.Token) ?? throw new InvalidOperationException("chromium ended at once.");
        }
        while (!line.StartsWith(Announcement, StringComparison.Ordinal));
        _ = _process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _ = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        await _socket.ConnectAsync(new Uri(line[Announcement.Length..]), _end.Token);
        _ = Task.Run(ListenAsync);
        JsonNode target = await SendAsync("Target.createTarget", new() { ["url"] = "about:blank" });
        JsonNode session = await SendAsync(
            "Target.attachToTarget", new() { ["targetId"] = target["targetId"]!.GetValue<string>(), ["flatten"] = true });
        _session = session["sessionId"]!.GetValue<string>();
        foreach (string domain in new[] { "Page", "Runtime", "Log", "Network" })
            await SendAsync(domain + ".enable", []);
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject parameters)
    {
        int id = Interlocked.Increment(ref _lastCall);
        JsonObject message = new() { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
            message["sessionId"] = _session;
        TaskCompletionSource<JsonNode> call = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[id] = call;
        await _sending.WaitAsync(_end.Token);
        try
        {
            await _socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes<JsonNode>(message), WebSocketMessageType.Text, endOfMessage: true, _end.Token);
        }
        finally
        {
            _sending.Release();
        }

        JsonNode answer = await call.Task.WaitAsync(_end.Token);
        return answer["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : answer["result"]!;
    }

    private async Task ListenAsync()
    {
        byte[] part = new byte[1 << 16];
        while (!_end.IsCancellationRequested)
        {
            using MemoryStream message = new();
            ValueWebSocketReceiveResult received;
            do
            {
                received = await _socket.ReceiveAsync(part.AsMemory(), _end.Token);
                message.Write(part, 0, received.Count);
            }
            while (!received.EndOfMessage);
            Take(JsonNode.Parse(message.ToArray())!);
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"]?.GetValue<int>() is { } id)
        {
            if (_calls.TryRemove(id, out TaskCompletionSource<JsonNode>? call))
                call.SetResult(message);
            return;
        }

        JsonNode? told = message["params"];
        JsonNode? entry = told?["entry"];
        string? level = (entry?["level"] ?? told?["type"])?.GetValue<string>();
        switch (message["method"]?.GetValue<string>())
        {
            case "Page.loadEventFired":
                _loaded.TrySetResult();
                break;
            case "Runtime.exceptionThrown":
            case "Log.entryAdded" when level is "error" or "warning":
            case "Runtime.consoleAPICalled" when level is "error" or "warning" or "assert":
                Complaints.Enqueue(told!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                Requests.Enqueue(told!["request"]!["url"]!.GetValue<string>());
                break;
        }
    }
}
