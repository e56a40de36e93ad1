using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Files;

namespace Airgap.Publishing.Tests;

/// <summary>A project whose images keep their paths at the mirror.</summary>
[TestClass]
public sealed class TemplateTests
{
    private const string Nested = Fixtures.Registry + "/mirror/nested-bundle:v1.0.0";
    private const string Template = "{registry}/{prefix}/{source.registry}/{source.repository}";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();

    [TestMethod]
    public async Task LocksAndReportsSayTheBundlesPlaceAndEachImageIsAtItsOwnToo()
    {
        using TempFolder folder = new();
        PublishSettings settings = PublishItems.To("mirror.corp.com/far", folder.Path) with
        {
            RepositoryTemplate = Template,
            MirrorFormats = [MirrorFormat.RegistriesConf, MirrorFormat.HostsToml]
        };
        PublishItem item = PublishItems.Bundle(Nested, ("ClusterRegistry", "mirror.inside:5000"));
        PublishPlan plan = await new Publisher(_registry).PlanAsync([item], settings, default);
        Assert.IsFalse(_registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)), "a dry run writes nothing");
        string root = "mirror.corp.com/far/" + Fixtures.Registry.Replace(':', '-') + "/mirror/nested-bundle";
        Assert.StartsWith(root + "@", plan.Document.Items[0].Destination!);
        Assert.IsGreaterThan(1, plan.Document.Items.Length, "the plan names each repository");

        PublishResult result = await new Publisher(_registry).RunAsync([item], settings, default);
        Digest digest = result.Items[0].Result.Root!.Item.Digest;
        Assert.Contains(digest, _registry.Get(root).Manifests);
        Assert.Contains($"image: {root.Replace("mirror.corp.com", "mirror.inside:5000", StringComparison.Ordinal)}@{digest}\n",
            File.ReadAllText(folder["airgap/nested-bundle.bundle-lock.yml"]));
        string report = File.ReadAllText(folder["airgap/relocation.json"]);
        Schemas.AssertValid("relocation", report);
        using JsonDocument document = JsonDocument.Parse(report);
        JsonElement[] images = [.. document.RootElement.GetProperty("items")[0].GetProperty("images").EnumerateArray()];
        JsonElement[] also = [.. images.Where(image => image.TryGetProperty("alsoAt", out _))];
        Assert.IsNotEmpty(also);
        foreach (JsonElement image in also)
        {
            string place = image.GetProperty("alsoAt")[0].GetString()!;
            Assert.Contains(Digest.Parse(place.Split('@')[1]), _registry.Get(place.Split('@')[0]).Manifests);
            Assert.StartsWith(root + "@", image.GetProperty("destination").GetString()!, "all of a bundle is in its own repository");
        }

        Assert.Contains("mirror.inside:5000/far/", File.ReadAllText(folder["airgap/mirrors/registries.conf"]));
        Assert.HasCount(2, result.Files.Where(file => file.Kind == PublishedFileKind.Mirrors)
            .DistinctBy(file => Path.GetExtension(file.Path)).ToArray());

        // A second run finds everything there.
        PublishResult again = await new Publisher(_registry).RunAsync([item], settings, default);
        Assert.IsTrue(again.Items[0].Result.IsUpToDate);
    }

    [TestMethod]
    public async Task TheFiguresAndTheLogIncludeTheFurtherRepositories()
    {
        using TempFolder folder = new();
        _registry.RefuseMounts = true;
        PublishSettings settings = PublishItems.To("mirror.corp.com/far", folder.Path) with
        {
            RepositoryTemplate = Template,
            AuditLog = "audit.jsonl",
        };
        PublishResult result = await new Publisher(_registry).RunAsync([PublishItems.Bundle(Nested)], settings, default);

        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(folder["airgap/relocation.json"]));
        long copied = document.RootElement.GetProperty("totals").GetProperty("copied").GetProperty("bytes").GetInt64();
        Assert.IsGreaterThan(result.Items[0].Result.Total(BlobOutcome.Copied).Bytes, copied);
        Assert.AreEqual($"1 bundle: 1 copied ({ByteSize.Format(copied)})", result.Summary);
        Assert.AreEqual(
            copied,
            document.RootElement.GetProperty("items")[0].GetProperty("blobs").GetProperty("copied").GetProperty("bytes").GetInt64());
        using JsonDocument line = JsonDocument.Parse(File.ReadAllLines(folder["audit.jsonl"])[0]);
        Assert.AreSequenceEqual(
            result.Items[0].Result.Everywhere.Select(each => each.Destination.ToString()),
            line.RootElement.GetProperty("to").EnumerateArray().Select(to => to.GetString()));

        PublishResult both = await new Publisher(_registry).RunAsync(
            [PublishItems.Bundle(Nested)], settings with { Registry = "one.corp.com/far;two.corp.com/far" }, default);
        Assert.AreEqual(
            both.Items.Sum(item => item.Result.Everywhere.Sum(each => each.Total(BlobOutcome.Copied).Bytes)),
            both.Model!.Work.Copied.Bytes);
    }

    [TestMethod]
    public async Task AFlatRepositoryHasNoPathsForContainerd()
    {
        using TempFolder folder = new();
        PublishSettings settings = PublishItems.To("mirror.corp.com/far", folder.Path) with { MirrorFormats = [MirrorFormat.HostsToml] };
        PublishResult refused = await new Publisher(_registry).RunAsync([PublishItems.Bundle(Nested)], settings, default);
        Diagnostic problem = refused.Failures.Single();
        Assert.AreEqual(ErrorCode.MirrorPathsDiffer, problem.Code);
        Assert.Contains("containerd requests the path", problem.Message);
        Assert.IsFalse(Directory.Exists(folder["airgap"]), "Nothing is written.");
        Assert.IsFalse(_registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)),
            "It is found before anything moves.");
        PublishPlan plan = await new Publisher(_registry).PlanAsync([PublishItems.Bundle(Nested)], settings, default);
        Assert.AreEqual(ErrorCode.MirrorPathsDiffer, plan.Refusals.Single().Code);

        // With several registries, nothing moves to any of them.
        PublishResult sides = await new Publisher(_registry).RunAsync(
            [PublishItems.Bundle(Nested)], settings with { Registry = "mirror.corp.com/far;second.corp.com/far" }, default);
        Assert.AreEqual(ErrorCode.MirrorPathsDiffer, sides.Failures[0].Code);
        Assert.IsFalse(_registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("{registry}/{nam}", null, ErrorCode.InvalidRepositoryTemplate)]
    [DataRow("{registry}/{name}/{digest:12}", null, ErrorCode.TemplateNotApplicable)]
    [DataRow("{registry}/{name}", "apps/other", ErrorCode.TemplateNotApplicable)]
    [DataRow("{registry}/A/{name}", null, ErrorCode.TemplateNameInvalid)]
    public void AnImpossibleTemplate_IsReported_BeforeAnyRequest(string template, string? repository, ErrorCode code)
    {
        PublishItem item = PublishItems.Bundle(Nested, ("RepositoryTemplate", template), ("Repository", repository ?? ""));
        Assert.AreEqual(code, new Publisher(_registry).Validate([item], PublishItems.To("mirror.corp.com")).Single().Code);
    }

    [TestMethod]
    public void ARepositoryOfTheItemsOwnCountsMoreThanTheProjectsTemplate() =>
        Assert.IsEmpty(new Publisher(_registry).Validate(
            [PublishItems.Bundle(Nested, ("Repository", "apps/own"))], PublishItems.To("mirror.corp.com") with
            {
                RepositoryTemplate = Template
            }));
}
