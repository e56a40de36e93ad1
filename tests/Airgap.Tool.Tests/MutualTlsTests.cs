using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>The tool identifies itself to a registry that asks for client certificates, by docker's folder of certificates.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class MutualTlsTests
{
    [TestMethod]
    public async Task TheRegistryAcceptsTheRightPairAlone_AndOneErrorTellsWhatIsWrong()
    {
        using ClientPairs pairs = new();
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(certificate: pairs.Server, clients: pairs.Authority);
        string[] copy = ["copy", "-b", $"{source.Host}/mirror/simple-app-bundle:v1.0.0", "--to-repo", $"{registry.Host}/apps/simple",
            "--registry-certs-dir", pairs.Folder];

        foreach ((string kind, string code, string phrase) in new[]
        {
            ("none", "AIRGAP1051", "asks for a client certificate"),
            ("foreign", "AIRGAP1051", "refuses our client certificate"),
            ("expired", "AIRGAP1051", "refuses our client certificate, which expired on 20"),
            ("no key", "AIRGAP1050", "Missing key"),
            ("other key", "AIRGAP1050", "cannot be used"),
            ("encrypted", "AIRGAP1050", "is encrypted"),
        })
        {
            pairs.Write(registry.Host, kind);
            CliResult refused = await InProcess.RunAsync(copy);
            Assert.AreEqual(1, refused.ExitCode, kind);
            Assert.Contains(code, refused.Error, kind);
            Assert.Contains(phrase, refused.Error, kind);
            Assert.HasCount(
                1, refused.Error.Split('\n').Where(line => line.Contains("Error: AIRGAP", StringComparison.Ordinal)), refused.Error);
            Assert.DoesNotContain("   at ", refused.Error, kind);
        }

        pairs.Write(registry.Host, "right");
        CliResult copied = await InProcess.RunAsync(copy);
        Assert.AreEqual(0, copied.ExitCode, copied.Error);
        CliResult verified = await InProcess.RunAsync(
            ["verify", "-b", $"{registry.Host}/apps/simple:v1.0.0", "--registry-certs-dir", pairs.Folder]);
        Assert.AreEqual(0, verified.ExitCode, verified.Error);
    }
}
