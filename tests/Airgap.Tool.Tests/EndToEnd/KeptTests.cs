using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary><c>diff</c> and <c>prune</c> over HTTP, in the test's process.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class KeptTests
{
    private static readonly string s_lock = Fixtures.Golden("simple-app-bundle.bundle-lock.yml");

    [TestMethod]
    public async Task DiffSaysTheSameDifferentAndFailed()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        string mirror = $"{registry.Host}/mirror/simple-app-bundle";
        CliResult same = await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", mirror);
        Assert.AreEqual(0, same.ExitCode, same.Error);
        Assert.Contains("no difference", same.Output);

        CliResult different = await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", $"{registry.Host}/mirror/nested-bundle", "--json");
        Assert.AreEqual(2, different.ExitCode, different.Error);
        JsonElement difference = JsonDocument.Parse(different.Output).RootElement.GetProperty("difference");
        Assert.AreEqual("v1.0.0", difference.GetProperty("changed")[0].GetProperty("tag").GetString());
        Assert.IsGreaterThan(0, difference.GetProperty("extra").GetArrayLength());

        CliResult failed = await InProcess.RunAsync("diff", "--lock", s_lock);
        Assert.AreEqual(1, failed.ExitCode);
        Assert.Contains("AIRGAP2010", failed.Error);
    }

    [TestMethod]
    public async Task APublishIsComparedByItsReport()
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
        Assert.AreEqual(1, elsewhere.ExitCode);
        Assert.Contains("AIRGAP2151", elsewhere.Error);
        await File.WriteAllTextAsync(folder["relocation.json"], report.Replace("\"schemaVersion\": 1", "\"schemaVersion\": 9", StringComparison.Ordinal));
        Assert.Contains("AIRGAP2160", (await InProcess.RunAsync("diff", "--receipt", folder["relocation.json"], "--to-repo", mirror)).Error);
    }

    [TestMethod]
    public async Task APruneIsPlannedReadAndCarriedOut()
    {
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        string mirror = $"{registry.Host}/mirror/nested-bundle";
        string[] plan = ["prune", "--keep", s_lock, "--repo", mirror, "--plan", folder["prune.json"]];
        await MoveTagAwayAsync(registry);
        registry.Clear();

        // Everything was stored a moment ago.
        CliResult young = await InProcess.RunAsync(plan);
        Assert.AreEqual(0, young.ExitCode, young.Error);
        Assert.Contains("nothing to remove", young.Output);
        Assert.Contains("within the grace", young.Output);

        CliResult planned = await InProcess.RunAsync([.. plan, "--grace", "0"]);
        Assert.AreEqual(0, planned.ExitCode, planned.Error);
        string text = await File.ReadAllTextAsync(folder["prune.json"]);
        Schemas.AssertValid("prune", text);
        Assert.Contains("\"stored\"", text, "the embedded registry says how old a manifest is");
        Assert.IsEmpty(registry.Requests.Where(request => request.Method is not ("GET" or "HEAD") && !request.Path.Contains("/manifests/sha256:", StringComparison.Ordinal)));

        CliResult done = await InProcess.RunAsync("prune", "--execute", folder["prune.json"], "--json");
        Assert.AreEqual(0, done.ExitCode, done.Error);
        JsonElement[] pruned = [.. JsonDocument.Parse(done.Output).RootElement.GetProperty("pruned").EnumerateArray()];
        Assert.IsTrue(pruned.All(item => item.GetProperty("outcome").GetString() == "removed"), done.Output);
        Assert.AreEqual(0, (await InProcess.RunAsync("diff", "--lock", s_lock, "--to-repo", mirror)).ExitCode, "what is kept is whole, and nothing else is there");
        Assert.AreEqual(0, (await InProcess.RunAsync("prune", "--execute", folder["prune.json"])).ExitCode, "again");
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
    public async Task WhatCannotBeMeantIsRefused(string code, string line)
    {
        CliResult result = await InProcess.RunAsync([.. line.Split(' ').Select(word => word == "{lock}" ? s_lock : word)]);
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains(code, result.Error);
    }

    // In the repository of the nested bundle the lock's tag stands for that one.
    private static async Task MoveTagAwayAsync(RegistryFixture registry)
    {
        using HttpClient client = new() { BaseAddress = registry.Address };
        const string Simple = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";
        using HttpRequestMessage get = new(HttpMethod.Get, $"v2/mirror/nested-bundle/manifests/{Simple}");
        using HttpResponseMessage manifest = await client.SendAsync(get);
        using ByteArrayContent body = new(await manifest.Content.ReadAsByteArrayAsync());
        body.Headers.ContentType = manifest.Content.Headers.ContentType;
        using HttpResponseMessage put = await client.PutAsync("v2/mirror/nested-bundle/manifests/v1.0.0", body);
        Assert.IsTrue(put.IsSuccessStatusCode);
    }
}
