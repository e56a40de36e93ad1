using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>A registry's rate limits are reported to the user concerned.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LimitTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    [DataRow(1, true)]
    [DataRow(100, false)]
    public async Task AQuotaThatIsTooSmall_IsToldBeforeAnythingMoves_InADryRunToo(int left, bool isTold)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        registry.OnRequest = (request, _) => Fault.Custom((context, serve) =>
        {
            context.Response.Headers["ratelimit-limit"] = "100;w=21600";
            context.Response.Headers["ratelimit-remaining"] = $"{left};w=21600";
            return serve(context);
        });
        string[] copy = ["copy", "-b", $"{registry.Host}/mirror/simple-app-bundle:v1.0.0", "--to-tar", _folder["a.tar"], "--dry-run"];
        CliResult text = await InProcess.RunAsync(copy);
        CliResult json = await InProcess.RunAsync([.. copy, "--json"]);
        Assert.AreEqual(0, text.ExitCode, text.Error);
        Assert.AreEqual(isTold, text.Error.Contains("AIRGAP1052", StringComparison.Ordinal), text.Error);
        Assert.AreEqual(isTold, json.Output.Contains("AIRGAP1052", StringComparison.Ordinal), json.Output);
        if (isTold)
            Assert.Contains($"{registry.Host} has 1 pulls left of 100 in 6 h, and this needs at least 2", text.Error);
    }

    [TestMethod]
    public async Task APauseIsToldWithItsLength()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        int refused = 0;
        registry.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet && Interlocked.Exchange(ref refused, 1) == 0
            ? Fault.Status(429, retryAfter: "1") : null;
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", $"{registry.Host}/mirror/simple-app-bundle:v1.0.0", "--to-tar", _folder["a.tar"], "--limit-rate", "100MB/s");
        Assert.AreEqual(0, copy.ExitCode, copy.Error);
        Assert.Contains($"{registry.Host} limits requests: reading manifests pauses for 1 s.", copy.Error);
    }
}
