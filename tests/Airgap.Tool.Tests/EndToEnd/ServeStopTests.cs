using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.TestKit.Layouts;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>The packed tool, interrupted while it sends.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class ServeStopTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ADownloadUnderWayEndsWholeAndNobodyElseIsLetIn()
    {
        await using Bench bench = await Bench.StartAsync(new());
        byte[] layer = new byte[24 * 1024 * 1024];
        new Random(1).NextBytes(layer);
        LayoutBuilder layout = new(bench.Folder["made"]);
        layout.Write([layout.Named(layout.Image(layer), "v1")]);
        layout.Pack(bench.Folder["a.tar"], "blobs/", "index.json", "oci-layout");
        using Process tool = bench.Start("serve", "--oci-tar", "a.tar=apps/large", "--listen", "127.0.0.1:0", "--access-log");
        Task<string> error = tool.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        Uri address = new((await tool.StandardOutput.ReadLineAsync(TestContext.CancellationToken))!);
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        using HttpResponseMessage answer = await client.GetAsync(
            $"/v2/apps/large/blobs/{Digest.Compute(layer)}", HttpCompletionOption.ResponseHeadersRead, TestContext.CancellationToken);
        await using Stream body = await answer.Content.ReadAsStreamAsync(TestContext.CancellationToken);
        byte[] got = new byte[layer.Length];
        await body.ReadExactlyAsync(got.AsMemory(0, 1000), TestContext.CancellationToken);

        (await Cli.RunAsync("kill", ["-TERM", tool.Id.ToString(CultureInfo.InvariantCulture)])).EnsureSuccess();
        while (await IsLetInAsync(address))
            await Task.Yield();
        Assert.IsFalse(tool.HasExited, "it waits for what is under way");
        await body.ReadExactlyAsync(got.AsMemory(1000), TestContext.CancellationToken);
        Assert.AreEqual(0, await body.ReadAsync(new byte[1], TestContext.CancellationToken));
        Assert.IsTrue(SHA256.HashData(layer).AsSpan().SequenceEqual(SHA256.HashData(got)));
        await tool.WaitForExitAsync(TestContext.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.CancellationToken);
        Assert.AreEqual(0, tool.ExitCode);
        Assert.Contains($"200 in=0 out={layer.Length} ", await error);
    }

    private static async Task<bool> IsLetInAsync(Uri address)
    {
        try
        {
            using TcpClient other = new();
            await other.ConnectAsync(address.Host, address.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
