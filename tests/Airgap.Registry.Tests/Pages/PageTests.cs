using System.Text;
using Airgap.Registry.Page;
using Airgap.Registry.Tests.Archived;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Registry.Tests.Pages;

/// <summary>The page for people, for archives and folders alike.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PageTests
{
    [TestMethod]
    public async Task ThePage_ShowsBundlesWithTheirPackagesImagesAndSizes()
    {
        await using Api served =
            await ServedBench.ServeAsync(ServedBench.Golden("simple-app-bundle.tar"), ServedBench.Golden("multi-image.tar"));
        Answer answer = await served.GetAsync("/");
        string page = Encoding.UTF8.GetString(answer.Body);

        Assert.AreEqual(200, answer.Status);
        Assert.AreEqual("text/html; charset=utf-8", answer["Content-Type"]);
        StringAssert.StartsWith(answer["Content-Security-Policy"], "default-src 'none'; style-src 'sha256-");
        StringAssert.Contains(page, "2 repositories");
        StringAssert.Contains(page, "<h2>apps/simple-app-bundle</h2>");
        StringAssert.Contains(page, "v1.0.0");
        StringAssert.Contains(page, ">Bundle<");
        StringAssert.Contains(page, ">Index<");
        StringAssert.Contains(page, "simple-app.example.com");
        StringAssert.Contains(page, (await served.Content.ManifestAsync("apps/simple-app-bundle", "v1.0.0")).Digest);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("image-locations", page);
        Assert.AreEqual(0, (await served.SendAsync("HEAD", "/")).Body.Length);
        Assert.AreEqual(404, (await served.SendAsync("GET", "/index.html")).Status);
    }

    [TestMethod]
    public async Task SizesThatAddUpToMoreThanANumberTakesDoNoHarm()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "kept", [1]);
        string manifest = Encoding.UTF8.GetString((await api.Content.ManifestAsync("a", image.Digest)).Bytes);
        string huge = System.Text.RegularExpressions.Regex.Replace(manifest, "\"size\":\\s*\\d+", "\"size\":9223372036854775807");
        Assert.AreNotEqual(manifest, huge);
        await api.SendAsync("PUT", "/v2/a/manifests/huge", Encoding.UTF8.GetBytes(huge));

        Answer answer = await api.GetAsync("/");

        Assert.AreEqual(200, answer.Status);
        StringAssert.Contains(Encoding.UTF8.GetString(answer.Body), "kept");
    }

    [TestMethod]
    public async Task UnreadContent_IsShownAsNotRead()
    {
        await using Api api = await Api.StartAsync(
            new RegistryFixtureOptions { Configure = options => options with { PageReadsFor = TimeSpan.Zero } });
        await api.Writer.PushImageAsync("a", "t", [1]);
        string page = Encoding.UTF8.GetString((await api.GetAsync("/")).Body);
        StringAssert.Contains(page, "Not read yet");
        Assert.DoesNotContain("Cannot be read", page);
    }

    [TestMethod]
    public async Task EveryFolderHasItAndItGoesOnWhereThereIsMore()
    {
        await using Api api = await Api.StartAsync();
        for (int i = 0; i < 51; i++)
            await api.Writer.PushImageAsync($"r{i:00}", "t", [1]);
        string first = Encoding.UTF8.GetString((await api.GetAsync("/")).Body);
        StringAssert.Contains(first, "51 repositories");
        StringAssert.Contains(first, "/?last=r49");
        Assert.DoesNotContain(">r50<", first);
        string second = Encoding.UTF8.GetString((await api.GetAsync("/?last=r49")).Body);
        StringAssert.Contains(second, ">r50<");
        Assert.DoesNotContain("?last=", second);
    }

    [TestMethod]
    public async Task UnreadableContent_IsReported_AndFailsNothing()
    {
        await using Api api = await Api.StartAsync();
        Pushed image = await api.Writer.PushImageAsync("a", "<x>".Trim('<', '>'), [1]);
        string hex = image.Digest["sha256:".Length..];
        File.WriteAllText(Path.Combine(api.Registry.Folder, "docker/registry/v2/blobs/sha256", hex[..2], hex, "data"),
            "{\"mediaType\":\"application/x\"}");
        StringAssert.Contains(Encoding.UTF8.GetString((await api.GetAsync("/")).Body), "Cannot be read");
    }

    [TestMethod]
    public async Task ABundleWhoseLayerIsDamaged_IsABundle_WithoutItsPackages()
    {
        await using Api api = await Api.StartAsync();
        Pushed layer = await api.Writer.PushBlobAsync("a", [0x1f, 0x8b, 8, 0, 1, 2, 3]);
        Pushed config = await api.Writer.PushBlobAsync(
            "a", """{"config":{"Labels":{"dev.carvel.imgpkg.bundle":"true"}}}"""u8.ToArray(), RegistryWriter.OciConfig);
        await api.Writer.PushManifestAsync("a", "t",
            $$"""{"schemaVersion":2,"mediaType":"{{RegistryWriter.OciManifest}}","config":{{config.Json}},"layers":[{{layer.Json}}]}""");

        string page = Encoding.UTF8.GetString((await api.GetAsync("/")).Body);

        StringAssert.Contains(page, ">Bundle<");
        Assert.DoesNotContain(">Image<", page);
    }

    [TestMethod]
    [DataRow("v1.0.0", false)]
    [DataRow("sha256-1", false)]
    [DataRow("sha256-0000000000000000000000000000000000000000000000000000000000000000", true)]
    [DataRow("sha256-0000000000000000000000000000000000000000000000000000000000000000.sig", true)]
    [DataRow("sha256-0000000000000000000000000000000000000000000000000000000000000000.imgpkg", true)]
    [DataRow("apps-x-sha256-0000000000000000000000000000000000000000000000000000000000000000.imgpkg", true)]
    [DataRow("apps-x-sha256-0000000000000000000000000000000000000000000000000000000000000000", false)]
    public void TagsOfToolsAreToldFromPeoples(string tag, bool isTools) => Assert.AreEqual(isTools, ToolTag.IsOne(tag));
}
