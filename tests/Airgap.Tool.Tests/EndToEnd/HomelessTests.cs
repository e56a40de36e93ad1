using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>A user who is a number alone, without HOME, as in a container: the tool speaks TLS all the same.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class HomelessTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("unset HOME")]
    [DataRow("export HOME=")]
    public async Task AUserWithoutAHome_ReachesARegistryByTls(string home)
    {
        string[] shell = ["unshare", "--user", "--map-user=54321"];
        if (Cli.Find(shell[0]) is null || (await Cli.RunAsync(shell[0], [.. shell[1..], "true"])).ExitCode != 0)
            Assert.Inconclusive("This system gives a process no users of its own.");
        using X509Certificate2 made = LoopbackCertificate.Create();
        using X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        await using RegistryFixture registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Certificate = certificate });
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["ca.pem"], certificate.ExportCertificatePem());
        Directory.CreateDirectory(bench.Folder["in"]);
        await File.WriteAllTextAsync(bench.Folder["in/file"], "text");

        CliResult result = await bench.RunByScriptAsync(
            shell, $"{home}; \"$@\"", "push", "-i", $"{registry.Host}/apps/file:1", "-f", "in", "--registry-ca-cert-path", "ca.pem");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("sha256:", result.Output);
    }
}
