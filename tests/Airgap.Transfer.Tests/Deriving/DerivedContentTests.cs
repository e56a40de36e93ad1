using System.Collections.Immutable;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Archives;
using Airgap.Transfer.Bundles;
using Airgap.Transfer.Deriving;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Plans.Deltas;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Sharding;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Deriving;

/// <summary>What an archive records as derived, and how much of that a reader believes once the archive's signature is verified.</summary>
[TestClass]
public sealed class DerivedContentTests
{
    private readonly FakeRegistry _registry = new();
    private readonly TempFolder _folder = new();

    [TestInitialize]
    public async Task GenerateAsync() => await GeneratedRepository.CreateAsync(_registry, 2, 2);

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [DataRow("Imgpkg", false)]
    [DataRow("Imgpkg", true)]
    [DataRow("LayoutTar", false)]
    [DataRow("LayoutFolder", true)]
    public async Task EverythingDerived_IsRecorded_AndBelieved(string format, bool flattens)
    {
        await NestAsync();
        await ArchiveAsync("a.tar", Selection with { Flatten = flattens }, Enum.Parse<ArchiveFormat>(format));
        await ArchiveAsync("same.tar", Selection with { Flatten = flattens }, Enum.Parse<ArchiveFormat>(format));
        TransferPlan plan = await ReadAsync("a.tar");

        IReadOnlySet<Digest> believed = DerivedContent.Of(plan);
        Assert.IsTrue(believed.Contains(plan.Root!.Digest));
        Digest[] unknown = [
            .. plan.Items.Where(item => !_registry.Get(item.Source.Repository).Manifests.Contains(item.Digest))
                .Select(item => item.Digest)];
        Assert.IsGreaterThan(flattens ? 1 : 3, unknown.Length, "the root and the nested bundle, and indexes unless they are flattened");
        Assert.IsTrue(believed.IsSupersetOf(unknown));
        Assert.AreEqual(flattens, plan.Items.All(item => !item.Content.Manifest.IsIndex));
        if (flattens)
            Assert.Contains(item => !item.IsBundle && believed.Contains(item.Digest), plan.Items);
        if (format != "LayoutFolder")
            Assert.AreSequenceEqual(File.ReadAllBytes(_folder["a.tar"]), File.ReadAllBytes(_folder["same.tar"]));
    }

    [TestMethod]
    public async Task AnArchiveWithoutASelection_HasNoRecord()
    {
        await ArchiveAsync("plain.tar", new BundleSelection());

        IArchive archive = await AnyArchive.OpenAsync(_folder["plain.tar"], default);
        Assert.IsNull(await archive.ReadNotesAsync(default));
        Assert.IsEmpty(DerivedContent.Of(await ReadAsync("plain.tar")));
    }

    /// <summary>Each of these records claims more than the derivation made.</summary>
    [TestMethod]
    public async Task AFalseRecord_IsNotBelieved()
    {
        await ArchiveAsync("a.tar", Selection);
        TransferPlan plan = await ReadAsync("a.tar");
        IReadOnlySet<Digest> believed = DerivedContent.Of(plan);
        PlannedItem index = plan.Items.First(item => item.Content.Manifest.IsIndex && believed.Contains(item.Digest));
        PlannedManifest child = index.Content.Children[0];
        PlannedItem image = new() { Source = index.Source.WithDigest(child.Manifest.Digest), Content = child };
        Digest root = plan.Root!.Digest;
        Digest other = Digest.Compute("other"u8);

        Assert.IsEmpty(Of(made => made.Digest == root ? made with { From = other } : made), "the bundle names another original");
        Assert.IsEmpty(Of(made => made.Digest == root ? null : made), "nothing pins what no derived bundle pins");
        CollectionAssert.DoesNotContain(
            Of(made => made.Digest == index.Digest ? made with { Kept = made.Kept[1..] } : made).ToArray(), index.Digest,
            "a manifest that the index keeps is not listed");
        plan = plan with
        {
            Items = [.. plan.Items, image],
            Bundles = [
                .. plan.Bundles.Select(bundle => bundle.Digest != root ? bundle
                    : bundle with { Lock = new ImagesLock([.. bundle.Lock.Images, new LockedImage(image.Source)]) })],
        };
        IReadOnlySet<Digest> more = Of(made => made, new DerivedManifest(image.Digest, other));
        Assert.IsTrue(more.SetEquals(believed), "nothing was flattened");
        CollectionAssert.DoesNotContain(
            Of(made => made.Digest == index.Digest ? null : made).ToArray(), index.Digest, "an index that is not listed");

        IReadOnlySet<Digest> Of(Func<DerivedManifest, DerivedManifest?> change, params DerivedManifest[] further) => DerivedContent.Of(
            plan with { SourceDerived = [.. plan.SourceDerived.Select(change).OfType<DerivedManifest>(), .. further] });
    }

