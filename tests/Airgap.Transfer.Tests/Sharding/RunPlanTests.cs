using System.Text;
using System.Text.Json.Nodes;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Sharding;

namespace Airgap.Transfer.Tests.Sharding;

[TestClass]
public sealed class RunPlanTests : ShardingTestBase
{
    [TestMethod]
    [GoldenBundles]
    public async Task APlan_IsReadAsWritten(string bundle)
    {
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource(bundle), Everything, Token);
        Registry.Calls.Clear();
        TransferPlan read = (await ThroughFileAsync(BundleSource(bundle), Together)).Plan;

        CollectionAssert.AreEqual(plan.Items.Select(Words).ToArray(), read.Items.Select(Words).ToArray());
        CollectionAssert.AreEqual(
            plan.Blobs.Select(blob => $"{blob.Descriptor} {blob.Origin}").ToArray(),
            read.Blobs.Select(blob => $"{blob.Descriptor} {blob.Origin}").ToArray());
        CollectionAssert.AreEqual(
            plan.Bundles.Select(each => $"{each.Digest} {each.Lock.ToYaml()} {each.Locations.ToYaml()} {each.HasPackages}").ToArray(),
            read.Bundles.Select(each => $"{each.Digest} {each.Lock.ToYaml()} {each.Locations.ToYaml()} {each.HasPackages}").ToArray());
        CollectionAssert.AreEqual(plan.SkippedLayers.ToArray(), read.SkippedLayers.ToArray());
        CollectionAssert.AreEqual(
            plan.Warnings.Select(warning => warning.Text).ToArray(), read.Warnings.Select(warning => warning.Text).ToArray());
        Assert.AreEqual(Words(plan.Root!), Words(read.Root!));
        Assert.AreSame(read.Root, read.Items.Single(item => item == read.Root));

