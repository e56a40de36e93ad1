using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Text from registries and clients is shown without effect on terminals and CI systems.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class ForeignTextTests
{
    private const string Hostile = "a\n::set-env name=x::y\u001b[2J \u202e ##vso[task.setvariable variable=x]y ##[error]z";

    [TestMethod]
    [DataRow("copy -i registry.local:5055/user1/simple-app-bundle:v1.0.0 --to-tar out.tar")]
    [DataRow("verify -i registry.local:5055/user1/simple-app-bundle:v1.0.0 --tty")]
    [DataRow("tag list -i registry.local:5055/user1/simple-app-bundle --debug")]
    public async Task AnErrorThatARegistrySends(string line)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Registry.OnRequest = (request, _) => request.Path == "/v2/" ? null : Fault.Custom(async (context, _) =>
        {
            context.Response.StatusCode = 403;
            context.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = "##vso[task.x]y";
            context.Response.Headers["X-Note"] = "##[error]x";
            await context.Response.WriteAsync(
                JsonSerializer.Serialize(new { errors = new[] { new { code = "DENIED", message = Hostile } } }));
        });
        foreach (CliResult result in new[] { await bench.RunAsync(line.Split(' ')), await bench.RunAsImgpkgAsync(line.Split(' ')) })
        {
            result.AssertFailed("#\\x23vso[task.");
            AssertHarmless(result);
        }

        (CliResult json, JsonElement document) = await bench.RunJsonAsync(line.Split(' '));
        AssertHarmless(json);
        Assert.Contains("DENIED: a ::set-env name=x::y [2J \\u202e #\\x23vso[",
            document.GetProperty("errors")[0].GetProperty("message").GetString()!);
    }

    [TestMethod]
    public async Task TagsOfARegistry_AreShownEscaped()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string list = JsonSerializer.Serialize(new { name = "x", tags = new[] { Hostile, "good", "a\tb" } });
        bench.Registry.OnRequest = (request, _) => request.PathAndQuery.Contains("/tags/list", StringComparison.Ordinal)
            ? Fault.Status(200, list) : null;
        string[] line = ["tag", "list", "-i", "registry.local:5055/user1/simple-app-bundle"];

        CliResult result = await bench.RunAsync(line);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        AssertHarmless(result);
        Assert.HasCount(4, result.Output.Split('\n'), "A tag is one row.");
        AssertHarmless(await bench.RunAsync([.. line, "--tty"]));
        (CliResult json, JsonElement document) = await bench.RunJsonAsync(line);
        AssertHarmless(json);
        Assert.Contains(Hostile, document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()));

        // A shell inserts the suggested text into the command line.
        CliResult suggested = await bench.RunAsync("[suggest]", " tag resolve -i registry.local:5055/user1/simple-app-bundle:");
        Assert.AreEqual("registry.local:5055/user1/simple-app-bundle:good\n", suggested.Output);
    }

    [TestMethod]
    public async Task ARequest_InTheAccessLog()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());
        using Process tool = bench.Start("serve", "--folder", "content", "--listen", "127.0.0.1:0", "--access-log");
        Task<string> error = tool.StandardError.ReadToEndAsync();
        Uri address = new((await tool.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)))!);
        using (TcpClient client = new())
        {
            await client.ConnectAsync(address.Host, address.Port);
            NetworkStream stream = client.GetStream();
            await stream.WriteAsync(
                Encoding.Latin1.GetBytes(
                    $"GET /v2/##vso[task.setvariable]x HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n"));
            using StreamReader reader = new(stream);
            await reader.ReadToEndAsync();
        }

        (await Cli.RunAsync("kill", ["-TERM", tool.Id.ToString(CultureInfo.InvariantCulture)])).EnsureSuccess();
        await tool.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("/v2/#\\x23vso[task.setvariable]x", await error);
    }

    private static void AssertHarmless(CliResult result)
    {
        foreach (string line in (result.Output + result.Error).Split('\n'))
        {
            Assert.IsFalse(line.Any(c => (char.IsControl(c) && c != '\t') || c == '\u202e'), line);
            Assert.DoesNotContain("##vso[", line);
            Assert.DoesNotContain("##[", line);
            Assert.IsFalse(line.TrimStart().StartsWith("::", StringComparison.Ordinal), line);
        }
    }
}
