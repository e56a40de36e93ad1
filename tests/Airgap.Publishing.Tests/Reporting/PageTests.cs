using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Reporting.Html;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.Transfer.Transfers;

namespace Airgap.Publishing.Tests.Reporting;

/// <summary>The page in a browser: shown, read aloud and printed.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PageTests
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task TheBundlesAreATree_AndEachOutcomeShareAndFigureIsShown()
    {
        await using Chromium browser = await OpenAsync(Model());

        // The bundles as a tree, with origin and destination of each image.
        Assert.AreEqual(
            "1 outer bundle, 4 images|2 web image|2 worker image|2 inner bundle, 1 image|3 base image|2 gone image",
            await TextAsync(browser,
                "[...document.querySelectorAll('#tree tbody tr[id]')].map(row => row.ariaLevel + ' ' + " +
                "row.querySelector('.name').textContent + ' ' + row.querySelector('.kind').textContent).join('|')"));
        Assert.AreEqual(
            "from registry.corp.com/web to mirror.corp.com/outer",
            await TextAsync(browser, "document.querySelector('#n1 .c-place').innerText.replace(/\\s+/g, ' ').trim()"));

        // Copied, mounted, present, omitted and missing content: as bars, in a legend, and for each image.
        Assert.AreEqual(
            "saved by sharing 60.0 kB|copied 30.0 kB|mounted within the registry 20.0 kB|there already 10.0 kB|not at the destination " +
            "5.0 kB|left out: non-distributable 7.0 kB",
            await TextAsync(browser,
                "[...document.querySelectorAll('.legend li')].map(item => item.innerText.replace(/\\s+/g, ' ').trim()).join('|')"));
        Assert.AreEqual("copied,mounted,present,failed",
            await TextAsync(browser,
                "[...document.querySelectorAll('.bar:last-of-type rect:not(.track)')].map(part => part.className.baseVal).join()"));
        Assert.AreEqual("copied,copied,mounted,copied,present,failed",
            await TextAsync(browser, "[...document.querySelectorAll('#tree tbody tr[id] .pill')].map(pill => pill.textContent).join()"));
        Assert.Contains("AIRGAP1005", await TextAsync(browser, "document.querySelector('#tree .failure').textContent"));

        // Shared layers and the bytes saved by sharing: a column each, as high as the bytes saved, with a dot for each image that has it;
        // and the same as a table.
        Assert.AreEqual(
            "40.0 kB 2 dots 1|20.0 kB 3 dots 0.5",
            await TextAsync(browser,
                "(() => { const columns = [...document.querySelectorAll('.matrix .column')], height = column => " +
                "+column.querySelector('.bar-saved').getAttribute('height'); return columns.map(column => " +
                "column.querySelector('text').textContent + ' ' + column.querySelectorAll('.dot').length + ' dots ' + height(column) / " +
                "height(columns[0])).join('|'); })()"));
        Assert.AreEqual(2, await NumberAsync(browser, "document.querySelectorAll('.as-table tbody tr').length"));

        // Duration and rate, retries, and warnings and failures with codes and advice.
        Assert.AreEqual(
            "Images 4 in 2 bundles|Content 65.0 kB 4 distinct blobs|Sent 30.0 kB 1 blob copied|Saved by sharing 60.0 kB 48 % of 125.0 " +
            "kB|Duration 3.0 s 10.0 kB/s, 2 retries",
            await TextAsync(browser,
                "[...document.querySelectorAll('.figures > div')].map(figure => figure.innerText.replace(/\\s+/g, ' ').trim()).join('|')"));
        string problems = await TextAsync(browser, "[...document.querySelectorAll('.problems')].map(part => part.innerText).join('\\n')");
        foreach (string expected in (string[])["AIRGAP2102", "A layer was left out.", "Carry it by hand.", "AIRGAP1005", "gone"])
            Assert.Contains(expected, problems);

        // Shows only one outcome.
        await browser.EvaluateAsync(
            "(() => { const pick = document.getElementById('pick'); pick.value = 'mounted'; pick.dispatchEvent(new Event('change')); })()");
        Assert.AreEqual("outer,worker",
            await TextAsync(browser,
                "[...document.querySelectorAll('#tree tbody tr[id]:not([hidden]) .name')].map(name => name.textContent).join()"));
        Assert.IsEmpty(browser.Complaints, string.Join('\n', browser.Complaints));
    }

    [TestMethod]
    public async Task AScreenReaderIsToldAll_AndTheKeyboardGetsEverywhere()
    {
        await using Chromium browser = await OpenAsync(Model());

        var told = await browser.ReadAccessibilityAsync();
        Assert.IsEmpty(told.Where(
            node => node.Role is "button" or "link" or "searchbox" or "combobox" or "image" or "treegrid" or "heading" or "region"
            && node.Name.Length == 0), "each has a name");
        Assert.AreSequenceEqual(
            new[] { "outer", "Failures 1", "Warnings 1", "Where the bytes went", "Layers that images share", "Bundles and images" },
            told.Where(node => node.Role == "heading").Select(node => node.Name));
        Assert.AreEqual("Bundles and images", told.Single(node => node.Role == "treegrid").Name);
        Assert.AreEqual(1, told.Count(node => node.Role == "searchbox" && node.Name == "Search"));
        var outer = told.First(node => node.Role == "row" && node.Properties.ContainsKey("level"));
        Assert.AreEqual("1", outer.Properties["level"]);
        Assert.AreEqual("true", outer.Properties["expanded"]);
        Assert.Contains(
            "What this run did: 30.0 kB copied, 20.0 kB mounted within the registry, 10.0 kB there already, 5.0 kB not at the destination",
            told.Where(node => node.Role is "image" or "img").Select(node => node.Name));
        Assert.AreEqual(4, told.Count(node => node.Role == "columnheader"));
        Assert.IsTrue(told.Any(node => node.Role == "status"), "what a search found is said");

        // From the top with only the tab key: the skip link first, then every control, with one stop in the tree.
        List<string> stops = [];
        List<string> unseen = [];
        for (int i = 0; i < 14; i++)
        {
            await browser.PressAsync("Tab");
            string stop = await TextAsync(
                browser, "(() => { const at = document.activeElement; return at.id || at.className || at.tagName; })()");
            stops.Add(stop);
            if (await TextAsync(browser, "getComputedStyle(document.activeElement).outlineStyle") == "none")
                unseen.Add(stop);
        }

        Assert.AreEqual("skip", stops[0]);
        foreach (string control in (string[])["theme", "scroll", "find", "pick", "expand", "collapse", "n0"])
            Assert.Contains(control, stops);
        Assert.AreEqual(1, stops.Count(stop => stop.StartsWith('n')), string.Join(", ", stops));

        // After the last control the focus moves to the browser.
        Assert.IsEmpty(unseen.Where(stop => stop != "BODY"), "each shows that it has the focus");
    }

    [TestMethod]
    [DataRow("light")]
    [DataRow("dark")]
    public async Task EveryTextStandsOutFromItsGround(string scheme)
    {
        await using Chromium browser = await OpenAsync(Model());
        await browser.EmulateAsync("prefers-color-scheme", scheme);
        await browser.EvaluateAsync(
            "document.getElementById('expand').click(); document.querySelectorAll('details').forEach(part => { part.open = true; })");
        JsonArray faint = (await browser.EvaluateAsync(Contrast)).AsArray();
        Assert.IsEmpty(faint, string.Join('\n', faint.Select(text => text!.GetValue<string>())));
    }

    [TestMethod]
    public async Task OnPaperAllIsOpen_AndLight()
    {
        await using Chromium browser = await OpenAsync(Model());
        await browser.EmulateAsync("prefers-color-scheme", "dark");
        await browser.EvaluateAsync("document.getElementById('collapse').click()");
        await browser.EmulateMediumAsync("print");
        await browser.EvaluateAsync("dispatchEvent(new Event('beforeprint'))");

        Assert.AreEqual(6, await NumberAsync(
            browser, "[...document.querySelectorAll('#tree tbody tr[id]')].filter(row => row.getClientRects().length > 0).length"));
        Assert.IsGreaterThan(0, await NumberAsync(
            browser, "[...document.querySelectorAll('#tree .facts')].filter(facts => facts.getClientRects().length > 0).length"));
        Assert.IsGreaterThan(0, await NumberAsync(browser, "document.querySelector('.as-table table').getClientRects().length"));
        Assert.AreEqual(0, await NumberAsync(
            browser, "document.getElementById('tools').getClientRects().length + document.getElementById('theme').getClientRects().length"),
            "paper has no buttons");
        Assert.IsTrue((await browser.EvaluateAsync("getComputedStyle(document.body).color === 'rgb(28, 35, 48)'"))
            .GetValue<bool>(), "dark on white");

        await browser.EvaluateAsync("dispatchEvent(new Event('afterprint'))");
        await browser.EmulateMediumAsync("screen");
        Assert.AreEqual(1, await NumberAsync(
            browser, "[...document.querySelectorAll('#tree tbody tr[id]')].filter(row => row.getClientRects().length > 0).length"),
            "as it was");
        Assert.IsEmpty(browser.Complaints);
    }

    // For every visible piece of text: the contrast of its colour with the nearest opaque background, by the formula of WCAG 2.
    private const string Contrast = """
        (() => {
          const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          const rgb = color => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
          const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
          const ground = element => { for (; element; element = element.parentElement) { const color = rgb(getComputedStyle(element).backgroundColor); if (color[3] === 255) return color; } return [255, 255, 255, 255]; };
          const faint = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          let seen = 0;
          while (walker.nextNode()) {
            const element = walker.currentNode.parentElement, style = getComputedStyle(element);
            if (!walker.currentNode.textContent.trim() || /^(script|style|title|option)$/i.test(element.tagName) || element.getClientRects().length === 0 || element.closest('.skip')) continue;
            seen++;
            const [a, b] = [luminance(rgb(element.namespaceURI.endsWith('svg') ? style.fill : style.color)), luminance(ground(element))].sort((x, y) => y - x);
            const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && +style.fontWeight >= 700);
            if ((a + .05) / (b + .05) < (large ? 3 : 4.5)) faint.push(`${((a + .05) / (b + .05)).toFixed(2)}: ${element.tagName}.${element.getAttribute('class')} "${walker.currentNode.textContent.trim().slice(0, 40)}"`);
          }
          return seen > 50 ? faint : [`only ${seen} texts were seen`];
        })()
        """;

    private async Task<Chromium> OpenAsync(ReportModel model)
    {
        File.WriteAllText(_folder["relocation.html"], HtmlReport.Write(model));
        Chromium browser = await Chromium.StartAsync();
        await browser.OpenAsync(_folder["relocation.html"]);
        return browser;
    }

    private static async Task<string> TextAsync(Chromium browser, string expression) =>
        (await browser.EvaluateAsync(expression)).GetValue<string>();

    private static async Task<int> NumberAsync(Chromium browser, string expression) =>
        (await browser.EvaluateAsync(expression)).GetValue<int>();

    private static ReportModel Model()
    {
        ReportBlob[] blobs =
        [
            Blob(0, 10_000, BlobOutcome.Present, 3), Blob(1, 30_000, BlobOutcome.Copied, 1), Blob(2, 20_000, BlobOutcome.Mounted, 3),
            Blob(3, 5_000, null, 1), Blob(4, 7_000, null, 1, isLeftOut: true),
        ];
        // Blob 2 saves 40 kB in two of the shown images, blob 0 saves 20 kB in three.
        ReportNode web = Image("web", BlobOutcome.Copied, 0, 1, 4);
        ReportNode worker = Image("worker", BlobOutcome.Mounted, 0, 2);
        ReportNode inner = Bundle("inner", BlobOutcome.Copied, Image("base", BlobOutcome.Present, 0, 2));
        ReportNode gone = Image("gone", null, 3) with { Failure = "AIRGAP1005: there is none." };
        return new ReportModel
        {
            Title = "outer",
            Summary = "4 images in 2 bundles",
            IsRelocation = true,
            Roots = [Bundle("outer", BlobOutcome.Copied, web, worker, inner, gone)],
            Blobs = [.. blobs],
            Work = new ReportWork(new BlobCount(1, 30_000), new BlobCount(1, 20_000), new BlobCount(1, 10_000), new BlobCount(1, 7_000)),
            Warnings = [new Diagnostic(ErrorCode.LayersSkipped, "A layer was left out.", "Carry it by hand.")],
            Failures = [new Diagnostic(ErrorCode.ManifestUnknown, "The image gone does not exist.", "Push it.")],
            Elapsed = TimeSpan.FromSeconds(3),
            Retries = 2,
        };
    }

    private static ReportBlob Blob(int number, long size, BlobOutcome? outcome, int uses, bool isLeftOut = false) =>
        new(new Descriptor(MediaTypes.OciLayerGzip, Digest.Compute([(byte)number]), size), outcome, isLeftOut, uses);

    private static ReportNode Image(string name, BlobOutcome? outcome, params int[] blobs) => Node(ReportNodeKind.Image, name, outcome) with
    {
        Blobs = [.. blobs],
        Size = 10_000
    };

    private static ReportNode Bundle(string name, BlobOutcome? outcome, params ReportNode[] children) =>
        Node(ReportNodeKind.Bundle, name, outcome) with
        {
            Children = [.. children]
        };

    private static ReportNode Node(ReportNodeKind kind, string name, BlobOutcome? outcome)
    {
        Digest digest = Digest.Compute(System.Text.Encoding.UTF8.GetBytes(name));
        return new ReportNode
        {
            Kind = kind,
            Name = name,
            Digest = digest,
            Origin = $"registry.corp.com/{name}@{digest}",
            Source = $"registry.corp.com/{name}@{digest}",
            Destination = $"mirror.corp.com/outer@{digest}",
            Outcome = outcome,
        };
    }
}