    /// <summary>A flattened bundle pins images alone: only those that the record lists were left of an index.</summary>
    [TestMethod]
    public async Task AnImageThatIsNotListed_IsNotBelieved_EvenInAFlattenedBundle()
    {
        await ArchiveAsync("flat.tar", Selection with { Flatten = true });
        TransferPlan plan = await ReadAsync("flat.tar");
        PlannedItem image = plan.Items.First(item => !item.IsBundle && plan.SourceDerived.Any(made => made.Digest == item.Digest));
        Assert.Contains(image.Digest, DerivedContent.Of(plan));

        Assert.DoesNotContain(
            image.Digest,
            DerivedContent.Of(plan with { SourceDerived = [.. plan.SourceDerived.Where(made => made.Digest != image.Digest)] }));
    }

    /// <summary>A sparse selection changes no index, even if it has exactly the selected platforms.</summary>
    [TestMethod]
    public async Task AnIndexOfASparseSelection_IsNotBelieved()
    {
        await ArchiveAsync("sparse.tar", new BundleSelection
        {
            Platforms = [.. GeneratedRepository.Platforms.SelectMany(one => PlatformChoice.ParseAll(one))],
            Packages = [.. PackageChoice.ParseAll("p0.example.com")],
            Sparse = true,
        });
        TransferPlan plan = await ReadAsync("sparse.tar");
        PlannedItem[] indexes = [.. plan.Items.Where(item => item.Content.Manifest.IsIndex)];
        Assert.IsNotEmpty(indexes);

        Assert.AreSequenceEqual([plan.Root!.Digest], DerivedContent.Of(plan with
        {
            SourceDerived = [.. plan.SourceDerived, .. indexes.Select(item => new DerivedManifest(item.Digest, Digest.Compute("a"u8))
            {
                Kept = [.. item.Content.Manifest.Manifests.Select(child => child.Digest)]
            })],
        }));
    }

    [TestMethod]
    public async Task ARecord_ListsWhatTheArchiveHas()
    {
        await ArchiveAsync("a.tar", Selection);
        TransferPlan plan = await ReadAsync("a.tar");
        DerivedManifest stray = new(Digest.Compute("not here"u8), Digest.Compute("a"u8));
        DerivedManifest listed = plan.SourceDerived[0];

        Assert.AreSequenceEqual([listed], DerivedManifest.In([stray, listed, listed with { }], plan.Items));
    }

    /// <summary>An index with an image of another platform is none that the selection gives, and without platforms none is.</summary>
    [TestMethod]
    public async Task AnIndexThatTheSelectionDoesNotGive_IsNotBelieved()
    {
        await ArchiveAsync("packages.tar", new BundleSelection { Packages = [.. PackageChoice.ParseAll("p0.example.com")] });
        TransferPlan plan = await ReadAsync("packages.tar");
        Assert.AreSequenceEqual([plan.Root!.Digest], DerivedContent.Of(plan), "the bundle alone");

        PlannedItem[] indexes = [.. plan.Items.Where(item => item.Content.Manifest.IsIndex)];
        Assert.IsNotEmpty(indexes);
        Assert.AreSequenceEqual([plan.Root!.Digest], DerivedContent.Of(Claiming(plan)));

        // The bundle states the platform, but the indexes are whole.
        await ArchiveAsync("platforms.tar", Selection);
        TransferPlan derived = await ReadAsync("platforms.tar");
        HashSet<Digest> pinned = [.. derived.RootBundle!.Lock.Images.Select(entry => entry.Image.Digest!.Value)];
        PlannedBundle bundle = derived.RootBundle with
        {
            Lock = new ImagesLock([.. indexes.Select(item => new LockedImage(item.Source))])
        };
        TransferPlan mixed = derived with { Items = [.. derived.Items, .. indexes], Bundles = [bundle] };
        Assert.IsFalse(pinned.Overlaps(indexes.Select(item => item.Digest)));
        Assert.AreSequenceEqual([derived.Root!.Digest], DerivedContent.Of(Claiming(mixed)));

        TransferPlan Claiming(TransferPlan of) => of with
        {
            SourceDerived = [.. of.SourceDerived, .. indexes.Select(item => new DerivedManifest(item.Digest, Digest.Compute("a"u8))
            {
                Kept = [.. item.Content.Manifest.Manifests.Select(child => child.Digest)]
            })],
        };
    }

