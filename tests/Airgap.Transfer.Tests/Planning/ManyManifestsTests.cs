using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Files;
using Airgap.Transfer.Planning;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>Manifests of the largest size that registries accept, in any number: memory does not grow with the number.</summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
[DoNotParallelize]
public sealed class ManyManifestsTests : RelocatorTestBase
{
    // AIRGAP_MANIFESTS=N sets another number for the last size, of 4 MiB each.
    private static readonly int s_most = int.TryParse(Environment.GetEnvironmentVariable("AIRGAP_MANIFESTS"), out int most) ? most : 100;

    private const int Padding = (4 * 1024 * 1024) - 1024;

    [TestMethod]
    public async Task APlanAndItsArchiveHoldNoMoreOfAHundredThanOfTen()
    {
        List<long> held = [];
        foreach (int count in new[] { 10, 40, s_most })
        {
            using TempFolder folder = new();
            LargeImages images = new(count);
            Relocator relocator = new(images);
            TransferPlan plan = await relocator.PlanAsync(
                images.Source(folder["images.yml"]), new PlanOptions { EmbedConfigs = true }, Token);
            await relocator.RunAsync(plan, new RelocationDestination.Archive(folder["a.tar"]), new(), Token);
            TransferPlan read = await relocator.PlanAsync(new RelocationSource.Archive(folder["a.tar"]), new PlanOptions(), Token);
            held.Add(GC.GetTotalMemory(forceFullCollection: true));
            Assert.HasCount(count, plan.Items);
            Assert.AreSequenceEqual(plan.Items.Select(item => item.Digest), read.Items.Select(item => item.Digest));
            Assert.AreEqual(images.Manifest(0).Digest,
                Digest.Compute(read.Items.Single(item => item.Digest == images.Manifest(0).Digest).Content.Manifest.Bytes.Span));
            Assert.IsTrue((await new Verifier(images).VerifyAsync(new RelocationSource.Archive(folder["a.tar"]), Token)).IsRight);
        }

        // The last two sizes differ by sixty manifests of 4 MiB; the other memory of the process, such as pooled buffers, varies by less
        // than a quarter of that.
        Assert.IsLessThan(held[0] + (2 * ByteStore.DefaultBudget) + (64 * 1024 * 1024), held[2], string.Join(", ", held));
        Assert.IsLessThan(held[1] + (64 * 1024 * 1024), held[2], string.Join(", ", held));
    }

    [TestMethod]
    [DataRow("nested-bundle")]
    [DataRow("index-bundle")]
    public async Task AnArchiveOfAPlanOnTheDiskIsTheSameToTheByte(string bundle)
    {
        using TempFolder folder = new();
        PlanOptions options = new() { EmbedConfigs = true };
        await CopyToArchiveAsync(BundleSource(bundle), folder["memory.tar"], options);
        await CopyToArchiveAsync(BundleSource(bundle), folder["disk.tar"], options with { HeldInMemory = 0 });
        Assert.AreSequenceEqual(
            await File.ReadAllBytesAsync(folder["memory.tar"], Token), await File.ReadAllBytesAsync(folder["disk.tar"], Token));
        await CopyToRepositoryAsync(BundleSource(bundle), "mirror.local/memory", options);
        await CopyToRepositoryAsync(BundleSource(bundle), "mirror.local/disk", options with { HeldInMemory = 0 });
        Assert.AreEqual(TagLines("mirror.local/memory"), TagLines("mirror.local/disk"));
    }

