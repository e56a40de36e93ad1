using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests;

/// <summary>
/// A file that names a bundle of which only a selection was carried is no base for what the selection left out: the delta would lack
/// layers that the far side never got.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PartialBaseTests
{
    private const string Digest = "sha256:d265da2a899649759c8021cda2a004fd7e4087509ceaacc5516a4caf4906d6ca";

    // One of the bundle's images.
    private const string SharedImage = "sha256:63cb18cf670cc5246fe4ab7f39a9069c7b871ad7cb686677a7470f29eb11064d";

    [TestMethod]
    [DataRow("""{"schemaVersion":1,"items":[{"images":[{"source":"{bundle}@{digest}"}],"derived":{"selection":"platforms linux/amd64 | platform-mode sparse","sparseIndexes":1}}]}""",
        "platforms linux/amd64 | platform-mode sparse", DisplayName = "relocation.json of a sparse copy")]
    [DataRow("""{"version":1,"items":{"{bundle}:v1.0.0":"{digest}"},"derived":{"{bundle}:v1.0.0 | platforms linux/amd64":"{digest}"}}""",
        "platforms linux/amd64", DisplayName = "project's lock with a selection")]
    [DataRow("""
        apiVersion: imgpkg.carvel.dev/v1alpha1
        kind: BundleLock
        bundle:
          image: 127.0.0.1:1/far@{digest}
          tag: v1.0.0
        """, "cannot be read", DisplayName = "lock of a place that is out of reach")]
    public async Task AFileThatNamesMoreThanWasCarried_IsRefused(string text, string words)
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string bundle = $"{source.Host}/mirror/index-bundle";
        await File.WriteAllTextAsync(folder["base.json"], text.Replace("{bundle}", bundle, StringComparison.Ordinal)
            .Replace("{digest}", Digest, StringComparison.Ordinal));
        string[] copy =
        [
            "copy", "-b", $"{bundle}:v1.0.0", "--platform", "linux/amd64", "--platform", "linux/arm64", "--missing-platform", "skip",
            "--platform-mode", "sparse", "--to-tar", folder["delta.tar"], "--base", folder["base.json"],
        ];

        CliResult result = await InProcess.RunAsync(copy);

        result.AssertFailed("AIRGAP2111");
        Assert.Contains(words, result.Error);
        Assert.IsFalse(File.Exists(folder["delta.tar"]));
    }

    [TestMethod]
    public async Task ASparseCopyInARegistry_IsABaseForWhatIsThere()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartAsync(new RegistryFixtureOptions { SparseIndexes = true });
        string bundle = $"{source.Host}/mirror/index-bundle";
        string[] sparse = ["copy", "-b", $"{bundle}:v1.0.0", "--missing-platform", "skip", "--platform-mode", "sparse"];
        await InProcess.SucceedAsync([.. sparse, "--platform", "linux/amd64", "--to-repo", $"{far.Host}/far"]);
        await File.WriteAllTextAsync(folder["relocation.json"],
            $$$"""{"schemaVersion":1,"items":[{"images":[{"source":"{{{bundle}}}@{{{Digest}}}","destination":"{{{far.Host}}}/far@{{{Digest}}}"}],"derived":{"selection":"platforms linux/amd64","sparseIndexes":1}}]}""");

        string made = await InProcess.SucceedAsync(
            [.. sparse, "--platform", "linux/amd64", "--platform", "linux/arm64", "--to-tar", folder["delta.tar"],
                "--base", folder["relocation.json"]]);

        // At the source, the bundle has six of these layers.
        Assert.Contains("A delta: 5 layers", made);
    }

    [TestMethod]
    public async Task WhatOtherItemsSelected_IsNoBase_ButStopsNothing()
    {
        using TempFolder folder = new();
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        string other = $"{source.Host}/mirror/index-bundle";
        await File.WriteAllTextAsync(folder["airgap.lock.json"],
            $$"""{"version":1,"items":{"{{other}}:v1.0.0":"{{Digest}}"},"derived":{"{{other}}:v1.0.0 | platforms linux/amd64":"{{Digest}}"} }""");

        string made = await InProcess.SucceedAsync(
            "copy", "-i", $"{source.Host}/apps/multi@{SharedImage}", "--to-tar", folder["delta.tar"],
            "--base", folder["airgap.lock.json"]);

        Assert.Contains("0 layers (0 B) left to airgap.lock.json", made);
    }
}