        static string Words(PlannedItem item) =>
            $"{item.Source} {item.OriginalReference} {item.Tag} {item.IsRootBundle} {item.IsBundle} " +
            string.Join(' ', item.Content.SelfAndDescendants().Select(
                node => $"{node.Origin}@{node.Manifest.Digest} {Encoding.UTF8.GetString(node.Manifest.Bytes.Span)}"));
    }

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    [DataRow("signed-bundle")]
    public async Task ADocument_MatchesItsSchema(string bundle)
    {
        RunPlanDocument document = await DocumentAsync(BundleSource(bundle), Together);
        RunPlanEntry entry = document.Relocations[0] with
        {
            Declared = new RunPlanDeclared("ImgpkgBundle", "a.corp.com/b:1", "all") { Pin = document.Relocations[0].Manifests[0].Digest },
            Warnings = [new RunPlanWarning(2001, "a", "b") { Reference = "c" }],
            Derived = [new RunPlanDerived(document.Relocations[0].Manifests[0].Digest, document.Relocations[0].Manifests[0].Digest)
            {
                Kept = [document.Relocations[0].Manifests[0].Digest]
            }],
            Signatures = [new RunPlanSignature("a", document.Relocations[0].Manifests[0].Digest, [new RunPlanSigner("a", "cosign")])],
        };
        RunPlanEntry archive = entry with { Repository = null, Archive = "a.tar", Format = "oci", Declared = null };
        foreach (RunPlanDocument each in new[]
        {
            document, document with { Schema = "https://host.example/airgap.plan.schema.json", Shards = 8, Relocations = [entry, archive] },
        })
        {
            string json = Encoding.UTF8.GetString(RunPlanFile.ToJson(each).Span);
            Schemas.AssertValid("airgap.plan", json);
            Read(RunPlanFile.ToJson(each));
            Assert.IsNotEmpty(Schemas.Validate("airgap.plan", json.Replace("\"kind\"", "\"sort\"", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    public async Task Reading_SendsNoRequests_AndWritingIsDeterministic()
    {
        ReadOnlyMemory<byte> json = RunPlanFile.ToJson(await DocumentAsync(BundleSource("nested-bundle"), Together));
        ReadOnlyMemory<byte> again = RunPlanFile.ToJson(await DocumentAsync(BundleSource("nested-bundle"), Together));
        Assert.IsTrue(json.Span.SequenceEqual(again.Span));
        Registry.Calls.Clear();
        Read(json);
        Assert.IsEmpty(Registry.Calls);
    }

    [TestMethod]
    public async Task ALockKeepsItsOrderAndAnnotations()
    {
        using TempFolder folder = new();
        string path = folder["images.yml"];
        FakeRepository frontend = Registry.Get($"{Fixtures.Registry}/apps/frontend");
        ImagesLock images = new([new LockedImage(
            Oci.Naming.ImageReference.ByDigest(frontend.Name, frontend.Manifests.First()),
            LockedImage.NoAnnotations.Add("kbld.carvel.dev/id", "frontend"))]);
        await File.WriteAllTextAsync(path, images.ToYaml(), Token);
        RunPlan read = await ThroughFileAsync(new RelocationSource.Lock(path), Together);
        Assert.AreEqual(images.ToYaml(), read.Plan.ImagesLock!.ToYaml());
        Assert.IsNull(read.Plan.Root);
    }

    [TestMethod]
    public async Task ContentOfNoRegistry_IsInThePlan()
    {
        TransferPlan plan = await new Relocator(Registry).PlanAsync(BundleSource("simple-app-bundle"), Everything, Token);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, new RelocationDestination.Repository(Registry.Get(Together).Name), new(),
            new HashSet<Digest> { plan.Root!.Digest }, Token);
        Digest layer = plan.Root.Content.Manifest.Layers[0].Digest;
        Assert.AreEqual(layer, Digest.Compute(entry.Blobs.Single(blob => blob.Digest == layer.ToString()).Content!.Value.Span));
        Assert.AreEqual(2, entry.Blobs.Count(blob => blob.Content is not null), "the bundle's config and layer");

        RunPlan read = new RunPlanReader(Registry, "plan.json").Read(entry);
        Registry.Calls.Clear();
        await using Stream stream =
            await read.Plan.Blobs.Single(blob => blob.Descriptor.Digest == layer).Content.OpenAsync(0, Token);
        Assert.IsEmpty(Registry.Calls);
    }

    [TestMethod]
    public async Task APlanThatOthersCannotCarryOut_IsRefused()
    {
        using TempFolder folder = new();
        await CopyToArchiveAsync(BundleSource("simple-app-bundle"), folder["a.tar"]);
        TransferPlan plan =
            await new Relocator(Registry).PlanAsync(new RelocationSource.Archive(folder["a.tar"]), new PlanOptions(), Token);
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunPlanWriter.CreateAsync(
            plan, new RelocationDestination.Repository(Registry.Get(Together).Name), new(), new HashSet<Digest>(), Token));
        Assert.AreEqual(ErrorCode.PlanNotShared, refused.Code);
    }

    /// <summary>Each change is one that a person may make, or a truncation.</summary>
    [TestMethod]
    public async Task AContradictoryPlan_IsRefused()
    {
        RunPlanDocument document = await DocumentAsync(BundleSource("index-bundle"), Together);
        string text = Encoding.UTF8.GetString(RunPlanFile.ToJson(document).Span);
        Read(Encoding.UTF8.GetBytes(text));
        Dictionary<string, Func<string>> changes = new()
        {
            ["another version"] = () => text.Replace("\"airgapPlan\": 1", "\"airgapPlan\": 2", StringComparison.Ordinal),
            ["a dry run's plan"] = () => """{"schemaVersion": 1, "summary": ""}""",
            ["another rule"] = () => text.Replace("\"assignment\": 1", "\"assignment\": 2", StringComparison.Ordinal),
            ["a field twice"] = () => text.Replace("\"assignment\": 1", "\"assignment\": 1, \"assignment\": 1", StringComparison.Ordinal),
            ["an unknown field"] = () => text.Replace("\"assignment\": 1", "\"assignment\": 1, \"more\": 1", StringComparison.Ordinal),
            ["cut"] = () => text[..(text.Length / 2)],
            ["nothing"] = () => "",
            ["no relocation"] = () => Edit(plan => plan["relocations"] = new JsonArray()),
            ["null for a relocation"] = () => Edit(plan => plan["relocations"]![0] = null),
            ["no destination"] = () => EditEntry(entry => entry.Remove("repository")),
            ["two destinations"] = () => EditEntry(entry => entry["archive"] = "a.tar"),
            ["another manifest"] = () => EditEntry(entry => entry["manifests"]![0]!["content"] = Convert.ToBase64String("{}"u8)),
            ["another digest"] = () => EditEntry(entry => entry["manifests"]![0]!["digest"] = $"sha256:{new string('0', 64)}"),
            ["another media type"] = () => EditEntry(entry => entry["manifests"]![0]!["mediaType"] = MediaTypes.OciIndex),
            ["a manifest twice"] = () => EditEntry(
                entry => entry["manifests"]!.AsArray().Add(entry["manifests"]![0]!.DeepClone())),
            ["a child that is not listed"] = () => EditEntry(
                entry => Index(entry)["children"] = new JsonArray(entry["manifests"]!.AsArray().ToList().FindIndex(
                    manifest => manifest!["children"] is null && !Index(entry)["children"]!.AsArray().Select(child => (int)child!)
                        .Contains(manifest.GetElementIndex())))),
            ["a child above itself"] = () => EditEntry(entry => Index(entry)["children"] = new JsonArray(1000)),
            ["an index without children"] = () => EditEntry(entry => Index(entry).Remove("children")),
            ["a missing blob"] = () => EditEntry(entry => entry["blobs"]!.AsArray().RemoveAt(0)),
            ["a blob twice"] = () => EditEntry(entry => entry["blobs"]!.AsArray().Add(entry["blobs"]![0]!.DeepClone())),
            ["another length"] = () => EditEntry(entry => entry["blobs"]![0]!["size"] = 1),
            ["other bytes"] = () => EditEntry(entry => entry["blobs"]![0]!["content"] = Convert.ToBase64String("no"u8)),
            ["null for a blob"] = () => EditEntry(entry => entry["blobs"]![0] = null),
            ["null for an item"] = () => EditEntry(entry => entry["items"]![0] = null),
            ["null for the items"] = () => EditEntry(entry => entry["items"] = null),
            ["null for names"] = () => EditEntry(entry => entry["bundles"]![0]!["packages"] = null),
            ["another root"] = () => EditEntry(entry => entry["root"] = 1000),
            ["an item of another manifest"] = () => EditEntry(entry => entry["items"]![0]!["manifest"] = 1000),
            ["a wrong tag"] = () => EditEntry(entry => entry["items"]![0]!["tag"] = "a b"),
            ["a bundle twice"] = () => EditEntry(entry => entry["bundles"]!.AsArray().Add(entry["bundles"]![0]!.DeepClone())),
            ["a wrong lock"] = () => EditEntry(entry => entry["bundles"]![0]!["lock"] = "kind: no"),
            ["a bundle in itself"] = () => EditEntry(entry => entry["bundles"]![0]!["lock"] = new ImagesLock([new LockedImage(
                Oci.Naming.ImageReference.Parse($"a.corp.com/b@{entry["bundles"]![0]!["digest"]}"))]).ToYaml()),
            ["an unknown kind"] = () => EditEntry(entry => entry["kind"] = "archive"),
        };
        foreach ((string what, Func<string> change) in changes)
        {
            AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => Read(Encoding.UTF8.GetBytes(change())), what);
            Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code, what);
            TestContext.WriteLine($"{what}: {refused.Message}");
        }

        string Edit(Action<JsonNode> change)
        {
            JsonNode plan = JsonNode.Parse(text)!;
            change(plan);
            return plan.ToJsonString();
        }

        string EditEntry(Action<JsonObject> change) => Edit(plan => change(plan["relocations"]![0]!.AsObject()));

        static JsonObject Index(JsonObject entry) =>
            entry["manifests"]!.AsArray().First(manifest => manifest!["children"] is not null)!.AsObject();
    }

    [TestMethod]
    public async Task AMutatedPlan_IsRead_OrRefusedWithAReason()
    {
        byte[] json = RunPlanFile.ToJson(await DocumentAsync(BundleSource("nested-bundle"), Together)).ToArray();
        TestKit.Fuzzing.Mutator mutator = new([json], ["null", "[]", "{}", "-1", "0", "\"children\":", "\"manifest\":", "sha256:"]);
        int refused = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            try
            {
                Read(mutator.Make(seed));
            }
            catch (AirgapException e)
            {
                Assert.AreEqual(ErrorCode.InvalidRunPlan, e.Code, $"seed {seed}: {e.Message}");
                refused++;
            }
        }

        Assert.IsGreaterThan(200, refused);
    }
}