    [TestMethod]
    public void SpilledManifests_HaveNoName_AndAreReadBack()
    {
        using TempFolder folder = new();
        ByteStore store = new(budget: 10, folder: folder.Path);
        byte[][] all = [.. Enumerable.Range(0, 50).Select(i => Encoding.ASCII.GetBytes(new string('x', i)))];
        StoredBytes[] held = [.. all.Select(bytes => store.Hold(bytes, Digest.Compute(bytes)))];
        Assert.AreEqual(all.Sum(bytes => bytes.Length) - 10, store.Spilled);
        if (!OperatingSystem.IsWindows())
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
        foreach ((byte[] bytes, StoredBytes kept) in all.Zip(held))
        {
            Assert.AreEqual(bytes.Length, kept.Length);
            Assert.AreSequenceEqual(bytes, kept.Bytes.ToArray());
        }

        // Stored under another digest, as if the disk had changed it.
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => _ = store.Hold(all[20], Digest.Compute(all[21])).Bytes);
        Assert.AreEqual(ErrorCode.FileFailure, e.Code);
    }

    [TestMethod]
    public void WithoutADiskMemoryIsUsedUpToALimit()
    {
        using TempFolder folder = new();
        ByteStore store = new(budget: 10, limit: 100, folder["none"]);
        byte[] bytes = new byte[40];
        store.Hold(bytes, Digest.Compute(bytes));
        store.Hold(bytes, Digest.Compute(bytes));
        AirgapException e = Assert.ThrowsExactly<AirgapException>(() => store.Hold(bytes, Digest.Compute(bytes)));
        Assert.AreEqual(ErrorCode.TooManyManifests, e.Code);
        Assert.Contains(
            $"No temporary file can be written to the folder '{folder["none"]}': there is no such folder.", e.Message);
        Assert.Contains("TMPDIR", e.Advice);
        Assert.AreEqual(0, store.Spilled);
    }

    [TestMethod]
    public async Task AWaiterForALostBlob_AsksItsOwnRepository()
    {
        byte[] bytes = "a small blob"u8.ToArray();
        FakeRepository has = Registry.Get("r.local/has");
        Descriptor blob = new(MediaTypes.OciConfig, has.AddBlob(bytes), bytes.Length);
        TaskCompletionSource asked = new();
        TaskCompletionSource answer = new();
        Registry.Hook = async (_, repository, _) =>
        {
            if (repository.Path != "lost")
                return;
            asked.SetResult();
            await answer.Task;
        };
        using SourceReader reader = new(Registry, concurrency: 8);
        Task<StoredBytes> lost = reader.ReadSmallBlobAsync(RepositoryName.Parse("r.local/lost"), blob, Token);
        await asked.Task;
        Task<StoredBytes> found = reader.ReadSmallBlobAsync(RepositoryName.Parse("r.local/has"), blob, Token);
        answer.SetResult();
        Assert.AreSequenceEqual(bytes, (await found).Bytes.ToArray());
        Assert.AreEqual(ErrorCode.BlobUnknown, (await Assert.ThrowsExactlyAsync<AirgapException>(() => lost)).Code);
    }

    /// <summary>A registry that makes its manifests when they are requested, so that it keeps none in memory.</summary>
    private sealed class LargeImages(int count) : IRegistry
    {
        private static readonly byte[] s_config = "{}"u8.ToArray();
        private static readonly RepositoryName s_name = RepositoryName.Parse("r.local/many");
        private readonly Digest[] _digests = [.. Enumerable.Range(0, count).Select(i => Make(i).Digest)];

        public IImageRepository GetRepository(RepositoryName name) => new Repository(this);

        public Manifest Manifest(int number) => Make(number);

        public RelocationSource Source(string path)
        {
            File.WriteAllText(
                path,
                "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: " +
                $"ImagesLock\nimages:\n{string.Concat(_digests.Select(digest => $"- image: {s_name}@{digest}\n"))}");
            return new RelocationSource.Lock(path);
        }

        private static Manifest Make(int number) => Oci.Content.Manifest.Parse(Encoding.ASCII.GetBytes(
            $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","size":2,"digest":"{{{Digest.Compute(s_config)}}}"},"layers":[],"annotations":{"number":"{{{number.ToString(CultureInfo.InvariantCulture)}}}","padding":"{{{new string('x', Padding)}}}"}}"""));

        private sealed class Repository(LargeImages images) : IImageRepository
        {
            public RepositoryName Name => s_name;

            public Task<Descriptor?> ResolveAsync(string tagOrDigest, CancellationToken cancellationToken) =>
                Task.FromResult<Descriptor?>(null);

            public Task<Manifest?> FindManifestAsync(string tagOrDigest, CancellationToken cancellationToken) =>
                Task.FromResult(Array.FindIndex(images._digests, digest => digest.ToString() == tagOrDigest) is >= 0 and var number
                    ? Make(number) : null);

            public IBlobContent GetBlob(Descriptor descriptor) => new MemoryBlobContent(descriptor, s_config);

            public Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken) => Task.FromResult(true);

            public Task<BlobOutcome> PushBlobAsync(
                IBlobContent content, RepositoryName? mountFrom, IProgress<long>? progress, CancellationToken cancellationToken) =>
                throw new NotSupportedException();

            public Task PushManifestAsync(Manifest manifest, string? tag, CancellationToken cancellationToken) =>
                throw new NotSupportedException();

            public IAsyncEnumerable<string> ListTagsAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();
        }
    }
}
