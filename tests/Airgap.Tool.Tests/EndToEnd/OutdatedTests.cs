using System.Text.Json;
using Airgap.TestKit;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>outdated</c>: exit codes, document and table.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class OutdatedTests
{
    private const string Repository = "registry.local:5055/user1/simple-app-bundle";
    private const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    [TestMethod]
    public async Task ALockIsComparedWithItsSource()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        File.WriteAllText(bench.Folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{Repository}}:v1.0.0":"{{Digest}}"} }""");
        (CliResult same, JsonElement document) = await bench.RunJsonAsync("outdated", "airgap.lock.json");
        Assert.AreEqual(0, same.ExitCode, same.Error);
        Assert.AreEqual("newest", document.GetProperty("versions")[0].GetProperty("state").GetString());
        Assert.AreEqual("1 version: nothing newer", document.GetProperty("summary").GetString());

        File.WriteAllText(bench.Folder["file"], "content");
        CliResult tagged = await bench.RunAsync("push", "-i", $"{Repository}:v1.1.0", "-f", "file");
        Assert.AreEqual(0, tagged.ExitCode, tagged.Error);
        CliResult newer = await bench.RunAsync("outdated", "airgap.lock.json");
        Assert.AreEqual(2, newer.ExitCode, newer.Output);
        Assert.MatchesRegex($@"item\s+{Repository}\s+v1\.0\.0\s+v1\.1\.0\s+newer", newer.Output);

        File.WriteAllText(bench.Folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{Repository}}:v0.9.0":"{{Digest}}"} }""");
        (CliResult failed, JsonElement told) = await bench.RunJsonAsync("outdated", "airgap.lock.json");
        Assert.AreEqual(1, failed.ExitCode, failed.Output);
        Assert.IsFalse(told.GetProperty("succeeded").GetBoolean());
        Assert.AreEqual("airgap.lock.json", Path.GetFileName(told.GetProperty("errors")[0].GetProperty("file").GetString()));
        Assert.AreEqual("0 versions: nothing newer found; 1 failure", told.GetProperty("summary").GetString());

        // Of a tag that is not a version, only the digest is compared.
        (CliResult stable, JsonElement pushed) = await bench.RunJsonAsync("push", "-i", $"{Repository}:stable", "-f", "file");
        Assert.AreEqual(0, stable.ExitCode, stable.Error);
        string digest = pushed.GetProperty("reference").GetString()!.Split('@')[1];
        File.WriteAllText(bench.Folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{Repository}}:stable":"{{digest}}"} }""");
        CliResult unmoved = await bench.RunAsync("outdated", "airgap.lock.json");
        Assert.AreEqual(0, unmoved.ExitCode, unmoved.Error);
        Assert.MatchesRegex(@"stable\s+unmoved: its tag is not a version", unmoved.Output);
        Assert.Contains("1 version: 1 not moved", unmoved.Output);
    }

    [TestMethod]
    public async Task OneOfTwoScopesAtMost()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult result = await bench.RunAsync("outdated", "airgap.lock.json", "--highest-minor", "--highest-patch");
        result.AssertFailed("AIRGAP2011");
    }
}
