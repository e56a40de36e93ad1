using Airgap.Registry.Archives;
using Airgap.Registry.Tests.Archived;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Registry.Tests.Pages;

/// <summary>The page for people in a browser, for each kind of archive: it shows the same content, and requests only itself.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class BrowserPageTests
{
    private const string Name = "simple-app-bundle";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public async Task ThePage_IsTheSameForATarALayoutPartsAndAChain()
    {
        using TempFolder temp = new();
        string whole = ServedBench.Golden($"{Name}.tar");
        await ServedBench.ConvertAsync(whole, temp["layout.tar"], ArchiveFormat.LayoutTar);
        await ServedBench.ConvertAsync(whole, temp["delta.tar"], ArchiveFormat.Imgpkg, new DeltaSource.Archive(whole));
        await new PartSplitter(ArchiveDisk.System).SplitAsync(whole, temp["parts.tar"], 20_000, TestContext.CancellationToken);
        await using Chromium browser = await Chromium.StartAsync();
        string? expected = null;
        foreach (ArchiveToServe[] archives in (ArchiveToServe[][])[
            [new(whole)], [new(temp["layout.tar"])], [new(temp["parts.tar"])], [new(temp["delta.tar"]), new(whole, "z/base")]])
        {
            await using Api served = await ServedBench.ServeAsync(options => options, archives);
            await browser.OpenAsync(served.Registry.Address.ToString());
            string title = (await browser.EvaluateAsync("document.querySelector('h2').textContent")).GetValue<string>();
            string font = (await browser.EvaluateAsync("getComputedStyle(document.querySelector('.ref')).fontFamily")).GetValue<string>();
            string text = (await browser.EvaluateAsync(
                "document.querySelector('h2').closest('section, article, main').innerText.split('z/base')[0]")).GetValue<string>();
            Assert.AreEqual($"apps/{Name}", title);
            StringAssert.Contains(font, "mono", "The policy lets the page's own style through.");
            Assert.Contains("simple-app.example.com", text);
            Assert.Contains((await served.Content.ManifestAsync(title, "v1.0.0")).Digest, text);
            text = text[text.IndexOf(title, StringComparison.Ordinal)..]
                .Replace(served.Registry.Host, "HOST", StringComparison.Ordinal).Trim();
            Assert.AreEqual(expected ??= text, text, archives[0].Path);
            Assert.IsEmpty(browser.Complaints.Where(complaint => !complaint.Contains("favicon", StringComparison.Ordinal)));
            Assert.IsEmpty(browser.Requests.Where(
                request => request != served.Registry.Address.ToString() && !request.EndsWith("/favicon.ico", StringComparison.Ordinal)));
            browser.Requests.Clear();
        }
    }
}
