using System.Text.Json;
using System.Text.RegularExpressions;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.Publishing.Trusting;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Reporting;

/// <summary>The report of an earlier publish is kept only while all that it says is also true of this one.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
public sealed class KeptReportTests : IDisposable
{
    private static readonly PublishItem s_simple = PublishItems.Bundle($"{Fixtures.Registry}/mirror/simple-app-bundle:v1.0.0");
    private static readonly PublishItem s_nested = PublishItems.Bundle($"{Fixtures.Registry}/mirror/nested-bundle:v1.0.0");

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private PublishSettings Settings => PublishItems.To("final.local/apps", _folder.Path);

    private string Page => _folder["airgap/relocation.html"];

    private string Report => _folder["airgap/relocation.json"];

    [TestMethod]
    public async Task APageThatAKilledRunLeftBehind_IsReplaced()
    {
        await RunAsync(Settings, s_simple);
        string former = Regex.Replace(File.ReadAllText(Page), "ended [^.]+", "ended 2026-01-01T00:00:00Z");
        await RunAsync(Settings, s_nested);
        string kept = File.ReadAllText(Page);
        await RunAsync(Settings, s_nested);
        Assert.AreEqual(kept, File.ReadAllText(Page), "nothing changed");

        // As if the run had ended between the two files.
        File.WriteAllText(Page, former);
        await RunAsync(Settings, s_nested);

        Assert.Contains("nested-bundle", File.ReadAllText(Page));
    }

    [TestMethod]
    public async Task AGateIsReported_EvenIfNothingMoves()
    {
        await RunAsync(Settings, s_simple);
        await RunAsync(Settings with { GateCommand = "echo approved by A" }, s_simple);
        Assert.AreEqual("approved by A", GateText());
        DateTime written = File.GetLastWriteTimeUtc(Report);
        await RunAsync(Settings with { GateCommand = "echo approved by A" }, s_simple);
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(Report), "the gate said the same");

        await RunAsync(Settings with { GateCommand = "echo '{\"version\":\"2.1.0\",\"runs\":[1]}'" }, s_simple);
        Assert.AreEqual("""{"version":"2.1.0","runs":[1]}""", GateSarif());
        await RunAsync(Settings with { GateCommand = "echo '{\"version\":\"2.1.0\",\"runs\":[2]}'" }, s_simple);
        Assert.AreEqual("""{"version":"2.1.0","runs":[2]}""", GateSarif());
        await RunAsync(Settings, s_simple);
        Assert.DoesNotContain("\"gate\"", File.ReadAllText(Report), "this run had none");
    }

    [TestMethod]
    public async Task SignersAreReported_EvenIfNothingMoves()
    {
        PublishedItem item = (await RunAsync(Settings, s_simple)).Items[0];
        PublishedItem present = (await RunAsync(Settings, s_simple)).Items[0];
        Assert.IsTrue(present.Result.IsUpToDate);

        await WriteAsync(present);
        Assert.IsTrue(await WriteAsync(present), "as before");
        TrustedImage image = new("a.io/b@" + PublishItems.Digest, PublishItems.Digest, [new TrustedSigner("k.pub", "cosign", null, null, null)]);
        Assert.IsFalse(await WriteAsync(present with { Signatures = [image] }), "verified for the first time");
        Assert.Contains("k.pub", File.ReadAllText(Report));
        Assert.IsTrue(await WriteAsync(present with { Signatures = [image with { SignedBy = [.. image.SignedBy] }] }), "the same signers");
        Assert.IsFalse(await WriteAsync(present with { Signatures = [image with { SignedBy = [image.SignedBy[0] with { Name = "l.pub" }] }] }));
        Assert.IsFalse(await WriteAsync(present), "this run verified no signature");
        Assert.AreEqual("copied", item.Outcome.ToString().ToLowerInvariant());
    }

    private async Task<bool> WriteAsync(PublishedItem item) => (await RelocationReportWriter.WriteAsync(
        _folder["airgap"], [item], [], [], "", gate: null, CancellationToken.None)).IsKept;

    private string GateText() => Gate().GetProperty("text").GetString()!;

    private string GateSarif() => JsonSerializer.Serialize(Gate().GetProperty("sarif"));

    private JsonElement Gate() => JsonDocument.Parse(File.ReadAllText(Report)).RootElement.GetProperty("gate");

    private Task<PublishResult> RunAsync(PublishSettings settings, params PublishItem[] items) =>
        new Publisher(_registry).RunAsync(items, settings, CancellationToken.None);
}
