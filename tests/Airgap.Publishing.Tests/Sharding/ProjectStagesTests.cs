using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Sharding;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Publishing.Tests.Sharding;

/// <summary>A publish in three stages has the same result as one publish.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ProjectStagesTests
{
    [TestMethod]
    public async Task ThreeStages_LeaveTheResultOfOnePublish()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync(), far = await RegistryFixture.StartEmptyAsync();
        using TempFolder alone = new(), together = new();
        static PublishSettings To(RegistryFixture registry, TempFolder folder) =>
            PublishItems.To($"{registry.Host}/apps", folder.Path) with { UseLockFile = true, Receipt = "receipt.json" };
        PublishItem[] items =
        [
            PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0", ("PackageRepository", "simple")),
            PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0"),
            PublishItems.Image($"{source.Host}/user1/plain:1", ("Repository", "images/plain")),
            PublishItems.Bundle($"{source.Host}/mirror/index-bundle:v1.0.0", ("Platforms", "linux/amd64")),
        ];
        await new Stages(To(one, alone), items).WholeAsync();
        Stages stages = new(To(far, together), items);
        WrittenRunPlan plan = (await stages.With(settings => settings with { Shards = 3 }).PlanAsync())!;
        Assert.Contains("3 shards of ", plan.Summary);
        Assert.IsEmpty(far.Requests.Where(request => request.Method is not ("GET" or "HEAD")), "a plan moves nothing");
        CollectionAssert.AreEqual((string[])[stages.PlanFile], Directory.GetFiles(together.Path), "and writes nothing else");
        Schemas.AssertValid("airgap.plan", await File.ReadAllTextAsync(stages.PlanFile));

        foreach (string shard in new[] { "3/3", "1", "2/3", "1/3" })
            await stages.ShardAsync(shard);
        source.Clear();
        PublishResult result = await stages.FinishAsync();
        Assert.IsEmpty(result.Failures);
        CollectionAssert.IsSubsetOf(
            source.Requests.Select(request => request.Repository).Distinct().ToArray(),
            (string[])["mirror/index-bundle", "user1/plain", ""],
            "what is derived is derived again, and a plain image asked whether it has packages");

        Stages.AssertSame(Stages.FilesOf(alone["airgap"], one.Host), Stages.FilesOf(together["airgap"], far.Host));
        Assert.AreEqual(await File.ReadAllTextAsync(alone["airgap.lock.json"]), await File.ReadAllTextAsync(together["airgap.lock.json"]));
        Assert.IsTrue(File.Exists(together["receipt.json"]));
        using RegistryContent here = RegistryContent.At(one.Host), there = RegistryContent.At(far.Host);
        foreach (string repository in await here.RepositoriesAsync())
        {
            CollectionAssert.AreEquivalent(
                (await here.TagsAsync(repository)).ToArray(), (await there.TagsAsync(repository)).ToArray(), repository);
            foreach (string tag in await here.TagsAsync(repository))
                await there.AssertCompleteAsync(repository, tag);
        }

        // Each blob arrives once in each repository; content that another repository has is mounted from there.
        string[] puts = [.. far.Requests.Where(request => request.Kind == RequestKind.UploadPut)
            .Select(request => $"{request.Repository} {request.Query.Split("digest=")[1].Split('&')[0]}")];
        Assert.HasCount(puts.Distinct().Count(), puts);
        far.Clear();
        await stages.FinishAsync();
        await stages.ShardAsync("2/3");
        Assert.IsEmpty(far.Requests.Where(request => request.Method == "PUT"), "a second time nothing is sent");
    }

    [TestMethod]
    [DataRow("out/", "imgpkg")]
    [DataRow("all.tar", "oci")]
    public async Task ArchivesAreTheSameToTheByte(string archive, string format)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder alone = new(), together = new();
        PublishItem[] items =
        [
            PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0"),
            PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0"),
        ];
        PublishSettings To(TempFolder folder)
        {
            Directory.CreateDirectory(folder["project"]);
            return new PublishSettings
            {
                ProjectDirectory = folder["project"],
                OutputPath = "airgap/",
                Archive = archive,
                ArchiveFormat = format == "oci" ? ArchiveFormat.LayoutTar : ArchiveFormat.Imgpkg
            };
        }

        await new Stages(To(alone), items).WholeAsync();
        Stages stages = new(To(together), items);
        await stages.With(settings => settings with { Shards = 2 }).PlanAsync();
        Assert.DoesNotContain(together.Path, (await File.ReadAllTextAsync(stages.PlanFile)), "machines have the project elsewhere");
        await stages.ShardAsync("2/2");
        AirgapException missing = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.FinishAsync());
        Assert.AreEqual(ErrorCode.ShardsMissing, missing.Code);
        Assert.Contains("shard 1/2 has to run again", missing.Message);
        source.Clear();
        await stages.ShardAsync("1/2");
        Assert.HasCount(source.Of(RequestKind.BlobGet).Select(request => request.Path).Distinct().Count(), source.Of(RequestKind.BlobGet));
        await stages.FinishAsync();
        foreach (string file in Directory.GetFiles(together.Path, "*.shard-*", SearchOption.AllDirectories).Append(stages.PlanFile))
            File.Delete(file);
        Stages.AssertSame(Stages.FilesOf(alone["project"], source.Host), Stages.FilesOf(together["project"], source.Host));
    }

    [TestMethod]
    public async Task MovedTags_StayThoseOfThePlan()
    {
        await using StageBench bench = await StageBench.StartAsync(settings => settings with { UseLockFile = true });
        (RegistryFixture source, RegistryFixture far, TempFolder folder, Stages stages) = bench;
        await stages.PlanAsync();
        string planned = JsonNode.Parse(await File.ReadAllTextAsync(stages.PlanFile))!["relocations"]![0]!["declared"]!["pin"]!.ToString();
        using RegistryWriter writer = new(source.Address);
        using RegistryContent content = RegistryContent.At(source.Host);
        StoredManifest other = await content.ManifestAsync("mirror/nested-bundle", "v1.0.0");
        await stages.ShardAsync("1/1");
        await MoveTagAsync(writer, source, other);
        await stages.FinishAsync();
        Assert.Contains(planned, await File.ReadAllTextAsync(folder["airgap.lock.json"]));
        using RegistryContent there = RegistryContent.At(far.Host);
        await there.AssertCompleteAsync("apps/simple-app-bundle", planned);
        Assert.Contains(planned, await File.ReadAllTextAsync(folder["airgap/simple-app-bundle.bundle-lock.yml"]));
    }

    /// <summary>A blob of two items is sent to the first repository and mounted in the second; the shard's output says so.</summary>
    [TestMethod]
    public async Task MountsOfAPart_AreReported()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        Stages stages = new(
            PublishItems.To($"{far.Host}/apps", folder.Path),
            PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0"),
            PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0"));
        await stages.PlanAsync();
        string told = await stages.ShardAsync("1/1");
        Assert.Contains("14 blobs copied (87.5 kB), 8 blobs mounted (64.3 kB), ", told);
        await stages.FinishAsync();
    }

    [TestMethod]
    public async Task APlanWithoutADestinationIsRefused()
    {
        using TempFolder folder = new();
        Stages stages = new(PublishItems.To("", folder.Path), PublishItems.Bundle("a.corp.com/b/c:1"));
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.PlanAsync());
        Assert.AreEqual(ErrorCode.PlanStageUnclear, refused.Code, refused.Message);
        Assert.Contains("AirgapRegistry", refused.Advice);
        Assert.IsNull(await stages.WithItems().PlanAsync(), "a project that declares nothing has no plan");
    }

    [TestMethod]
    public async Task EachOfSeveralRegistries_ReceivesEverything()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync(), two = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        PublishResult result = await new Stages(
            PublishItems.To($"{one.Host}/apps;{two.Host}/apps", folder.Path),
            PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0")).AllAsync(2);
        Assert.IsEmpty(result.Failures);
        foreach (RegistryFixture far in new[] { one, two })
        {
            using RegistryContent content = RegistryContent.At(far.Host);
            await content.AssertCompleteAsync("apps/nested-bundle", "v1.0.0");
            Assert.IsTrue(File.Exists(
                Path.Combine(folder["airgap"], RegistryList.FolderOf($"{far.Host}/apps"), "nested-bundle.bundle-lock.yml")));
        }
    }

    [TestMethod]
    public async Task TheGate_Runs_BeforeThePlanAndBeforeTheFinish()
    {
        await using StageBench bench = await StageBench.StartAsync();
        (_, RegistryFixture far, _, Stages stages) = bench;
        WrittenRunPlan refused = (await stages.With(settings => settings with { GateCommand = "exit 3" }).PlanAsync())!;
        Assert.AreEqual(ErrorCode.GateRefused, refused.Refusals.Single().Code);
        Assert.IsFalse(File.Exists(stages.PlanFile));

        await stages.PlanAsync();
        AirgapException skipped = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => stages.With(settings => settings with { GateCommand = "exit 3" }).ShardAsync("1/1"));
        Assert.AreEqual(ErrorCode.PlanOfOtherProject, skipped.Code, "a shard runs no gate");
        Assert.Contains("no gate approved it", skipped.Message);
        await stages.With(settings => settings with { GateCommand = "exit 0" }).PlanAsync();
        await stages.With(settings => settings with { GateCommand = "exit 0 " }).ShardAsync("1/1");
        PublishResult late = await stages.With(settings => settings with { GateCommand = "exit 3" }).FinishAsync();
        Assert.AreEqual(ErrorCode.GateRefused, late.Failures.Single().Code);
        Assert.AreEqual("nothing relocated: refused", late.Summary);
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("apps/simple-app-bundle"));
    }

    /// <summary>A changed plan could leave out the required signers, so the finish of a project verifies again.</summary>
    [TestMethod]
    public async Task Signatures_AreVerified_ForThePlanAndTheFinish()
    {
        using TempFolder folder = new();
        SignedStorage.Unpack(folder["storage"]);
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { Folder = folder["storage"] });
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        Stages stages = new(
            PublishItems.To($"{far.Host}/apps", folder.Path), PublishItems.Bundle($"{source.Host}/{SignedStorage.BundleOfUnsigned}"));
        PublishSettings Asking(PublishSettings settings) => settings with
        {
            Trust = [new TrustItem(source.Host, new Dictionary<string, string> { [TrustItem.Key] = SignedStorage.Key("p256") }, null)]
        };
        WrittenRunPlan refused = (await stages.With(Asking).PlanAsync())!;
        Assert.IsNotEmpty(refused.Refusals);
        await stages.PlanAsync();
        AirgapException skipped = await Assert.ThrowsExactlyAsync<AirgapException>(() => stages.With(Asking).ShardAsync("1/1"));
        Assert.AreEqual(ErrorCode.PlanOfOtherProject, skipped.Code, "a shard verifies no signatures");
        Assert.Contains("no signatures were verified for it", skipped.Message);
        await stages.ShardAsync("1/1");
        PublishResult late = await stages.With(Asking).FinishAsync();
        CollectionAssert.AreEquivalent(
            refused.Refusals.Select(refusal => refusal.Message).ToArray(), late.Failures.Select(failure => failure.Message).ToArray());
        using RegistryContent content = RegistryContent.At(far.Host);
        Assert.DoesNotContain("v1.0.0", await content.TagsAsync("apps/stripped"));
    }

    [TestMethod]
    public async Task AFinish_FillsTheRepositoriesOfATemplate()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync(), far = await RegistryFixture.StartEmptyAsync();
        using TempFolder alone = new(), together = new();
        static PublishSettings To(RegistryFixture registry, TempFolder folder) => PublishItems.To($"{registry.Host}/apps", folder.Path) with
        {
            RepositoryTemplate = "{registry}/{prefix}/{source.repository}",
            MirrorFormats = [MirrorFormat.RegistriesConf, MirrorFormat.ImageDigestMirrorSet]
        };
        PublishItem item = PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0");
        await new Stages(To(one, alone), item).WholeAsync();
        await new Stages(To(far, together), item).AllAsync(2);
        Stages.AssertSame(Stages.FilesOf(alone["airgap"], one.Host), Stages.FilesOf(together["airgap"], far.Host));
        foreach ((TempFolder folder, RegistryFixture registry) in new[] { (alone, one), (together, far) })
            Assert.Contains(
                $"{registry.Host} was reached by plain http, which OpenShift", File.ReadAllText(folder["airgap/relocation.json"]));
        using RegistryContent here = RegistryContent.At(one.Host), there = RegistryContent.At(far.Host);
        CollectionAssert.AreEquivalent((await here.RepositoriesAsync()).ToArray(), (await there.RepositoriesAsync()).ToArray());
    }

    private static async Task MoveTagAsync(RegistryWriter writer, RegistryFixture source, StoredManifest other)
    {
        using HttpClient client = new();
        // The other bundle's manifest, in the repository whose tag moves; its blobs are mounted first.
        JsonNode manifest = JsonNode.Parse(other.Bytes)!;
        foreach (JsonNode? blob in manifest["layers"]!.AsArray().Append(manifest["config"]))
        {
            using HttpResponseMessage mounted = await client.PostAsync(
                new Uri(source.Address, $"/v2/mirror/simple-app-bundle/blobs/uploads/?mount={blob!["digest"]}&from=mirror/nested-bundle"),
                null);
            Assert.AreEqual(201, (int)mounted.StatusCode);
        }

        await writer.PushManifestAsync(
            "mirror/simple-app-bundle", "v1.0.0", System.Text.Encoding.UTF8.GetString(other.Bytes), other.MediaType);
    }
}
