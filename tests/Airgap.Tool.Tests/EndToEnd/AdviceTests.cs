using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

/// <summary>Messages for missing references.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class AdviceTests
{
    private const string Bundle = "registry.local:5055/user1/simple-app-bundle";

    [TestMethod]
    [DataRow("copy --to-tar out.tar -b")]
    [DataRow("pull -o out -b")]
    [DataRow("describe -b")]
    [DataRow("verify -b")]
    [DataRow("verify -i")]
    [DataRow("tag resolve -i")]
    public async Task TagsThatAreThere_AreNamed(string command)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        CliResult wrong = await bench.RunAsync([.. command.Split(' '), Bundle + ":v1.0"]);
        CliResult none = await bench.RunAsync([.. command.Split(' '), Bundle + ":"]);

        wrong.AssertFailed("AIRGAP1005", "Existing tags: v1.0.0");
        Assert.DoesNotContain("No tag was given", wrong.Error);
        Assert.Contains("No tag was given, so 'latest' was looked up. Existing tags: v1.0.0", none.Error);
        Assert.IsEmpty(wrong.Output);
        Assert.DoesNotContain("again", wrong.Error);
    }

    [TestMethod]
    public async Task ATagListThatFails_ChangesNothing_AndImgpkgAsksForNone()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Registry.OnRequest = (request, _) => request.PathAndQuery.Contains("/tags/list", StringComparison.Ordinal)
            ? Fault.Status(500) : null;
        CliResult result = await bench.RunAsync("describe", "-b", Bundle + ":none", "--registry-retry-count=1");
        result.AssertFailed("AIRGAP1005");
        Assert.DoesNotContain("Existing tags", result.Error);

        bench.Registry.Clear();
        await bench.RunAsImgpkgAsync("describe", "-b", Bundle + ":none");
        Assert.IsFalse(bench.Registry.Requests.Any(request => request.PathAndQuery.Contains("/tags/list", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("/")]
    [DataRow(".")]
    [DataRow("..")]
    [DataRow("file")]
    public async Task PullIntoABadOutput_AsksNoRegistry(string output)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        await File.WriteAllTextAsync(bench.Folder["file"], "");
        CliResult result = await bench.RunAsync("pull", "-b", Bundle + ":v1.0.0", "-o", output);
        result.AssertFailed(output == "file" ? "AIRGAP3014" : "AIRGAP2022");
        Assert.IsEmpty(bench.Registry.Requests);
    }

    [TestMethod]
    public async Task ABundleInAnImagesLock_IsRefusedInImgpkgsWords()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";
        await File.WriteAllTextAsync(
            bench.Folder["images.yml"], $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {Bundle}@{Digest}\n");
        CliResult result = await bench.RunAsync("copy", "--lock", "images.yml", "--to-tar", "out.tar");
        result.AssertFailed("Unable to copy bundles using an Images Lock file");
    }

    [TestMethod]
    public async Task ABundleIsCopiedAsAnImage_ByRepositoryAndByArchive_ToTheByte()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        const string Digest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";
        string[] source = ["-i", Bundle + ":v1.0.0", "--ignore-bundle-check"];
        CliResult refused = await bench.RunAsync("copy", "-i", Bundle + ":v1.0.0", "--to-repo", "final.local:5055/a");
        Assert.Contains("hint: Use -b instead of -i for bundles", refused.Error);

        (CliResult result, JsonElement document) = await bench.RunJsonAsync(
            ["copy", .. source, "--to-repo", "final.local:5055/a", "--lock-output", "lock.yml", "--cosign-signatures"]);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        JsonElement item = document.GetProperty("items").EnumerateArray().Single();
        Assert.AreEqual((Digest, "image"), (item.GetProperty("digest").GetString(), item.GetProperty("kind").GetString()));
        Assert.Contains($"final.local:5055/a@{Digest}", await File.ReadAllTextAsync(bench.Folder["lock.yml"]));
        Assert.Contains("kind: ImagesLock", await File.ReadAllTextAsync(bench.Folder["lock.yml"]));

        (await bench.RunAsync(["copy", .. source, "--to-tar", "a.tar"])).EnsureSuccess();
        (await bench.RunAsync(["copy", .. source, "--to-tar", "a.tar", "--resume"])).EnsureSuccess();
        (result, document) = await bench.RunJsonAsync(
            "copy", "--tar", "a.tar", "--to-repo", "final.local:5055/b", "--ignore-bundle-check", "--lock-output", "tar.lock.yml");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual(1, document.GetProperty("items").GetArrayLength());
        Assert.Contains($"final.local:5055/b@{Digest}", await File.ReadAllTextAsync(bench.Folder["tar.lock.yml"]));
        foreach (string repository in new[] { "a", "b" })
        {
            using RegistryContent content = new(bench.Registry.Address);
            string[] tags = [.. await content.TagsAsync(repository)];
            Assert.Contains("v1.0.0", tags);
            Assert.IsFalse(tags.Any(tag => tag.EndsWith(".image-locations.imgpkg", StringComparison.Ordinal)));
        }
    }
}
