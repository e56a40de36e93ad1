using System.Text.Json;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Reporting.Markdown;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests;

/// <summary>A project selects packages and platforms of a bundle, on either side of the gap.</summary>
[TestClass]
public sealed class ChosenTests
{
    private static readonly (string, string)[] s_choice =
        [("Packages", "p0.example.com; *.internal.example.com@latest"), ("Platforms", "linux/amd64"), ("Repository", "chosen")];

    private readonly FakeRegistry _registry = new();

    [TestMethod]
    public async Task ASelection_IsPublishedAndReported()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        using TempFolder folder = new();
        PublishSettings settings = PublishItems.To("mirror.local", folder.Path);
        PublishItem item = PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", s_choice);

        PublishPlan plan = await new Publisher(_registry).PlanAsync([item], settings, default);
        Assert.AreEqual("packages *.internal.example.com@latest:1; p0.example.com | platforms linux/amd64",
            plan.Document.Items[0].Derived!.Selection);
        Assert.AreEqual(2, plan.Document.Items[0].Derived!.PackagesLeftOut);

        PublishResult result = await new Publisher(_registry).RunAsync([item], settings, default);
        Digest derived = result.Items[0].Result.Root!.Item.Digest;
        Assert.AreNotEqual(_registry.Get(GeneratedRepository.Bundle).Tags["v1"], derived);
        Assert.AreEqual(derived, _registry.Get("mirror.local/chosen").Tags["v1"]);
        Assert.AreEqual(plan.Document.Items[0].Digest, derived.ToString());
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(folder["airgap/relocation.json"]));
        JsonElement told = report.RootElement.GetProperty("items")[0].GetProperty("derived");
        Assert.AreEqual(derived.ToString(), told.GetProperty("digest").GetString());
        Assert.AreEqual("p0.example.com 1.0.0", told.GetProperty("packages")[0].GetString());
        Assert.IsTrue(result.Warnings.Any(warning => warning.Code == ErrorCode.UnreferencedKept));

        // The reports for people also state it.
        string page = File.ReadAllText(folder["airgap/relocation.html"]);
        Assert.Contains("Selected and left out", page);
        Assert.Contains(plan.Document.Items[0].Derived!.LeftOutText, page);
        Assert.Contains("Signatures are verified on the original", page);
        Assert.Contains("p0.example.com 1.0.0</bdi></li>", page);
        string summary = MarkdownSummary.Write(result.Model!);
        Assert.Contains(MarkdownText.Escape(plan.Document.Items[0].Derived!.LeftOutText), summary);
        Assert.Contains(derived.ToString(), summary);
        Assert.Contains("of other platforms", summary);

        // In a second run, everything is present.
        PublishResult again = await new Publisher(_registry).RunAsync([item], settings, default);
        Assert.IsTrue(again.Items[0].Result.IsUpToDate);
    }

    [TestMethod]
    public async Task EitherSideOfTheGapMayChoose()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        using TempFolder folder = new();
        PublishItem chosen = PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", s_choice);
        PublishItem all = PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", ("Repository", "chosen"));
        PublishSettings near = PublishItems.To("near.local", folder.Path);
        await new Publisher(_registry).RunAsync([chosen], near with { Archive = "some.tar" }, default);
        await new Publisher(_registry).RunAsync([all], near with { Archive = "all.tar" }, default);

        Digest some = await ImportAsync(chosen, near with { SourceArchive = "some.tar", Registry = "a.local" });
        Assert.AreEqual(some, await ImportAsync(chosen, near with { SourceArchive = "all.tar", Registry = "b.local" }),
            "Derived on the far side.");
        PublishItem other = PublishItems.Bundle(
            $"{GeneratedRepository.Bundle}:v1", ("Packages", "p0.example.com"), ("Repository", "chosen"));
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ImportAsync(other, near with { SourceArchive = "some.tar", Registry = "c.local" }));
        Assert.AreEqual(ErrorCode.SelectionMismatch, failure.Code);
    }

    [TestMethod]
    public async Task ASparseChoiceKeepsTheDigestAndIsToldEverywhere()
    {
        _registry.TakesSparseIndexes = true;
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        Digest original = _registry.Get(GeneratedRepository.Bundle).Tags["v1"];
        using TempFolder folder = new();
        PublishItem item = PublishItems.Bundle(
            $"{GeneratedRepository.Bundle}:v1", ("Platforms", "linux/amd64"), ("PlatformMode", "sparse"), ("Repository", "chosen"));
        PublishSettings settings = PublishItems.To("mirror.local", folder.Path) with { UpdateLock = true };
        PublishPlan plan = await new Publisher(_registry).PlanAsync([item], settings, default);
        Assert.AreEqual("platforms linux/amd64 | platform-mode sparse", plan.Document.Items[0].Derived!.Selection);
        Assert.AreEqual(6, plan.Document.Items[0].Derived!.SparseIndexes);
        Schemas.AssertValid("plan", PlanWriter.ToJson(plan.Document));

        PublishResult result = await new Publisher(_registry).RunAsync([item], settings, default);
        Assert.AreEqual(original, result.Items[0].Result.Root!.Item.Digest);
        string report = File.ReadAllText(folder["airgap/relocation.json"]);
        Schemas.AssertValid("relocation", report);
        Assert.Contains("\"sparseIndexes\": 6", report);
        Assert.Contains("6 indexes keep their digest, which not every registry accepts.",
            File.ReadAllText(folder["airgap/relocation.html"]));
        Assert.Contains($"| platforms linux/amd64 | platform-mode sparse\": \"{original}\"", File.ReadAllText(folder["airgap.lock.json"]));
        PublishSettings locked = settings with { UpdateLock = false, LockedMode = true };
        Assert.IsTrue((await new Publisher(_registry).RunAsync([item], locked, default)).Items[0].Result.IsUpToDate);

        // Through an archive, with one warning about what the far side must accept.
        PublishResult archived = await new Publisher(_registry).RunAsync([item], locked with { Archive = "some.tar" }, default);
        Assert.AreEqual(ErrorCode.SparseArchive, archived.Warnings.Single().Code);
        Assert.AreEqual(original, await ImportAsync(item, locked with { SourceArchive = "some.tar", Registry = "far.local" }));
        _registry.TakesSparseIndexes = false;
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ImportAsync(item, locked with { SourceArchive = "some.tar", Registry = "strict.local" }));
        Assert.AreEqual(ErrorCode.SparseIndexRefused, refused.Code);
        Assert.AreEqual(7, refused.Location!.Line);
        Assert.DoesNotContain("v1", _registry.Get("strict.local/chosen").Tags.Keys);
        Assert.Contains("PlatformMode=Rewrite", AdviceTerms.Explain(refused.Advice, new Dictionary<string, string>(
            AdviceTerms.All.Select(term =>
                KeyValuePair.Create(term, term == AdviceTerms.RewrittenPlatforms ? "PlatformMode=Rewrite" : "")))));
    }

    [TestMethod]
    [DataRow("Packages", "P0", ErrorCodes.InvalidSelection)]
    [DataRow("Packages", "p0@", ErrorCodes.InvalidSelection)]
    [DataRow("Packages", "p0@one", ErrorCodes.InvalidSelection)]
    [DataRow("Packages", "p0@latest:0", ErrorCodes.InvalidSelection)]
    [DataRow("Platforms", "amd64", ErrorCodes.InvalidSelection)]
    [DataRow("Flatten", "true", ErrorCodes.IncompatibleOptions)]
    [DataRow("MissingPlatform", "perhaps", ErrorCodes.InvalidArgument)]
    [DataRow("PlatformMode", "Sparse", ErrorCodes.IncompatibleOptions)]
    [DataRow("PlatformMode", "perhaps", ErrorCodes.InvalidArgument)]
    public void AMistakeIsFoundBeforeAnyRequest(string name, string value, string code)
    {
        PublishItem item = PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", (name, value));
        Diagnostic problem = new Publisher(_registry).Validate([item], PublishItems.To("mirror.local")).Single();
        Assert.AreEqual(code, problem.Code.ToString());
        Assert.AreEqual(7, problem.Location!.Line);
        Assert.IsEmpty(_registry.Calls);
    }

    private async Task<Digest> ImportAsync(PublishItem item, PublishSettings settings)
    {
        PublishResult result = await new Publisher(_registry).RunAsync([item], settings, default);
        return result.Items[0].Result.Root!.Item.Digest;
    }

    private static class ErrorCodes
    {
        public const string InvalidSelection = nameof(ErrorCode.InvalidSelection);
        public const string IncompatibleOptions = nameof(ErrorCode.IncompatibleOptions);
        public const string InvalidArgument = nameof(ErrorCode.InvalidArgument);
    }
}
