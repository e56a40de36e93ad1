using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>The finish of a plan signs and writes a line to the audit log; its shards need no key.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ShardedSigningTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task TheFinishSignsImagesAndTheReceipt()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await InProcess.SucceedAsync(
            "copy", "-b", Bundle, "--to-repo", $"{far.Host}/all", "--plan-out", _folder["plan.json"], "--shards", "2");
        string[] plan = ["copy", "--plan", _folder["plan.json"]];
        string[] signed = ["--sign-key", Private("p256"), "--sign-images", "tag", "--receipt", _folder["receipt.json"]];
        await RefusedAsync("AIRGAP2011", "Give it to the finish", [.. plan, "--shard", "1", .. signed]);
        await RefusedAsync("AIRGAP2210", "Add --sign-images", [.. plan, "--finish", .. signed[..2]]);
        // A finish verifies no signatures: an error says which run takes the flag.
        await RefusedAsync("AIRGAP2011", "(--plan-out)", [.. plan, "--finish", "--verify-key", SignedStorage.Key("p256")]);
        await RefusedAsync("AIRGAP2011", "(--plan-out)", [.. plan, "--finish", "--gate", "exit 3"]);

        await InProcess.SucceedAsync([.. plan, "--shard", "1", "--audit-log", _folder["audit.jsonl"]]);
        await RefusedAsync("AIRGAP2242", "shard 2/2", [.. plan, "--finish", "--audit-log", _folder["audit.jsonl"], .. signed]);
        Assert.IsFalse(File.Exists(_folder["receipt.json"]));
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.IsFalse((await content.TagsAsync("all")).Any(tag => tag.EndsWith(".sig", StringComparison.Ordinal)));

        await InProcess.SucceedAsync([.. plan, "--shard", "2"]);
        string told = await InProcess.SucceedAsync([.. plan, "--finish", "--audit-log", _folder["audit.jsonl"], .. signed]);
        Assert.Contains("Signed 3 images", told);
        await InProcess.SucceedAsync("verify", "-b", $"{far.Host}/all:v1.0.0", "--verify-key", SignedStorage.Key("p256"));
        await InProcess.SucceedAsync(
            "verify", "--blob", _folder["receipt.json"], "--signature", _folder["receipt.json.sigstore.json"], "--verify-key",
            SignedStorage.Key("p256"));
        string[] outcomes = [.. File.ReadLines(_folder["audit.jsonl"])
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("outcome").GetString()!)];
        CollectionAssert.AreEqual((string[])["complete", "AIRGAP2242", "complete"], outcomes);
        Assert.Contains("all@sha256:", File.ReadLines(_folder["audit.jsonl"]).Last());
        Assert.Contains("3 had a signature of the key already", await InProcess.SucceedAsync([.. plan, "--finish", .. signed]));
    }

    /// <summary>The hash is computed while the archive is written: the archive is not read again, nor reported as existing.</summary>
    [TestMethod]
    public async Task TheFinishSignsTheArchiveThatItWrites()
    {
        await InProcess.SucceedAsync(
            "copy", "-b", Bundle, "--to-tar", _folder["all.tar"], "--plan-out", _folder["plan.json"], "--shards", "2");
        string[] plan = ["copy", "--plan", _folder["plan.json"]];
        foreach (string shard in new[] { "1", "2" })
            await InProcess.SucceedAsync([.. plan, "--shard", shard]);
        await RefusedAsync(
            "AIRGAP2210", "Sign them when the archive is imported",
            [.. plan, "--finish", "--sign-key", Private("p256"), "--sign-images", "tag"]);
        CliResult finish = await InProcess.RunAsync([.. plan, "--finish", "--sign-key", Private("p256")]);
        Assert.AreEqual(0, finish.ExitCode, finish.Error);
        Assert.DoesNotContain("already existed", finish.Error);
        await InProcess.SucceedAsync(
            "verify", "--blob", _folder["all.tar"], "--signature", _folder["all.tar.sigstore.json"], "--verify-key",
            SignedStorage.Key("p256"));
        File.Delete(_folder["all.tar"]);
        CliResult whole = await InProcess.RunAsync([.. plan, "--sign-key", Private("p256")]);
        Assert.AreEqual(0, whole.ExitCode, whole.Error);
        Assert.DoesNotContain("already existed", whole.Error);
    }

    private static async Task RefusedAsync(string code, string advice, string[] arguments)
    {
        CliResult result = await InProcess.RunAsync(arguments);
        Assert.AreEqual(1, result.ExitCode);
        Assert.Contains(code, result.Error);
        Assert.Contains(advice, result.Error);
    }
}
