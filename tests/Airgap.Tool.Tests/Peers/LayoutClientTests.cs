using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.Peers;

/// <summary>crane and oras read the OCI layouts that we write, whatever the media types, and we read theirs.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LayoutClientTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("apps/frontend:1.0.0")]
    [DataRow("apps/multi:1.0.0")]
    public async Task Oras_ReadsOurFolderAndTar_AndWeReadItsFolderAndBackup(string name)
    {
        ClientProgram oras = new("oras", _folder);
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        string digest = await WriteAsync(registry, name);

        foreach (string layout in (string[])["ours", "ours.tar"])
        {
            await oras.SucceedAsync("cp", "--from-oci-layout", $"{layout}@{digest}", "--to-oci-layout", $"of-{layout}:x");
            await AssertImportedAsync(registry, digest, $"oras/{layout}", "--oci", _folder[$"of-{layout}"]);
        }

        await oras.SucceedAsync("backup", "--plain-http", "--output", "backup.tar", $"{registry.Host}/{name}");
        await AssertImportedAsync(registry, digest, "oras/backup", "--oci-tar", _folder["backup.tar"]);
    }

    [TestMethod]
    [DataRow("apps/frontend:1.0.0")]
    [DataRow("apps/multi:1.0.0")]
    public async Task Crane_PushesOurFolder_AndWeReadItsFolder(string name)
    {
        ClientProgram crane = new("crane", _folder);
        await using RegistryFixture registry = await RegistryFixture.StartWithFixturesAsync();
        string digest = await WriteAsync(registry, name);

        await crane.SucceedAsync("push", _folder["ours"], $"{registry.Host}/crane/pushed:1");
        Assert.AreEqual(digest, await crane.SucceedAsync("digest", $"{registry.Host}/crane/pushed:1"));
        await crane.SucceedAsync("pull", "--format", "oci", $"{registry.Host}/{name}", _folder["theirs"]);
        await AssertImportedAsync(registry, digest, "crane/imported", "--oci", _folder["theirs"]);
    }

    private async Task<string> WriteAsync(RegistryFixture registry, string name)
    {
        string image = $"{registry.Host}/{name}";
        await InProcess.SucceedAsync("copy", "-i", image, "--to-oci", _folder["ours"]);
        await InProcess.SucceedAsync("copy", "-i", image, "--to-oci-tar", _folder["ours.tar"]);
        using RegistryContent content = new(registry.Address);
        string[] parts = name.Split(':');
        return (await content.ManifestAsync(parts[0], parts[1])).Digest;
    }

    private static async Task AssertImportedAsync(RegistryFixture registry, string digest, string repository, params string[] from)
    {
        await InProcess.SucceedAsync(["copy", .. from, "--to-repo", $"{registry.Host}/{repository}"]);
        using RegistryContent content = new(registry.Address);
        await content.AssertCompleteAsync(repository, digest);
    }
}