    /// <summary>From archive to archive: whoever signs the second vouches for its record.</summary>
    [TestMethod]
    public async Task TheRecord_IsCarriedOn_OnlyOfAVerifiedArchive()
    {
        await ArchiveAsync("a.tar", Selection);
        TransferPlan plan = await ReadAsync("a.tar");
        Relocator relocator = new(_registry);

        TransferResult unproven = await relocator.RunAsync(plan, To("unproven.tar"), new TransferOptions(), default);
        TransferResult proven = await relocator.RunAsync(
            plan, To("proven.tar"), new TransferOptions { Admission = Task.CompletedTask }, default);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => relocator.RunAsync(plan, To("refused.tar"), new TransferOptions
        {
            Admission = Task.FromException(new AirgapException(ErrorCode.ArchiveSignature, "not signed", ""))
        }, default));

        Assert.AreEqual(ErrorCode.DerivedNotRecorded, unproven.Warnings.Single().Code);
        Assert.IsEmpty((await ReadAsync("unproven.tar")).SourceDerived);
        Assert.IsEmpty(proven.Warnings);
        Assert.AreSequenceEqual(File.ReadAllBytes(_folder["a.tar"]), File.ReadAllBytes(_folder["proven.tar"]));
        Assert.IsFalse(File.Exists(_folder["refused.tar"]));
    }

    /// <summary>Neither a delta nor the joined archive loses the record.</summary>
    [TestMethod]
    public async Task ADelta_AndTheJoinedArchive_HaveIt()
    {
        await ArchiveAsync("base.tar", new BundleSelection { Platforms = [.. PlatformChoice.ParseAll("linux/arm64")] });
        await ArchiveAsync("whole.tar", Selection);
        await ArchiveAsync("delta.tar", Selection, bases: [new DeltaSource.Archive(_folder["base.tar"])]);
        TransferPlan delta = await ReadAsync("delta.tar");
        Assert.IsNotEmpty(delta.SourceDerived);
        Assert.IsNotNull(delta.SourceDelta);
        Assert.IsTrue(DerivedContent.Of(await ReadAsync("whole.tar")).SetEquals(DerivedContent.Of(delta)));

        await ArchiveMerger.MergeAsync(
            [_folder["base.tar"], _folder["delta.tar"]], To("joined.tar"), new TransferOptions(), null, default);

        Assert.AreSequenceEqual(File.ReadAllBytes(_folder["whole.tar"]), File.ReadAllBytes(_folder["joined.tar"]));
    }

    [TestMethod]
    public async Task APlanForShards_KeepsTheRecord_AndRefusesOneOfOthers()
    {
        using Deriver deriver = new(_registry, Selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        TransferPlan plan = await new Relocator(derivation.Over(_registry))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions { EmbedConfigs = true }), default);
        RunPlanEntry entry = await RunPlanWriter.CreateAsync(
            plan, To("a.tar"), new RunPlanChoices(), derivation.Made.Select(made => made.Digest).ToHashSet(), default);
        RunPlanReader reader = new(_registry, "plan.json");

        Assert.IsNotEmpty(plan.Derived);
        Assert.AreSequenceEqual(Words(plan), Words(reader.Read(entry).Plan));
        AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => reader.Read(entry with
        {
            Derived = [.. entry.Derived!.Value, entry.Derived.Value[0] with { Digest = Digest.Compute("other"u8).ToString() }]
        }));
        Assert.AreEqual(ErrorCode.InvalidRunPlan, refused.Code);

        static IEnumerable<string> Words(TransferPlan plan) =>
            plan.Derived.Select(made => $"{made.Digest} {made.From} {string.Join(' ', made.Kept)}");
    }

    /// <summary>
    /// Two indexes leave the same image: the signatures of both are required, and the image's own, if the lock pins it, too.
    /// </summary>
    [TestMethod]
    public async Task AllOriginalsOfAnImage_AreVerified()
    {
        FakeRepository images = _registry.Get($"{GeneratedRepository.Registry}/vendor/unknown");
        Manifest index = images.Manifests.Select(digest => Manifest.Parse(images.BytesOf(digest)))
            .First(manifest => manifest.IsIndex && IndexEditor.Read(manifest).Any(child => child.Platform == "linux/amd64"));
        IndexChild left = IndexEditor.Read(index).First(child => child.Platform == "linux/amd64");
        Manifest other = images.AddManifest(
            IndexEditor.Write(index, [.. IndexEditor.Read(index).Select(child => child == left ? child.Descriptor : null)]), null);
        Digest[] pinned = [index.Digest, other.Digest, left.Descriptor.Digest];
        await PushAsync(
            _registry.Get(GeneratedRepository.Bundle), "v1", pinned.Select(digest => ImageReference.ByDigest(images.Name, digest)));
        BundleSelection selection = Selection with { Flatten = true };
        using Deriver deriver = new(_registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        TransferPlan plan = await new Relocator(derivation.Over(_registry))
            .PlanAsync(derivation.Source, derivation.Planning(new PlanOptions()), default);

        Assert.HasCount(2, plan.Items, "the bundle, and the image that everything became");
        Assert.AreSequenceEqual(
            pinned.Append(derivation.Original.Digest!.Value).Order(),
            derivation.ToVerify(plan, null).Items.Select(item => item.Digest).Order());
    }

    private static BundleSelection Selection => new() { Platforms = [.. PlatformChoice.ParseAll("linux/amd64")] };

    private RelocationDestination.Archive To(string name) => new(_folder[name]);

    // The bundle of packages becomes a nested one, beside its images.
    private async Task NestAsync()
    {
        FakeRepository bundles = _registry.Get(GeneratedRepository.Bundle);
        await PushAsync(bundles, "v1", [ImageReference.ByDigest(bundles.Name, bundles.Tags["v1"])]);
    }

    private static async Task PushAsync(FakeRepository at, string tag, IEnumerable<ImageReference> pinned)
    {
        string images = new ImagesLock([.. pinned.Select(image => new LockedImage(image))]).ToYaml();
        using PackedImage packed = await PackedImage.PackAsync(
            LayerTree.Create([(BundleFile.LockPath, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(images), false)]),
            ImmutableDictionary<string, string>.Empty.Add(BundleLabel.Name, "true"), default);
        foreach (IBlobContent blob in packed.Blobs)
            await at.PushBlobAsync(blob, null, null, default);
        at.AddManifest(packed.Manifest, tag);
    }

    private Task<TransferPlan> ReadAsync(string name) => new Relocator(_registry).PlanAsync(
        new RelocationSource.Archive(_folder[name]), new PlanOptions { EmbedConfigs = true }, default);

    private async Task ArchiveAsync(
        string name, BundleSelection selection, ArchiveFormat format = ArchiveFormat.Imgpkg, ImmutableArray<DeltaSource> bases = default)
    {
        using Deriver deriver = new(_registry, selection, null, 4);
        using Derivation derivation = await deriver.DeriveAsync(ImageReference.Parse($"{GeneratedRepository.Bundle}:v1"), "v1", default);
        Relocator relocator = new(derivation.Over(_registry));
        TransferPlan plan = await relocator.PlanAsync(derivation.Source, derivation.Planning(
            new PlanOptions { EmbedConfigs = true, Bases = bases.IsDefault ? [] : bases }), default);
        await relocator.RunAsync(plan, To(name) with { Format = format }, new TransferOptions(), default);
    }
}
