using System.Security.Cryptography.X509Certificates;
using Airgap.TestKit;
using Airgap.TestKit.Network;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Peers;

/// <summary>crane, whose library imgpkg and kapp-controller use, against the registry.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CraneTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task OverHttps_WithAUser_EveryVerbWorks()
    {
        using X509Certificate2 certificate = LoopbackCertificate.Create();
        File.WriteAllText(_folder["ca.pem"], certificate.ExportCertificatePem());
        ClientProgram crane = new("crane", _folder, _folder["ca.pem"]);
        await using RegistryFixture registry = await RegistryFixture.StartAsync(
            new RegistryFixtureOptions { Certificate = certificate, BasicAuth = ("anna", "secret") });
        string host = registry.Host;
        string layer = await LayerAsync("one");

        (await crane.RunAsync("append", "-f", layer, "-t", $"{host}/a/b:1")).AssertFailed("401");
        await crane.SucceedAsync("auth", "login", host, "-u", "anna", "-p", "secret");
        await crane.SucceedAsync("append", "-f", layer, "-t", $"{host}/a/b:1");
        await crane.SucceedAsync("append", "-b", $"{host}/a/b:1", "-f", await LayerAsync("two"), "-t", $"{host}/a/b:2");
        await crane.SucceedAsync("validate", "--remote", $"{host}/a/b:2");
        string digest = await crane.SucceedAsync("digest", $"{host}/a/b:2");
        registry.Clear();
        await crane.SucceedAsync("copy", $"{host}/a/b:2", $"{host}/c/d:2");
        Assert.AreEqual(digest, await crane.SucceedAsync("digest", $"{host}/c/d:2"));
        Assert.IsNotEmpty(registry.Of(RequestKind.UploadPost));
        Assert.IsEmpty(registry.Of(RequestKind.UploadPatch), "every blob is mounted");

        await crane.SucceedAsync("pull", "--format", "oci", $"{host}/a/b:2", _folder["layout"]);
        await crane.SucceedAsync("push", _folder["layout"], $"{host}/pushed:1");
        Assert.AreEqual(digest, await crane.SucceedAsync("digest", $"{host}/pushed:1"));
        await crane.SucceedAsync("index", "append", "-m", $"{host}/a/b:1", "-m", $"{host}/a/b:2", "-t", $"{host}/a/b:all");
        await crane.SucceedAsync("tag", $"{host}/a/b:2", "again");
        await crane.SucceedAsync("delete", $"{host}/a/b:again");
        string tags = await crane.SucceedAsync("ls", $"{host}/a/b");
        Assert.AreSequenceEqual((string[])["1", "2", "all"], tags.Split('\n').Order(StringComparer.Ordinal).ToArray());
        Assert.AreSequenceEqual((string[])["a/b", "c/d", "pushed"], (await crane.SucceedAsync("catalog", host)).Split('\n'));
        await crane.SucceedAsync("delete", $"{host}/pushed@{digest}");
        Assert.AreEqual("", await crane.SucceedAsync("ls", $"{host}/pushed"));
    }

    [TestMethod]
    public async Task AReadOnlyRegistry_SaysSo()
    {
        ClientProgram crane = new("crane", _folder);
        await using RegistryFixture registry = await RegistryFixture.StartReadOnlyAsync();

        (await crane.RunAsync("append", "-f", await LayerAsync("one"), "-t", $"{registry.Host}/a/b:1"))
            .AssertFailed("UNSUPPORTED: The registry is read only.");
        await crane.SucceedAsync("validate", "--remote", $"{registry.Host}/apps/frontend:1.0.0");
    }

    private async Task<string> LayerAsync(string content)
    {
        string file = _folder[$"{content}.txt"];
        await File.WriteAllTextAsync(file, content);
        string tar = _folder[$"{content}.tar"];
        (await Cli.RunAsync("tar", ["-cf", tar, "-C", _folder.Path, Path.GetFileName(file)])).EnsureSuccess();
        return tar;
    }
}
