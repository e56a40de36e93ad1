using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Deltas and receipts on the command line, over real requests.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DeltaTests
{
    [TestMethod]
    public async Task ADeltaIsMadeLookedAtRefusedImportedAndServed()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync("copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-tar", folder["base.tar"]);
        string made = await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-tar", folder["delta.tar"], "--base", folder["base.tar"]);
        Assert.Contains("A delta: ", made);
        Assert.IsLessThan(new FileInfo(folder["base.tar"]).Length, new FileInfo(folder["delta.tar"]).Length);

        foreach (string[] look in (string[][])[["verify", "--tar", folder["delta.tar"]], ["describe", "--tar", folder["delta.tar"]],
            ["pull", "--tar", folder["delta.tar"], "-o", folder["pulled"]]])
        {
            CliResult looked = await InProcess.RunAsync(look);
            Assert.AreEqual(0, looked.ExitCode, looked.ToString());
            Assert.Contains("AIRGAP2116", looked.Error);
            Assert.Contains("'base.tar' (set sha256:", looked.Error);
        }

        // The base is not there yet: an error says so, and nothing is sent.
        string place = $"{far.Host}/apps/app";
        CliResult refused = await InProcess.RunAsync("copy", "--tar", folder["delta.tar"], "--to-repo", place);
        refused.AssertFailed("AIRGAP2110");
        Assert.IsEmpty(far.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
        CliResult alone = await InProcess.RunAsync("serve", "--tar", folder["delta.tar"], "--listen", "127.0.0.1:0");
        alone.AssertFailed("AIRGAP2110", "In the same registry, serve its base, too (--tar); or join the archives into one");
        Assert.DoesNotContain("Import", alone.Error);

        await InProcess.SucceedAsync(
            "copy", "--tar", folder["base.tar"], "--to-repo", $"{far.Host}/old/app", "--receipt", folder["receipt.json"]);
        await InProcess.SucceedAsync(
            "copy", "--tar", folder["delta.tar"], "--to-repo", place, "--mount-from", $"{far.Host}/old/app", "--receipt",
            folder["short.json"], "--receipt-form", "short");
        using RegistryContent content = RegistryContent.At(far.Host);
        await content.AssertCompleteAsync("apps/app", "v1.0.0");

        using JsonDocument receipt = JsonDocument.Parse(await File.ReadAllBytesAsync(folder["receipt.json"]));
        JsonElement held = receipt.RootElement.GetProperty("places")[0];
        Assert.AreEqual(held.GetProperty("count").GetInt32(), held.GetProperty("digests").GetArrayLength());
        await InProcess.SucceedAsync(
            "copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-oci-tar", folder["other.tar"], "--base",
            folder["short.json"]);

        await using ServedTool tool =
            await ServedTool.StartAsync("--tar", $"{folder["base.tar"]}=platform/base", "--tar", $"{folder["delta.tar"]}=platform/app");
        using RegistryContent served = new(tool.Address);
        await served.AssertCompleteAsync("platform/app", "v1.0.0");
        Assert.AreEqual(0, await tool.StopAsync());
    }

    [TestMethod]
    public async Task AChainIsComparedAndJoined()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string bundle = $"{source.Host}/mirror/simple-app-bundle:v1.0.0";
        await InProcess.SucceedAsync("copy", "-b", bundle, "--to-tar", folder["full.tar"]);
        await InProcess.SucceedAsync(
            "copy", "--tar", folder["full.tar"], "--to-oci-tar", folder["delta.tar"], "--base", folder["full.tar"]);
        await InProcess.SucceedAsync("archive", "merge", folder["full.tar"], folder["delta.tar"], "--to-tar", folder["merged.tar"]);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(folder["full.tar"]), await File.ReadAllBytesAsync(folder["merged.tar"]));

        using JsonDocument diff =
            JsonDocument.Parse(await InProcess.SucceedAsync("archive", "diff", folder["full.tar"], folder["delta.tar"], "--json"));
        Assert.AreEqual(0, diff.RootElement.GetProperty("diff").GetProperty("added").GetArrayLength());
        Assert.Contains("adds 0 images", await InProcess.SucceedAsync("archive", "diff", folder["full.tar"], folder["merged.tar"]));
        CliResult broken = await InProcess.RunAsync("archive", "merge", folder["delta.tar"], "--to-tar", folder["none.tar"]);
        broken.AssertFailed("AIRGAP2113", "'full.tar' (set sha256:");
        Assert.IsEmpty(Directory.GetFiles(folder.Path, "none*"));
    }

    [TestMethod]
    [DataRow("archive merge {archive} {archive} --to-tar {archive}", "AIRGAP2112")]
    [DataRow("archive merge {archive}", "--to-tar")]
    [DataRow("archive diff {archive} {none}", "AIRGAP3001")]
    [DataRow("copy -b r.example/a/b:1 --to-repo r.example/c/d --base e.tar", "--base can only be used")]
    [DataRow("copy -b r.example/a/b:1 --to-tar {a.tar} --base {none.tar}", "does not exist")]
    [DataRow("copy -b r.example/a/b:1 --to-tar {a.tar} --base {text}", "kind")]
    [DataRow("copy -b r.example/a/b:1 --to-tar {archive} --base {archive}", "AIRGAP2112")]
    [DataRow("copy -b r.example/a/b:1 --to-repo r.example/c/d --mount-from r.example/e", "--mount-from can only")]
    [DataRow("copy --tar {archive} --to-repo r.example/c/d --mount-from other.example/e/f", "is not in the registry")]
    [DataRow("copy --tar {archive} --to-repo r.example/c/d --receipt {text}", "AIRGAP2115")]
    [DataRow("copy -b r.example/a/b:1 --to-tar {a.tar} --receipt {r.json}", "--receipt can only")]
    [DataRow("copy -b r.example/a/b:1 --to-repo r.example/c/d --receipt-form short", "--receipt-form can only")]
    [DataRow("copy -b r.example/a/b:1 --to-tar {a.tar} --base {json}", "AIRGAP2111")]
    public async Task AnInvalidCombination_IsOneError(string line, string expected)
    {
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("simple-app-bundle.tar"), folder["archive"]);
        await File.WriteAllTextAsync(folder["text"], "something else\n");
        await File.WriteAllTextAsync(folder["json"], "{\"version\":1}\n");
        byte[] before = await File.ReadAllBytesAsync(folder["archive"]);
        string[] args = [.. line.Split(' ').Select(word => word.StartsWith('{') ? folder[word[1..^1]] : word)];
        CliResult result = await InProcess.RunAsync(args);
        result.AssertFailed(expected);
        Assert.DoesNotContain("   at ", result.Error);
        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(folder["archive"]));
        Assert.AreEqual("something else\n", await File.ReadAllTextAsync(folder["text"]));
    }
}
