using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Signed receipts, an audit log, and a gate before anything moves.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class TrailTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("")]
    [DataRow("--receipt receipt.json")]
    public async Task AUser_IsNotNamedNowhere(string others)
    {
        CliResult result = await InProcess.RunAsync(
            ["copy", "-b", "127.0.0.1:1/a", "--to-repo", "127.0.0.1:1/b", "--record-user",
                .. others.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        result.AssertFailed("AIRGAP2011", "--record-user can only be used with --audit-log, or with --receipt and --sign-key");
    }

    [TestMethod]
    public async Task AReceipt_IsSigned_AndABaseHasToBe()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        CliResult copy = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--receipt", _folder["receipt.json"], "--sign-key",
            Private("p256"), "--record-user");
        Assert.AreEqual(0, copy.ExitCode, copy.Error);

        JsonElement envelope = JsonDocument.Parse(File.ReadAllBytes(_folder["receipt.json.sigstore.json"])).RootElement
            .GetProperty("dsseEnvelope");
        byte[] payload = envelope.GetProperty("payload").GetBytesFromBase64();
        byte[] signed = [.. Encoding.UTF8.GetBytes($"DSSEv1 28 application/vnd.in-toto+json {payload.Length} "), .. payload];
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(SignedStorage.Key("p256")));
        Assert.IsTrue(key.VerifyData(
            signed, envelope.GetProperty("signatures")[0].GetProperty("sig").GetBytesFromBase64(), HashAlgorithmName.SHA256,
            DSASignatureFormat.Rfc3279DerSequence));
        JsonElement statement = JsonDocument.Parse(payload).RootElement;
        Assert.AreEqual(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_folder["receipt.json"]))),
            statement.GetProperty("subject")[0].GetProperty("digest").GetProperty("sha256").GetString());
        Assert.IsTrue(statement.GetProperty("predicate").GetProperty("images").GetArrayLength() > 1);
        Assert.Contains($"{far.Host}/apps/it", statement.GetProperty("predicate").GetProperty("to")[0].GetString()!);

        string[] delta = ["copy", "-b", Bundle, "--to-tar", _folder["delta.tar"], "--base", _folder["receipt.json"], "--verify-base"];
        CliResult good = await InProcess.RunAsync([.. delta, SignedStorage.Key("p256")]);
        CliResult other = await InProcess.RunAsync([.. delta, SignedStorage.Key("wrong")]);
        File.AppendAllText(_folder["receipt.json"], " ");
        CliResult changed = await InProcess.RunAsync([.. delta, SignedStorage.Key("p256")]);
        CliResult repository = await InProcess.RunAsync(
            "copy", "-b", Bundle, "--to-tar", _folder["r.tar"], "--base", $"{far.Host}/apps/it", "--verify-base",
            SignedStorage.Key("p256"));

        Assert.AreEqual(0, good.ExitCode, good.Error);
        Assert.Contains("AIRGAP2203", other.Error);
        Assert.Contains("AIRGAP2203", changed.Error);
        Assert.Contains("AIRGAP2203", repository.Error);
        Assert.IsFalse(File.Exists(_folder["r.tar"]));
    }

    [TestMethod]
    public async Task AnArchiveAsBase_IsVerified_ByItsSignature()
    {
        Assert.AreEqual(
            0, (await InProcess.RunAsync("copy", "-b", Bundle, "--to-tar", _folder["full.tar"], "--sign-key", Private("p256"))).ExitCode);
        string[] delta = ["copy", "-b", Bundle, "--to-tar", _folder["delta.tar"], "--base", _folder["full.tar"], "--verify-base"];

        Assert.Contains("AIRGAP2203", (await InProcess.RunAsync([.. delta, SignedStorage.Key("wrong")])).Error);
        CliResult good = await InProcess.RunAsync([.. delta, SignedStorage.Key("p256")]);
        Assert.AreEqual(0, good.ExitCode, good.Error);
    }

    [TestMethod]
    public async Task TheLog_TellsOfEveryRun_AndAuditVerifyFindsTheBrokenLine()
    {
        string[] copy = ["copy", "-b", Bundle, "--audit-log", _folder["audit.jsonl"], "--to-tar"];
        Assert.AreEqual(0, (await InProcess.RunAsync([.. copy, _folder["a.tar"]])).ExitCode);
        Assert.AreEqual(
            1,
            (await InProcess.RunAsync(
                "copy", "-b", $"{Source.Host}/mirror/none:v1", "--audit-log", _folder["audit.jsonl"], "--to-tar",
                _folder["b.tar"])).ExitCode);
        Assert.AreEqual(0, (await InProcess.RunAsync([.. copy, _folder["c.tar"], "--dry-run"])).ExitCode);
        string[] lines = File.ReadAllLines(_folder["audit.jsonl"]);
        CliResult whole = await InProcess.RunAsync("audit", "verify", _folder["audit.jsonl"]);
        File.WriteAllText(_folder["audit.jsonl"],
            lines[0].Replace("complete", "COMPLETE", StringComparison.Ordinal) + "\n" + lines[1] + "\n");
        CliResult broken = await InProcess.RunAsync("audit", "verify", _folder["audit.jsonl"]);

        Assert.HasCount(2, lines, "a dry run does nothing that is to be noted");
        Assert.StartsWith("AIRGAP1", JsonDocument.Parse(lines[1]).RootElement.GetProperty("outcome").GetString()!);
        Assert.AreEqual(0, whole.ExitCode, whole.Error);
        Assert.Contains("2 lines", whole.Output);
        broken.AssertFailed("AIRGAP2205", "at line 2");
    }

    [TestMethod]
    public async Task TwoProcesses_AppendToOneLog_AndTearNothing()
    {
        string tool = Path.Combine(AppContext.BaseDirectory, "dotnet-airgap.dll");
        CliResult[] results = await Task.WhenAll(new[] { "a", "b" }.Select(name => Cli.RunAsync(
            "dotnet", [tool, "copy", "-b", Bundle, "--to-tar", _folder[name + ".tar"], "--audit-log", _folder["audit.jsonl"]])));
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 4), async (i, _) =>
            await InProcess.RunAsync(
                "copy", "-b", $"{Source.Host}/mirror/none:v1", "--to-tar", _folder[$"{i}.tar"], "--audit-log", _folder["audit.jsonl"]));
        CliResult whole = await InProcess.RunAsync("audit", "verify", _folder["audit.jsonl"]);

        foreach (CliResult result in results)
            Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual(0, whole.ExitCode, whole.Error);
        Assert.Contains("6 lines", whole.Output);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AGate_SeesThePlanAndTheContent_AndDecides()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] copy = ["copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--json", "--gate"];
        CliResult refused = await InProcess.RunAsync([.. copy, "echo too risky; exit 4"]);
        int before = far.Requests.Count(request => request.Method is not ("GET" or "HEAD"));
        CliResult good = await InProcess.RunAsync(
            [
                .. copy,
                $"cmp -s \"$AIRGAP_PLAN\" - && test -f \"$AIRGAP_LAYOUT/index.json\" && cp \"$AIRGAP_PLAN\" " +
                $"'{_folder["plan.json"]}' && echo '{{\"version\":\"2.1.0\",\"runs\":[]}}'", "--gate-content"]);

        refused.AssertFailed("AIRGAP2207", "too risky");
        Assert.AreEqual(0, before);
        Assert.AreEqual(0, good.ExitCode, good.Error);
        JsonElement gate = JsonDocument.Parse(good.Output).RootElement.GetProperty("gate");
        Assert.AreEqual("2.1.0", gate.GetProperty("sarif").GetProperty("version").GetString());
        Schemas.AssertValid("plan", File.ReadAllText(_folder["plan.json"]));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AGate_HasALimitOfTimeAndOutput_AndNoSecrets()
    {
        const string Secret = "AIRGAP_TEST_GATE_SECRET";
        Environment.SetEnvironmentVariable(Secret, "hidden");
        string[] copy = ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--json", "--gate"];
        Stopwatch watch = Stopwatch.StartNew();
        CliResult slow = await InProcess.RunAsync([.. copy, "sleep 60", "--gate-timeout", "200ms"]);
        TimeSpan took = watch.Elapsed;
        CliResult loud = await InProcess.RunAsync([.. copy, "head -c 9000000 /dev/zero"]);
        CliResult without = await InProcess.RunAsync([.. copy, "env"]);
        CliResult with = await InProcess.RunAsync([.. copy, "env", "--gate-env", Secret]);
        File.WriteAllText(_folder["half.json"], """{"versio\ud800":1}""");
        CliResult half = await InProcess.RunAsync([.. copy, $"cat '{_folder["half.json"]}'"]);
        Environment.SetEnvironmentVariable(Secret, null);

        Assert.Contains("AIRGAP2208", slow.Error);
        Assert.IsLessThan(TimeSpan.FromSeconds(30), took);
        Assert.Contains("AIRGAP2208", loud.Error);
        Assert.DoesNotContain("hidden", without.Output);
        Assert.Contains("hidden", with.Output);
        Assert.AreEqual(0, half.ExitCode, half.Error);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AGate_EndsWithItself_NotWithWhatItLeavesBehind()
    {
        Stopwatch watch = Stopwatch.StartNew();
        CliResult agreed = await InProcess.RunAsync(
            ["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--json", "--gate", "sleep 60 & TOKEN=hidden echo fine",
                "--gate-timeout", "40s"]);

        Assert.AreEqual(0, agreed.ExitCode, agreed.Error);
        Assert.IsLessThan(TimeSpan.FromSeconds(30), watch.Elapsed);
        JsonElement gate = JsonDocument.Parse(agreed.Output).RootElement.GetProperty("gate");
        Assert.AreEqual("fine", gate.GetProperty("text").GetString());
        Assert.DoesNotContain("hidden", agreed.Output + agreed.Error);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AGate_ThatWritesWithoutEnd_IsEnded()
    {
        Stopwatch watch = Stopwatch.StartNew();
        CliResult refused = await InProcess.RunAsync(["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], "--gate", "TOKEN=hidden yes"]);

        Assert.AreEqual(1, refused.ExitCode);
        Assert.IsLessThan(TimeSpan.FromSeconds(60), watch.Elapsed);
        Assert.Contains("wrote more than", refused.Error);
        Assert.DoesNotContain("hidden", refused.Error);
        Assert.IsFalse(File.Exists(_folder["a.tar"]));
    }
}
