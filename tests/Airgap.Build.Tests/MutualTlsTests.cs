using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Build.Tests;

/// <summary>A publish identifies itself to a registry that asks for client certificates.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class MutualTlsTests
{
    [TestMethod]
    public async Task TheRegistryAcceptsTheRightPairAlone_AndOneErrorTellsWhatIsWrong()
    {
        using ClientPairs pairs = new();
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using DockerRegistry registry = await DockerRegistry.StartAsync(certificate: pairs.Server, clients: pairs.Authority);
        using TestProject project = new TestProject(TestProject.SimpleBundle).Reaching(source);
        string[] publish = [$"-p:AirgapRegistry={registry.Host}/apps", $"-p:AirgapCertsDirectory={pairs.Folder}"];

        foreach ((string kind, string code, string phrase) in new[]
        {
            ("none", "AIRGAP1051", "asks for a client certificate"),
            ("foreign", "AIRGAP1051", "refuses our client certificate"),
            ("expired", "AIRGAP1051", "refuses our client certificate, which expired on 20"),
            ("no key", "AIRGAP1050", "Missing key"),
            ("encrypted", "AIRGAP1050", "is encrypted"),
        })
        {
            pairs.Write(registry.Host, kind);
            DotnetResult refused = (await project.RelocateAsync(publish)).FailedWith(code);
            Assert.Contains(phrase, refused.Output, kind);
            Assert.HasCount(1, refused.Lines("error AIRGAP").Select(line => line.Trim()).Distinct(), refused.Output);
        }

        // The key is still encrypted; now its password is known.
        project.Environment["AIRGAP_CERTS_PASSWORD"] = ClientPairs.Password;
        DotnetResult result = (await project.PublishAsync(publish)).Succeeded();
        Assert.DoesNotContain(ClientPairs.Password, result.Output);
        Assert.IsTrue(File.Exists(project.Manifest));
    }
}
