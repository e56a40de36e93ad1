using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.Peers;

/// <summary>A real notation signs, and verifies what travelled through a copy and an archive; we reach the same verdict.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class NotationTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("jws", true)]
    [DataRow("jws", false)]
    [DataRow("cose", true)]
    [DataRow("cose", false)]
    public async Task ItsSignature_TravelsByRegistryAndArchive(string format, bool byTag)
    {
        Notation notation = new(_folder);
        await notation.PrepareAsync();
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using DockerRegistry far = await DockerRegistry.StartAsync(_folder["docker"]);
        using RegistryWriter writer = new(source.Address);
        string digest = (await writer.PushImageAsync("team/app", "1", [1, 2, 3])).Digest;
        string image = $"{source.Host}/team/app@{digest}";
        string unsigned = $"{source.Host}/team/app@{(await writer.PushImageAsync("team/app", "2", [4])).Digest}";
        string[] policy = ["--policy", notation.Policy, "--trust-store", notation.TrustStore];
        await notation.SignAsync(image, format, byTag);

        await InProcess.SucceedAsync("copy", "-i", image, "--to-repo", $"{far.Host}/copied", "--artifacts", "signatures");
        await InProcess.SucceedAsync("copy", "-i", image, "--to-oci-tar", _folder["a.tar"], "--artifacts", "all");
        await InProcess.SucceedAsync("copy", "--oci-tar", _folder["a.tar"], "--to-repo", $"{source.Host}/imported");

        await InProcess.SucceedAsync(["verify", "--tar", _folder["a.tar"], .. policy]);
        foreach (string there in (string[])[image, $"{far.Host}/copied@{digest}", $"{source.Host}/imported@{digest}"])
        {
            (await notation.VerifyAsync(there)).EnsureSuccess();
            await InProcess.SucceedAsync(["verify", "-i", there, .. policy]);
        }

        Assert.AreNotEqual(0, (await notation.VerifyAsync(unsigned)).ExitCode);
        (await InProcess.RunAsync(["verify", "-i", unsigned, .. policy])).AssertFailed("AIRGAP5001");
    }
}
