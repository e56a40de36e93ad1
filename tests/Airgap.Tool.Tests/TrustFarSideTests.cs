using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>Signatures of each form travel in an archive, and verify on the far side as at the source.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
[DoNotParallelize] // The tests bend one registry.
public sealed class TrustFarSideTests
{
    private static readonly string s_trust = Path.Combine(Fixtures.Root, "trust");
    private static RegistryFixture s_registry = null!;

    private readonly TempFolder _folder = new();

    private static string[] Builder => ["--verify-identity", "builder@airgap.test", "--verify-issuer", "https://issuer.airgap.test",
        "--trusted-root", Path.Combine(s_trust, "keyless/private/trusted_root.json")];

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) =>
        s_registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });

    [ClassCleanup]
    public static async Task StopAsync() => await s_registry.DisposeAsync();

    [TestCleanup]
    public void End()
    {
        s_registry.OnRequest = null;
        _folder.Dispose();
    }

    /// <summary>Either cosign's tag, or a bundle as a referrer: listed by the registry, or by an index under a tag.</summary>
    [TestMethod]
    [DataRow("trust/keyless:classic", true)]
    [DataRow("trust/keyless:bundle-timestamp", true)]
    [DataRow("trust/keyless:bundle-timestamp", false)]
    public async Task AMinimumAge_IsThatOfAVerifiedTime_AtBothSides(string image, bool hasApi)
    {
        Bend(hasApi);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] read = ["copy", "-i", $"{s_registry.Host}/{image}", "--artifacts", .. Builder, "--to-tar", _folder["a.tar"]];
        string[] import = ["copy", "--tar", _folder["a.tar"], .. Builder, "--to-repo", $"{far.Host}/apps/it"];

        CliResult young = await InProcess.RunAsync([.. read, "--verify-minimum-age", "87600h"]);
        bool written = File.Exists(_folder["a.tar"]);
        CliResult old = await InProcess.RunAsync([.. read, "--verify-minimum-age", "1m"]);
        int before = s_registry.Requests.Count;
        CliResult farYoung = await InProcess.RunAsync([.. import, "--verify-minimum-age", "87600h"]);
        int puts = far.Requests.Count(request => request.Method is not ("GET" or "HEAD"));
        CliResult farOld = await InProcess.RunAsync([.. import, "--verify-minimum-age", "1m"]);

        young.AssertFailed("AIRGAP5002", "has to be 87600 hours old");
        Assert.IsFalse(written);
        Assert.AreEqual(0, old.ExitCode, old.Error);
        farYoung.AssertFailed("has to be 87600 hours old");
        Assert.AreEqual(0, puts);
        Assert.AreEqual(0, farOld.ExitCode, farOld.Error);
        Assert.AreEqual(before, s_registry.Requests.Count, "the archive is judged by what it holds");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task AKey_JudgesBundles_AndTellsNoAge(bool hasApi)
    {
        Bend(hasApi);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] key = ["--verify-key", SignedStorage.Key("p256")];
        string[] import = ["copy", "--tar", _folder["a.tar"], .. key, "--to-repo", $"{far.Host}/apps/it"];

        CliResult ageless = await InProcess.RunAsync(
            ["verify", "-i", $"{s_registry.Host}/trust/bundled:p256", .. key, "--verify-minimum-age", "1m"]);
        CliResult read = await InProcess.RunAsync(
            ["copy", "-i", $"{s_registry.Host}/trust/bundled:p256", "--artifacts", .. key, "--to-tar", _folder["a.tar"]]);
        CliResult farAgeless = await InProcess.RunAsync([.. import, "--verify-minimum-age", "1m"]);
        CliResult imported = await InProcess.RunAsync(import);
        CliResult arrived = await InProcess.RunAsync(["verify", "-i", $"{far.Host}/apps/it:p256", .. key]);

        ageless.AssertFailed("no trusted source proves its time");
        Assert.AreEqual(0, read.ExitCode, read.Error);
        farAgeless.AssertFailed("no trusted source proves its time");
        Assert.AreEqual(0, imported.ExitCode, imported.Error);
        Assert.AreEqual(0, arrived.ExitCode, arrived.Error);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task APolicyOfNotation_HoldsAgainstAnArchive(bool hasApi)
    {
        Bend(hasApi);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        File.WriteAllText(_folder["trustpolicy.json"], File.ReadAllText(Path.Combine(s_trust, "notation/policies/strict.json"))
            .Replace("registry.local:5055", s_registry.Host, StringComparison.Ordinal));
        string[] policy = ["--policy", _folder["trustpolicy.json"], "--trust-store", Path.Combine(s_trust, "notation/truststore")];
        string image = $"{s_registry.Host}/trust/notation:p256-jws";

        CliResult signed = await InProcess.RunAsync(["copy", "-i", image, "--artifacts", .. policy, "--to-tar", _folder["a.tar"]]);
        CliResult bare = await InProcess.RunAsync(["copy", "-i", image, "--to-tar", _folder["bare.tar"]]);
        CliResult good = await InProcess.RunAsync(["copy", "--tar", _folder["a.tar"], .. policy, "--to-repo", $"{far.Host}/apps/it"]);
        CliResult bad = await InProcess.RunAsync(["copy", "--tar", _folder["bare.tar"], .. policy, "--to-repo", $"{far.Host}/apps/bare"]);

        Assert.AreEqual(0, signed.ExitCode, signed.Error);
        Assert.AreEqual(0, bare.ExitCode, bare.Error);
        Assert.AreEqual(0, good.ExitCode, good.Error);
        bad.AssertFailed("AIRGAP5001");
        Assert.IsEmpty(far.Requests.Where(request => request.Path.Contains("/apps/bare/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task APolicyOfContainers_HoldsAgainstAnArchive_AndRefusesWhatItHasNoRuleFor()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string Policy(string scope, string file)
        {
            File.WriteAllText(_folder[file],
                "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\"" + scope + "\":[{\"type\":\"sigstoreSigned\"," +
                $"\"keyPath\":\"{SignedStorage.Key("p256")}\",\"signedIdentity\":{{\"type\":\"exactRepository\"," +
                "\"dockerRepository\":\"registry.local:5055/trust/ok\"}}]}}}");
            return _folder[file];
        }

        string image = $"{s_registry.Host}/trust/ok:p256";
        string[] good = ["--policy", Policy($"{s_registry.Host}/trust/ok", "good.json")];
        string[] none = ["--policy", Policy("elsewhere.example", "none.json")];

        CliResult refused = await InProcess.RunAsync(["copy", "-i", image, "--artifacts", .. none, "--to-tar", _folder["a.tar"]]);
        CliResult read = await InProcess.RunAsync(["copy", "-i", image, "--artifacts", .. good, "--to-tar", _folder["a.tar"]]);
        CliResult farRefused = await InProcess.RunAsync(["copy", "--tar", _folder["a.tar"], .. none, "--to-repo", $"{far.Host}/apps/no"]);
        CliResult imported = await InProcess.RunAsync(["copy", "--tar", _folder["a.tar"], .. good, "--to-repo", $"{far.Host}/apps/it"]);

        refused.AssertFailed("AIRGAP5009");
        Assert.AreEqual(0, read.ExitCode, read.Error);
        farRefused.AssertFailed("AIRGAP5009");
        Assert.AreEqual(0, imported.ExitCode, imported.Error);
        Assert.IsEmpty(far.Requests.Where(request => request.Path.Contains("/apps/no/", StringComparison.Ordinal)));
    }

    // A registry without the referrers API relies on the index under a tag.
    private static void Bend(bool hasApi) => s_registry.OnRequest = (request, _) =>
        !hasApi && request.Kind == RequestKind.ReferrersGet ? Fault.Status(404) : null;
}
