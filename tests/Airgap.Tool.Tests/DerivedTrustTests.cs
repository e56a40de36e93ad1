using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>A signed archive of a bundle that was derived by platforms, under a required key of the vendor.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DerivedTrustTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task DerivedContent_NeedsTheArchivesSignature_AndACopyOfTheArchiveDoesNotLaunderIt()
    {
        await using RegistryFixture near = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        await SucceedAsync(
            "copy", "-b", $"{near.Host}/mirror/index-bundle:v1.0.0", "--to-repo", $"{near.Host}/signed/index-bundle", "--sign-key",
            Private("p256"), "--sign-images", "tag");
        await SucceedAsync(
            "copy", "-b", $"{near.Host}/signed/index-bundle:v1.0.0", "--to-tar", _folder["a.tar"], "--platform", "linux/amd64",
            "--missing-platform", "skip", "--artifacts", "signatures", "--verify-key", Key("p256"), "--sign-key", Private("p384"));

        string[] import = ["copy", "--tar", _folder["a.tar"], "--to-repo", $"{far.Host}/apps/it", "--verify-key", Key("p256")];
        CliResult refused = await InProcess.RunAsync(import);
        CliResult wrong = await InProcess.RunAsync([.. import, "--verify-archive", Key("wrong")]);
        refused.AssertFailed("AIRGAP5001");
        Assert.Contains("--verify-archive", refused.Output + refused.Error);
        wrong.AssertFailed("AIRGAP2203");
        (await InProcess.RunAsync([.. import, "--verify-archive", Key("wrong"), "--dry-run"])).AssertFailed("AIRGAP2203");
        Assert.DoesNotContain(
            request => request.Method == "PUT" && request.Path.Contains("/manifests/", StringComparison.Ordinal), far.Requests);
        await SucceedAsync([.. import, "--verify-archive", Key("p384")]);

        // Signed again without a look at its signature, the archive proves nothing of what its source claimed.
        string[] again = ["copy", "--tar", _folder["a.tar"], "--sign-key", Private("p521")];
        CliResult blind = await InProcess.RunAsync([.. again, "--to-oci-tar", _folder["blind.tar"]]);
        Assert.AreEqual(0, blind.ExitCode, blind.Error);
        Assert.Contains("AIRGAP2212", blind.Error);
        await SucceedAsync([.. again, "--to-oci-tar", _folder["seen.tar"], "--verify-archive", Key("p384")]);
        (await InProcess.RunAsync(From("blind.tar"))).AssertFailed("AIRGAP5001");
        await SucceedAsync(From("seen.tar"));

        string[] From(string archive) =>
        [
            "copy", "--oci-tar", _folder[archive], "--to-repo", $"{far.Host}/again/it", "--verify-key", Key("p256"), "--verify-archive",
            Key("p521"),
        ];
    }

    private static async Task SucceedAsync(params string[] arguments)
    {
        CliResult result = await InProcess.RunAsync(arguments);
        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
    }

    private static string Key(string name) => SignedStorage.Key(name);

    private static string Private(string name) => Path.ChangeExtension(SignedStorage.Key(name), ".pem");
}
