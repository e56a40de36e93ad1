using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Html;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Tests.Reporting;

/// <summary>
/// The page in a browser: used with mouse and keyboard, printed, photographed; without any error, and without loading anything.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class BrowserTests : RelocatorTestBase
{
    private static readonly TimeSpan s_mostForAThousand = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task ThePageIsSearchedSortedFoldedAndThemed()
    {
        TransferResult result = await CopyToRepositoryAsync(BundleSource("nested-bundle"), "mirror.local/apps/nested");
        ReportBuilder builder = new();
        builder.Add(result);
        builder.AddWarnings([new Diagnostic(ErrorCode.LayersSkipped, "Left out </script> & co.", "Ask.")]);
        string page = Write(builder.Build(retries: 1));
        await using Chromium browser = await Chromium.StartAsync();
        await browser.OpenAsync(page);

        Assert.AreEqual("nested-bundle", await TextAsync(browser, "document.querySelector('h1').textContent"));
        int rows = await NumberAsync(browser, Rows);
        Assert.IsGreaterThan(3, rows);

        // Folding, with only the keyboard.
        await browser.EvaluateAsync("document.querySelector('#tree tbody tr').focus()");
        await browser.PressAsync("ArrowLeft");
        Assert.AreEqual("false", await TextAsync(browser, "document.activeElement.getAttribute('aria-expanded')"));
        Assert.AreEqual(1, await NumberAsync(browser, Rows));
        await browser.PressAsync("ArrowRight");
        Assert.AreEqual(rows, await NumberAsync(browser, Rows));
        await browser.PressAsync("End");
        await browser.PressAsync("Enter");
        Assert.AreEqual("true", await TextAsync(browser, "document.activeElement.getAttribute('aria-expanded')"));
        Assert.AreEqual(1, await NumberAsync(browser, "document.querySelectorAll('#tree tbody tr.detail:not([hidden]) .facts').length"),
            "the details come when they are asked for");
        Assert.AreEqual(1, await NumberAsync(browser, "document.querySelectorAll('#tree tbody tr[tabindex=\"0\"]').length"),
            "one stop for the tab key");

        // Sorting by size.
        await browser.EvaluateAsync("document.querySelector('th[data-key=size] button').click()");
        Assert.AreEqual("descending", await TextAsync(browser, "document.querySelector('th[data-key=size]').getAttribute('aria-sort')"));
        Assert.IsTrue(
            (await browser.EvaluateAsync(
                "(() => { const data = JSON.parse(document.getElementById('data').textContent).nodes; const sizes = " +
                "[...document.querySelectorAll('#tree tbody tr[aria-level=\"2\"][id]')].map(row => data[+row.id.slice(1)].size); return " +
                "sizes.length > 1 && sizes.every((size, i) => i === 0 || sizes[i - 1] >= size); })()")).GetValue<bool>());

        // Search, by a digest that one image has.
        string digest = result.Items.First(item => !item.Item.IsBundle).Item.Digest.ToString();
        await browser.EvaluateAsync(
            $"(() => {{ const find = document.getElementById('find'); find.value = " +
            $"'{digest}'; find.dispatchEvent(new Event('input')); return new Promise(done => setTimeout(done, 300)); }})()");
        Assert.IsLessThan(rows, await NumberAsync(browser, Rows));
        Assert.MatchesRegex("^[12] of 5 match$", await TextAsync(browser, "document.getElementById('found').textContent"));

        // Light and dark.
        string light = await TextAsync(browser, "getComputedStyle(document.documentElement).backgroundColor");
        await browser.EvaluateAsync("document.getElementById('theme').click(); document.getElementById('theme').click()");
        Assert.AreEqual("dark", await TextAsync(browser, "document.documentElement.dataset.theme"));
        Assert.AreNotEqual(light, await TextAsync(browser, "getComputedStyle(document.documentElement).backgroundColor"));

        AssertQuiet(browser);
    }

    [TestMethod]
    public async Task ThePageIsPhotographedAndPrinted()
    {
        ReportBuilder builder = new();
        builder.Add(await CopyToRepositoryAsync(BundleSource("nested-bundle"), "mirror.local/apps/nested"));
        string page = Write(builder.Build());
        await using Chromium browser = await Chromium.StartAsync();
        await browser.OpenAsync(page);
        await KeepAsync(browser, "report-light.png");
        await browser.EmulateAsync("prefers-color-scheme", "dark");
        await KeepAsync(browser, "report-dark.png");
        await browser.ResizeAsync(390, 844);
        Assert.IsLessThanOrEqualTo(
            390, await NumberAsync(browser, "document.documentElement.scrollWidth"), "a narrow screen scrolls in one direction only");
        await KeepAsync(browser, "report-narrow.png");
        byte[] pdf = await browser.PrintAsync();
        Assert.IsGreaterThan(10_000, pdf.Length);
        await File.WriteAllBytesAsync(Artifact("report.pdf"), pdf, Token);
        TestContext.AddResultFile(Artifact("report.pdf"));
        AssertQuiet(browser);
    }

    [TestMethod]
    public async Task AThousandImagesWithThousandsOfLayersStayQuick()
    {
        string page = Write(Thousand());
        await using Chromium browser = await Chromium.StartAsync();
        TimeSpan load = await browser.OpenAsync(page);
        Assert.AreEqual(1001, await NumberAsync(browser, Rows));
        double search = (await browser.EvaluateAsync(
            "(() => { const find = document.getElementById('find'), before = performance.now(); find.value = 'service-0777'; " +
            "find.dispatchEvent(new Event('input')); return new Promise(done => setTimeout(() => requestAnimationFrame(() => " +
            "done(performance.now() - before)), 61)); })()")).GetValue<double>();
        Assert.AreEqual(2, await NumberAsync(browser, Rows));
        double sort = (await browser.EvaluateAsync(
            "(() => { const before = performance.now(); document.querySelector('th[data-key=size] button').click(); " +
            "document.body.offsetHeight; return performance.now() - before; })()")).GetValue<double>();

        TestContext.WriteLine(
            $"1,000 images, {new FileInfo(page).Length} bytes: loaded in {load.TotalMilliseconds:0} ms, searched in {search:0} ms, " +
            $"sorted in {sort:0} ms.");
        // Rows are created only for the visible part, and details only when opened: the number of elements does not grow with the
        // layers.
        Assert.IsLessThan(25_000, await NumberAsync(browser, "document.querySelectorAll('*').length"));
        Assert.AreEqual(0, await NumberAsync(browser, "document.querySelectorAll('#tree .layers').length"));
        await browser.EvaluateAsync(
            "document.getElementById('find').value = ''; document.getElementById('find').dispatchEvent(new Event('input')); " +
            "document.getElementById('expand').click()");
        Assert.AreEqual(0, await NumberAsync(browser, "document.querySelectorAll('#tree .layers').length"),
            "nor when all is opened at once");
        Assert.IsLessThan(s_mostForAThousand, load);
        AssertQuiet(browser);
    }

    private const string Rows = "document.querySelectorAll('#tree tbody > tr[id]:not([hidden])').length";

    private static async Task<string> TextAsync(Chromium browser, string expression) =>
        (await browser.EvaluateAsync(expression)).GetValue<string>();

    private static async Task<int> NumberAsync(Chromium browser, string expression) =>
        (await browser.EvaluateAsync(expression)).GetValue<int>();

    private static void AssertQuiet(Chromium browser)
    {
        Assert.IsEmpty(browser.Complaints, string.Join('\n', browser.Complaints));
        Assert.IsEmpty(browser.Requests.Where(
            address => !address.StartsWith("file:", StringComparison.Ordinal) && !address.StartsWith("about:", StringComparison.Ordinal)),
            "nothing is loaded");
    }

    private async Task KeepAsync(Chromium browser, string name)
    {
        await browser.ScreenshotAsync(Artifact(name));
        TestContext.AddResultFile(Artifact(name));
    }

    // Kept after the test, so that a person can look at the page.
    private static string Artifact(string name) =>
        Path.Combine(Directory.CreateDirectory(Path.Combine(Fixtures.RepositoryRoot, "artifacts", "report")).FullName, name);

    private string Write(ReportModel model)
    {
        File.WriteAllText(_folder["relocation.html"], HtmlReport.Write(model));
        return _folder["relocation.html"];
    }

    private static ReportModel Thousand()
    {
        Random random = new(7);
        ImmutableArray<ReportBlob> blobs = [
            .. Enumerable.Range(0, 6000)
            .Select(i => new ReportBlob(
                new Descriptor(MediaTypes.OciLayerGzip, DigestOf(i), random.Next(1000, 90_000_000)), BlobOutcome.Copied, IsLeftOut: false,
                Uses: i < 500 ? 8 : 1))];
        ReportNode[] images =
        [
            .. Enumerable.Range(0, 1000).Select(i => new ReportNode
            {
                Kind = ReportNodeKind.Image,
                Name = $"service-{i:0000}",
                Digest = DigestOf(100_000 + i),
                Origin = $"registry.example.com/apps/service-{i:0000}@{DigestOf(100_000 + i)}",
                Destination = $"mirror.example.com/bundle@{DigestOf(100_000 + i)}",
                Size = random.Next(1000, 900_000_000),
                Outcome = BlobOutcome.Copied,
                Annotations = LockedImage.NoAnnotations.Add("kbld.carvel.dev/id", $"registry.example.com/apps/service-{i:0000}:1.0"),
                Blobs = [.. Enumerable.Range(0, 9).Select(j => j < 4 ? random.Next(500) : 500 + (i * 5) + j - 4)],
            }),
        ];
        return new ReportModel
        {
            Title = "thousand",
            Summary = "1,000 images in 1 bundle",
            IsRelocation = true,
            Roots = [new ReportNode { Kind = ReportNodeKind.Bundle, Name = "thousand", Digest = DigestOf(99_999),
                Origin = "registry.example.com/thousand:v1", Outcome = BlobOutcome.Copied, Children = [.. images] }],
            Blobs = blobs,
            Work = new ReportWork(new BlobCount(6000, blobs.Sum(blob => blob.Descriptor.Size)), default, default, default),
            Elapsed = TimeSpan.FromMinutes(21),
            Retries = 3,
        };
    }

    private static Digest DigestOf(int i) => Digest.Compute(BitConverter.GetBytes(i));
}
