using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>diff</c> compares a repository with a lock, a publish or a project.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DiffTests : KeptTestBase
{
    [TestMethod]
    public async Task Diff_DistinguishesEqual_Different_AndFailed()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        string mirror = $"{registry.Host}/mirror/simple-app-bundle";
        CliResult same = await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", mirror);
        Assert.AreEqual(0, same.ExitCode, same.Error);
        Assert.Contains("no difference", same.Output);

        CliResult different = await InProcess.RunAsync(
            "diff", "--lock", s_lock, "--to-repo", $"{registry.Host}/mirror/nested-bundle", "--json");
        Assert.AreEqual(2, different.ExitCode, different.Error);
        JsonElement difference = JsonDocument.Parse(different.Output).RootElement.GetProperty("difference");
        Assert.AreEqual("v1.0.0", difference.GetProperty("changed")[0].GetProperty("tag").GetString());
        Assert.IsGreaterThan(0, difference.GetProperty("extra").GetArrayLength());

        CliResult failed = await InProcess.RunAsync("diff", "--lock", s_lock);
        failed.AssertFailed("AIRGAP2010");
    }

    [TestMethod]
    public async Task AProject_IsComparedByItsDeclarations()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        await File.WriteAllTextAsync(folder["App.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><ImgpkgBundle Include="{registry.Host}/mirror/simple-app-bundle:v1.0.0" /></ItemGroup>
            </Project>
            """);
        string place = $"{registry.Host}/apps/simple-app-bundle";
        string[] diff = ["diff", folder["App.csproj"], "-p", $"AirgapRegistry={registry.Host}/apps", "--to-repo"];

        CliResult before = await InProcess.RunAsync([.. diff, place]);
        Assert.AreEqual(0, (await InProcess.RunAsync(
            "copy", "-b", $"{registry.Host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", place)).ExitCode);
        CliResult same = await InProcess.RunAsync([.. diff, place]);
        using HttpClient other = new() { BaseAddress = registry.Address };
        await TagAsync(other, "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4", "more", "apps/simple-app-bundle");
        CliResult more = await InProcess.RunAsync([.. diff, place]);
        CliResult allowed = await InProcess.RunAsync([.. diff, place, "--allow-extra"]);
        CliResult elsewhere = await InProcess.RunAsync([.. diff, $"{registry.Host}/apps/other"]);

        Assert.AreEqual(2, before.ExitCode, before.Error);
        Assert.Contains("lacking", before.Output);
        Assert.AreEqual(0, same.ExitCode, same.Output + same.Error);
        Assert.AreEqual(2, more.ExitCode, more.Error);
        Assert.Contains("+ tag more", more.Output);
        Assert.AreEqual(0, allowed.ExitCode, allowed.Error);
        elsewhere.AssertFailed("AIRGAP2151");
    }

    [TestMethod]
    public async Task AnImport_IsComparedByItsReceipt()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string place = $"{registry.Host}/new/copy";
        CliResult copied = await InProcess.RunAsync(
            "copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-repo", place, "--receipt", folder["receipt.json"]);
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        string[] diff = ["diff", "--receipt", folder["receipt.json"], "--to-repo", place, "--allow-extra"];

        CliResult same = await InProcess.RunAsync(diff);
        using HttpClient other = new() { BaseAddress = registry.Address };
        using HttpResponseMessage gone = await other.DeleteAsync(
            "v2/new/copy/manifests/sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4");
        Assert.IsTrue(gone.IsSuccessStatusCode);
        CliResult lacks = await InProcess.RunAsync(diff);
        await File.WriteAllTextAsync(
            folder["receipt.json"], (await File.ReadAllTextAsync(folder["receipt.json"]))
            .Replace("sha256:", "sha256:0", StringComparison.Ordinal));
        CliResult broken = await InProcess.RunAsync(diff);

        Assert.AreEqual(0, same.ExitCode, same.Output + same.Error);
        Assert.AreEqual(2, lacks.ExitCode, lacks.Output + lacks.Error);
        Assert.Contains("cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4", lacks.Output);
        broken.AssertFailed("AIRGAP2114");
    }

    [TestMethod]
    [DataRow("long")]
    [DataRow("short")]
    public async Task AMovedTag_IsADifference_EvenIfMoreIsAllowed(string form)
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string place = $"{registry.Host}/new/copy";
        await InProcess.SucceedAsync(
            "copy", "--tar", Fixtures.Golden("simple-app-bundle.tar"), "--to-repo", place, "--receipt", folder["receipt.json"],
            "--receipt-form", form);
        string[] diff = ["diff", "--receipt", folder["receipt.json"], "--to-repo", place, "--allow-extra"];
        CliResult same = await InProcess.RunAsync(diff);
        // A short one names no tags, so that not everything was compared.
        Assert.AreEqual(form == "short" ? 1 : 0, same.ExitCode, same.Output + same.Error);
        Assert.AreEqual(form == "short", same.Error.Contains("AIRGAP2156", StringComparison.Ordinal), same.Error);
        Assert.Contains(form == "short" ? ": no difference that could be seen, " : ": no difference, ", same.Output);

        using HttpClient other = new() { BaseAddress = registry.Address };
        await TagAsync(other, "sha256:4c6d71a056e11e066e3f65230992d23a68c9a4ea23ac8a1e3fab535e12571090", "v1.0.0", "new/copy");

        CliResult moved = await InProcess.RunAsync(diff);
        CliResult strict = await InProcess.RunAsync(diff[..^1]);
        Assert.AreEqual(2, strict.ExitCode, strict.Output + strict.Error);
        if (form == "short")
        {
            Assert.AreEqual(1, moved.ExitCode, moved.Output + moved.Error);
            Assert.Contains("no difference that could be seen", moved.Output);
            Assert.Contains("Warning: AIRGAP2156", moved.Error);
            Assert.Contains("moved and removed ones are not seen.", moved.Error);
            return;
        }

        Assert.AreEqual(2, moved.ExitCode, moved.Output + moved.Error);
        Assert.Contains("~ tag v1.0.0 points to sha256:4c6d71a0", moved.Output);
    }

    [TestMethod]
    public async Task APublish_IsComparedByItsReport()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/simple-app-bundle";
        CliResult copied = await InProcess.RunAsync("copy", "-b", $"{mirror}:v1.0.0", "--to-repo", $"{registry.Host}/new/copy", "--json");
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        string items = JsonDocument.Parse(copied.Output).RootElement.GetProperty("items").GetRawText();
        string report = $$"""
            { "schemaVersion": 1, "summary": "", "warnings": [], "elapsedSeconds": 1,
              "totals": { "copied": { "count": 0, "bytes": 0 }, "mounted": { "count": 0, "bytes": 0 }, "present": { "count": 0, "bytes": 0 } },
              "items": [ { "kind": "bundle", "include": "x", "source": "x", "outcome": "copied", "tag": "v1.0.0", "images": {{items}},
                "blobs": { "copied": { "count": 0, "bytes": 0 }, "mounted": { "count": 0, "bytes": 0 }, "present": { "count": 0, "bytes": 0 } } } ] }
            """;
        await File.WriteAllTextAsync(folder["relocation.json"], report);

        CliResult same = await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", $"{registry.Host}/new/copy");
        Assert.AreEqual(0, same.ExitCode, same.Output + same.Error);
        CliResult elsewhere = await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", mirror);
        elsewhere.AssertFailed("AIRGAP2151");
        await File.WriteAllTextAsync(
            folder["relocation.json"], report.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 9", StringComparison.Ordinal));
        Assert.Contains("AIRGAP2160",
            (await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", mirror)).Error);
    }

    [TestMethod]
    public async Task ALock_RelocatesABundle_FromMirrorToMirror()
    {
        await using RegistryFixture first = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture second = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        CliResult copied = await InProcess.RunAsync(
            "copy", "-b", $"{first.Host}/mirror/nested-bundle:v1.0.0", "--to-repo", $"{first.Host}/stage/nested-bundle", "--lock-output",
            folder["stage.yml"]);
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        CliResult different = await InProcess.RunAsync(
            "diff", "--lock", folder["stage.yml"], "--to-repo", $"{second.Host}/prod/nested-bundle");
        Assert.AreEqual(2, different.ExitCode, different.Error);

        CliResult promoted = await InProcess.RunAsync(
            "copy", "--lock", folder["stage.yml"], "--to-repo", $"{second.Host}/prod/nested-bundle", "--lock-output", folder["prod.yml"]);
        Assert.AreEqual(0, promoted.ExitCode, promoted.Error);
        Assert.IsTrue((await File.ReadAllTextAsync(folder["prod.yml"]))
            .Contains($"{second.Host}/prod/nested-bundle@", StringComparison.Ordinal));
        foreach (string name in (string[])["stage.yml", "prod.yml"])
            Assert.AreEqual(
                0, (await InProcess.RunAsync("diff", "--lock", folder[name], "--to-repo", $"{second.Host}/prod/nested-bundle")).ExitCode,
                name);
    }

    [TestMethod]
    [DataRow("AIRGAP2009", "prune --repo localhost:1/a")]
    [DataRow("AIRGAP2010", "prune --keep {lock}")]
    [DataRow("AIRGAP2011", "prune --keep {lock} --execute plan.json")]
    [DataRow("AIRGAP2022", "prune --keep {lock} --repo localhost:1/a --grace soon")]
    [DataRow("AIRGAP2154", "prune --execute {lock}")]
    [DataRow("AIRGAP3001", "prune --keep none.yml --repo localhost:1/a")]
    [DataRow("AIRGAP2009", "diff --to-repo localhost:1/a")]
    [DataRow("AIRGAP2009", "diff x.csproj --lock {lock} --to-repo localhost:1/a")]
    public async Task InvalidCombinations_AreRefused(string code, string line)
    {
        CliResult result = await InProcess.RunAsync([.. line.Split(' ').Select(word => word == "{lock}" ? s_lock : word)]);
        result.AssertFailed(code);
    }
}
