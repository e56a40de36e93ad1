using System.Text.Json;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;

namespace Airgap.Tool.Tests.EndToEnd;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class CopyTests
{
    private const string Simple = "registry.local:5055/user1/simple-app-bundle:v1.0.0";
    private const string SimpleDigest = "sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4";

    [TestMethod]
    public async Task DryRun_SaysWhatWouldMove_AndMovesNothing()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] copy = ["copy", "-b", Simple, "--dry-run"];

        CliResult text = await bench.RunAsync([.. copy, "--to-repo", "final.local:5000/apps/simple"]);
        (CliResult archive, JsonElement document) = await bench.RunJsonAsync([.. copy, "--to-tar", "a.tar"]);
        CliResult alone = await bench.RunAsync("copy", "-b", Simple, "--to-tar", "a.tar", "--plan", "plan.json");

        Assert.AreEqual(0, text.ExitCode, text.Error);
        Assert.Contains("dry run: 1 bundle: 1 to copy (", text.Output);
        Assert.AreEqual(0, archive.ExitCode, archive.Output);
        Schemas.AssertValid("plan", document.GetProperty("plan").GetRawText());
        Assert.AreEqual("a.tar", document.GetProperty("plan").GetProperty("items")[0].GetProperty("archive").GetString());
        alone.AssertFailed("AIRGAP2011");
        Assert.IsEmpty(Directory.GetFiles(bench.Folder.Path));
        Assert.IsEmpty(bench.Registry.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
    }

    [TestMethod]
    [DataRow("-b registry.local:5055/user1/simple-app-bundle:v1.0.0", "simple-app-bundle.tar")]
    [DataRow("-b registry.local:5055/user1/nested-bundle:v1.0.0", "nested-bundle.tar")]
    [DataRow("-b registry.local:5055/user1/index-bundle:v1.0.0", "index-bundle.tar")]
    [DataRow("-b registry.local:5055/user1/foreign-bundle:v1.0.0", "foreign-bundle.tar")]
    [DataRow("-b registry.local:5055/user1/foreign-bundle:v1.0.0 --include-non-distributable-layers", "foreign-bundle.all-layers.tar")]
    [DataRow("-b registry.local:5055/user1/signed-bundle:v1.0.0 --cosign-signatures", "signed-bundle.tar")]
    [DataRow("-i registry.local:5055/apps/multi:1.0.0 --concurrency 1", "multi-image.tar")]
    [DataRow("--lock images.yml", "images-lock.tar")]
    public async Task ToTar_WritesImgpkgsBytes(string source, string golden)
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        // Annotations would need one more entry than imgpkg's format has.
        string[] images = await File.ReadAllLinesAsync(Path.Combine(Fixtures.Input("simple-app-bundle"), ".imgpkg", "images.yml"));
        await File.WriteAllLinesAsync(
            bench.Folder["images.yml"],
            images.Where(line => !line.Contains("annotations:", StringComparison.Ordinal)
                && !line.Contains("kbld.carvel.dev/id", StringComparison.Ordinal))
                .Select(line => line.Replace("  image:", "- image:", StringComparison.Ordinal)));

        CliResult result = await bench.RunAsync(["copy", .. source.Split(' '), "--to-tar", "out.tar"]);

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.StartsWith("out.tar", result.Output);
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden(golden)), await File.ReadAllBytesAsync(bench.Folder["out.tar"]));
    }

    [TestMethod]
    public async Task ToRepository_GivesTagsAndLockOfImgpkg()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();

        CliResult result = await bench.RunAsync(
            "copy", "-b", Simple, "--to-repo", "registry.local:5055/elsewhere/simple-app-bundle", "--lock-output", "lock.yml");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.StartsWith($"registry.local:5055/elsewhere/simple-app-bundle@{SimpleDigest}", result.Output);
        string golden = await File.ReadAllTextAsync(Fixtures.Golden("simple-app-bundle.bundle-lock.yml"));
        Assert.AreEqual(golden.Replace("/mirror/", "/elsewhere/", StringComparison.Ordinal),
            await File.ReadAllTextAsync(bench.Folder["lock.yml"]));
        using RegistryContent content = new(bench.Registry.Address);
        string[] tags = [.. (await content.TagsAsync("elsewhere/simple-app-bundle")).Order(StringComparer.Ordinal)];
        Assert.Contains("v1.0.0", tags);
        Assert.Contains($"{SimpleDigest.Replace(':', '-')}.imgpkg", tags);
        Assert.Contains($"{SimpleDigest.Replace(':', '-')}.image-locations.imgpkg", tags);
    }

    [TestMethod]
    public async Task KeepGoing_CopiesTheRest_AndTellsOfTheFailure()
    {
        const string Frontend = "sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd";
        await using Bench bench = await Bench.StartWithFixturesAsync();
        bench.Registry.OnRequest = (request, _) =>
            request is { Kind: RequestKind.BlobGet, Repository: "apps/frontend" }
                && request.Reference.StartsWith("sha256:4989df8f", StringComparison.Ordinal) ? Fault.Status(404) : null;

        (CliResult result, JsonElement document) = await bench.RunJsonAsync(
            "copy", "-b", Simple, "--to-repo", "other.local:5000/apps/simple", "--keep-going", "--lock-output", "lock.yml");

        Assert.AreEqual(1, result.ExitCode, result.Error);
        Assert.IsFalse(document.GetProperty("succeeded").GetBoolean());
        Assert.AreEqual(2, document.GetProperty("items").GetArrayLength());
        Assert.IsFalse(document.TryGetProperty("reference", out _));
        JsonElement[] errors = [.. document.GetProperty("errors").EnumerateArray()];
        Assert.AreSequenceEqual(new[] { "AIRGAP1006", "AIRGAP2026" }, errors.Select(error => error.GetProperty("code").GetString()));
        Assert.Contains(Frontend, errors[0].GetProperty("reference").GetString()!);
        Assert.Contains($"AIRGAP1006: registry.local:5055/apps/frontend@{Frontend} was left out: ", result.Error);
        Assert.Contains("1 image failed and 2 arrived, so other.local:5000/apps/simple got no tag", result.Error);
        Assert.IsFalse(File.Exists(bench.Folder["lock.yml"]));
        using RegistryContent content = new(bench.Registry.Address);
        IReadOnlyList<string> tags = await content.TagsAsync("apps/simple");
        Assert.HasCount(2, tags, string.Join(' ', tags));
        Assert.IsTrue(
            tags.All(tag => tag.EndsWith(".imgpkg", StringComparison.Ordinal) && !tag.Contains("locations", StringComparison.Ordinal)));

        result = await bench.RunAsync("copy", "-b", Simple, "--to-tar", "a.tar", "--keep-going");
        result.AssertFailed("stays 'a.tar.partial'");
        Assert.IsEmpty(bench.Finished());
        bench.Registry.OnRequest = null;
        (await bench.RunAsync("copy", "-b", Simple, "--to-tar", "a.tar", "--keep-going", "--resume")).EnsureSuccess();
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(Fixtures.Golden("simple-app-bundle.tar")), await File.ReadAllBytesAsync(bench.Folder["a.tar"]));
    }

    [TestMethod]
    public async Task FromTar_AsksNobodyButTheDestination()
    {
        await using Bench bench = await Bench.StartAsync(new RegistryFixtureOptions());

        CliResult result = await bench.RunAsync(
            "copy", "--tar", Fixtures.Golden("nested-bundle.tar"), "--to-repo", "mirror.local:5000/apps/nested");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.StartsWith("mirror.local:5000/apps/nested@sha256:c131812a1d41528523bd5cb9ea1566e44309eeb34b0f9c650aea98133366c336",
            result.Output);
        Assert.IsTrue(bench.Registry.Requests.All(request => request.Repository is "" or "apps/nested"),
            string.Join('\n', bench.Registry.Requests));
    }

    [TestMethod]
    public async Task Json_TellsWhatMoved_AndThatNothingDidTheSecondTime()
    {
        await using Bench bench = await Bench.StartWithFixturesAsync();
        string[] args = ["copy", "-b", Simple, "--to-repo", "other.local:5000/apps/simple"];

        (CliResult first, JsonElement moved) = await bench.RunJsonAsync(args);
        (CliResult second, JsonElement still) = await bench.RunJsonAsync(args);

        Assert.AreEqual(0, first.ExitCode, first.Error);
        Assert.IsEmpty(first.Error);
        Assert.IsTrue(moved.GetProperty("succeeded").GetBoolean());
        Assert.AreEqual($"other.local:5000/apps/simple@{SimpleDigest}", moved.GetProperty("reference").GetString());
        Assert.AreEqual(3, moved.GetProperty("items").GetArrayLength());
        JsonElement bundle = moved.GetProperty("items").EnumerateArray().Single(item => item.GetProperty("kind").GetString() == "bundle");
        Assert.AreEqual(SimpleDigest, bundle.GetProperty("digest").GetString());
        Assert.AreEqual("copied", bundle.GetProperty("outcome").GetString());
        Assert.Contains("v1.0.0", bundle.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()).ToArray());
        Assert.IsGreaterThan(0, moved.GetProperty("totals").GetProperty("copied").GetProperty("bytes").GetInt64());
        Assert.AreEqual(0, second.ExitCode, second.Error);
        Assert.AreEqual(0, still.GetProperty("totals").GetProperty("copied").GetProperty("count").GetInt32());
        Assert.IsTrue(still.GetProperty("items").EnumerateArray()
            .All(item => item.GetProperty("outcome").GetString() == "present"), second.Output);
    }

    [TestMethod]
    public async Task Debug_ShowsTheExchange_AndNoSecret()
    {
        await using Bench bench =
            await Bench.StartAsync(new RegistryFixtureOptions { WithFixtures = true, BasicAuth = ("scott", "tiger-password") });

        CliResult result = await bench.RunAsync(
            "copy", "-i", "registry.local:5055/apps/frontend:1.0.0", "--to-tar", "out.tar", "--debug", "--registry-username", "scott",
            "--registry-password", "tiger-password");

        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.Contains("/v2/apps/frontend/manifests/1.0.0", result.Error);
        Assert.DoesNotContain("tiger-password", result.Error + result.Output);
        Assert.DoesNotContain(Convert.ToBase64String("scott:tiger-password"u8), result.Error + result.Output);
    }
}
