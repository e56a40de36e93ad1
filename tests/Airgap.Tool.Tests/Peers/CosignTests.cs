using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.Peers;

/// <summary>A real cosign, without its services: each accepts what the other signed, and refuses what was changed.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class CosignTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("p256", true)]
    [DataRow("p256", false)]
    [DataRow("rsa3072", true)]
    [DataRow("rsa3072", false)]
    public async Task ItsSignature_TravelsByRegistryAndArchive(string key, bool isBundle)
    {
        Cosign cosign = new(_folder);
        string digest = await SignedAsync(cosign, key, isBundle);
        await using RegistryFixture embedded = await RegistryFixture.StartEmptyAsync();
        await using DockerRegistry docker = await DockerRegistry.StartAsync(_folder["docker"]);
        string image = $"{Source.Host}/apps/own@{digest}";
        foreach (string host in (string[])[embedded.Host, docker.Host])
        {
            await InProcess.SucceedAsync("copy", "-i", image, "--to-repo", $"{host}/copied", "--artifacts", "signatures");
            string archive = _folder[$"{host.Split(':')[1]}.tar"];
            string layout = _folder[$"{host.Split(':')[1]}.oci.tar"];
            await InProcess.SucceedAsync("copy", "-i", $"{host}/copied@{digest}", "--to-tar", archive, "--artifacts", "all");
            await InProcess.SucceedAsync("copy", "--tar", archive, "--to-repo", $"{host}/imported");
            await InProcess.SucceedAsync("copy", "--tar", archive, "--to-oci-tar", layout);
            await InProcess.SucceedAsync("copy", "--oci-tar", layout, "--to-repo", $"{host}/interchanged");
            foreach (string repository in (string[])["copied", "imported", "interchanged"])
            {
                string there = $"{host}/{repository}@{digest}";
                (await cosign.VerifyAsync(there, SignedStorage.Key(key))).EnsureSuccess();
                Assert.AreNotEqual(0, (await cosign.VerifyAsync(there, SignedStorage.Key("wrong"))).ExitCode);
                await InProcess.SucceedAsync("verify", "-i", there, "--verify-key", SignedStorage.Key(key));
                (await InProcess.RunAsync("verify", "-i", there, "--verify-key", SignedStorage.Key("wrong"))).AssertFailed("AIRGAP5002");
            }
        }
    }

    /// <summary>cosign saves an image in a layout without names, and lists there only what was in its tags, not its bundles.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AFolderOfCosignSave_IsImportedWithItsSignatures(bool isBundle)
    {
        Cosign cosign = new(_folder);
        string digest = await SignedAsync(cosign, "p256", isBundle);
        (await cosign.RunAsync("save", "--dir", _folder["saved"], $"{Source.Host}/apps/own@{digest}")).EnsureSuccess();

        await InProcess.SucceedAsync("copy", "--oci", _folder["saved"], "--to-repo", $"{Source.Host}/apps/loaded");
        await InProcess.SucceedAsync("copy", "--oci", _folder["saved"], "--to-tar", _folder["a.tar"]);
        await InProcess.SucceedAsync("copy", "--tar", _folder["a.tar"], "--to-repo", $"{Source.Host}/apps/again");

        foreach (string repository in (string[])["apps/loaded", "apps/again"])
            (await cosign.VerifyAsync($"{Source.Host}/{repository}@{digest}", SignedStorage.Key("p256"))).EnsureSuccess();
        await InProcess.SucceedAsync("verify", "--oci", _folder["saved"], "--verify-key", SignedStorage.Key("p256"));
    }

    /// <summary>cosign 3 signs over the hash of the curve, and with Ed25519ph; its own verify needs a flag, or fails.</summary>
    [TestMethod]
    [DataRow("p384", "sha384")]
    [DataRow("p521", "sha512")]
    [DataRow("ed25519", null)]
    public async Task WhatItSignsByTheCurvesOwnHash_IsAccepted_InABundle(string key, string? hash)
    {
        Cosign cosign = new(_folder);
        string image = $"{Source.Host}/apps/own@{await SignedAsync(cosign, key, isBundle: true)}";

        await InProcess.SucceedAsync("verify", "-i", image, "--verify-key", SignedStorage.Key(key));
        (await InProcess.RunAsync("verify", "-i", image, "--verify-key", SignedStorage.Key("wrong"))).AssertFailed("AIRGAP5002");
        if (hash is not null)
            (await cosign.VerifyAsync(image, SignedStorage.Key(key), "--signature-digest-algorithm", hash)).EnsureSuccess();
    }

    [TestMethod]
    [DataRow("p384")]
    [DataRow("p521")]
    [DataRow("ed25519")]
    public async Task WhatItSignsByTheCurvesOwnHash_InItsOlderForm_IsRefusedHereAsByItself(string key)
    {
        Cosign cosign = new(_folder);
        string image = $"{Source.Host}/apps/own@{await SignedAsync(cosign, key, isBundle: false)}";

        Assert.AreNotEqual(0, (await cosign.VerifyAsync(image, SignedStorage.Key(key))).ExitCode);
        (await InProcess.RunAsync("verify", "-i", image, "--verify-key", SignedStorage.Key(key))).AssertFailed("AIRGAP5002");
    }

    [TestMethod]
    [DataRow("p256")]
    [DataRow("p384")]
    [DataRow("p521")]
    [DataRow("rsa3072")]
    [DataRow("ed25519")]
    public async Task AFileThatItSigns_IsAccepted_UntilItChanges(string key)
    {
        Cosign cosign = new(_folder);
        File.WriteAllText(_folder["file"], "signed by cosign");
        string bundle = await cosign.SignFileAsync(_folder["file"], key);
        string[] verify = ["verify", "--blob", _folder["file"], "--signature", bundle, "--verify-key", SignedStorage.Key(key)];

        await InProcess.SucceedAsync(verify);
        File.AppendAllText(_folder["file"], "!");
        (await InProcess.RunAsync(verify)).AssertFailed("AIRGAP5002");
    }

    [TestMethod]
    [DataRow("p256", "tag")]
    [DataRow("p384", "referrer")]
    [DataRow("p521", "tag")]
    [DataRow("rsa3072", "referrer")]
    [DataRow("ed25519", "tag")]
    [DataRow("ed25519", "referrer")]
    public async Task WhatWeSign_ItAccepts_UntilItChanges(string key, string form)
    {
        Cosign cosign = new(_folder);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        string[] signing = ["--sign-key", Private(key)];
        await InProcess.SucceedAsync(
            ["copy", "-b", Bundle, "--to-repo", $"{far.Host}/apps/it", "--receipt", _folder["r.json"], "--sign-images", form, .. signing]);
        await InProcess.SucceedAsync(["copy", "-b", Bundle, "--to-tar", _folder["a.tar"], .. signing]);
        using RegistryContent content = new(far.Address);
        string digest = (await content.ManifestAsync("apps/it", "v1.0.0")).Digest;

        (await cosign.VerifyAsync($"{far.Host}/apps/it@{digest}", SignedStorage.Key(key))).EnsureSuccess();
        Assert.AreNotEqual(0, (await cosign.VerifyAsync($"{far.Host}/apps/it@{digest}", SignedStorage.Key("wrong"))).ExitCode);
        foreach (string file in (string[])[_folder["a.tar"], _folder["r.json"]])
        {
            (await cosign.VerifyFileAsync(file, $"{file}.sigstore.json", SignedStorage.Key(key))).EnsureSuccess();
            File.AppendAllText(file, " ");
            Assert.AreNotEqual(0, (await cosign.VerifyFileAsync(file, $"{file}.sigstore.json", SignedStorage.Key(key))).ExitCode);
        }
    }

    private async Task<string> SignedAsync(Cosign cosign, string key, bool isBundle)
    {
        using RegistryWriter writer = new(Source.Address);
        Pushed image = await writer.PushImageAsync("apps/own", "1", [1, 2, 3]);
        await cosign.SignAsync($"{Source.Host}/apps/own@{image.Digest}", key, isBundle);
        return image.Digest;
    }
}
