using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>The flags of signatures, without a registry.</summary>
[TestClass]
public sealed class TrustFlagTests
{
    private static readonly string s_trust = Path.Combine(Fixtures.Root, "trust");

    [TestMethod]
    [DataRow("p256", "blob/made/full.sigstore.json", 0)]
    [DataRow("wrong", "blob/made/full.sigstore.json", 1)]
    [DataRow("p256", "blob/made/digest-lies.sigstore.json", 1)]
    [DataRow("ed25519", "blob/made/ed25519-pure.sigstore.json", 0)]
    public async Task AFile_IsVerifiedByItsSigstoreBundle(string key, string bundle, int exitCode)
    {
        CliResult result = await InProcess.RunAsync(
            "verify", "--blob", Path.Combine(s_trust, "blob", "archive.tar"), "--signature", Path.Combine(s_trust, bundle), "--verify-key",
            SignedStorage.Key(key));

        Assert.AreEqual(exitCode, result.ExitCode, result.Error);
        Assert.AreEqual(exitCode == 1, result.Error.Contains("AIRGAP5002", StringComparison.Ordinal), result.Error);
    }

    [TestMethod]
    [DataRow("--verify-identity a@b")]
    [DataRow("--verify-identity * --verify-issuer i --trusted-root ROOT")]
    [DataRow("--trust-store x")]
    [DataRow("--verify-key KEY --policy POLICY")]
    [DataRow("--verify-attestation https://slsa.dev/provenance/v1")]
    [DataRow("--verify-required all")]
    [DataRow("--verify-required=root")]
    public async Task AnInvalidCombination_IsRefusedBeforeAnyRequest(string flags)
    {
        string[] given = [.. flags.Split(' ').Select(word => word switch
        {
            "KEY" => SignedStorage.Key("p256"),
            "ROOT" => Path.Combine(s_trust, "keyless/private/trusted_root.json"),
            "POLICY" => Path.Combine(s_trust, "policies/key-data.json"),
            _ => word,
        })];

        CliResult result = await InProcess.RunAsync(["verify", "-b", "127.0.0.1:1/apps/app:v1", .. given]);

        result.AssertFailed("AIRGAP5010");
    }
}
