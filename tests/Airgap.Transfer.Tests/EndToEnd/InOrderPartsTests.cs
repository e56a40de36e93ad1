using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>If one stream is slow, a long layer goes from registry to registry in parallel parts, in one PUT or in chunks.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class InOrderPartsTests : WireTestBase
{
    private const int PartSize = 256 * 1024;
    private const int Size = (20 * PartSize) + 12_345;

    private static readonly PartRules s_impatient = new()
    {
        Size = PartSize,
        Judged = PartSize,
        Patience = TimeSpan.Zero,
        MostStreams = 4
    };

    [TestMethod]
    [DataRow(16 * 1024 * 1024, RequestKind.UploadPut)]
    [DataRow(1024 * 1024, RequestKind.UploadPatch)]
    public async Task PartsAreSentOnInOrder(int chunk, RequestKind kind)
    {
        await using RegistryFixture source = await PushAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        Counting counting = new();
        await CopyAsync(source, destination, new TransferOptions { PartsInOrder = s_impatient }, chunk, counting);

        RecordedRequest[] parts = Parts(source);
        Assert.IsGreaterThan(10, parts.Length);
        Assert.HasCount(parts.Length, parts.Select(part => part.Header("Range")).Distinct().ToArray());
        Assert.AreEqual(Size, counting.Moved);
        Assert.IsGreaterThan(Size / 2, destination.Of(kind).Sum(request => request.RequestBytes));
        await AssertRightAsync(destination);
    }

    [TestMethod]
    public async Task ASpoiledPartIsNotKeptByTheDestination()
    {
        await using RegistryFixture source = await PushAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        int parts = 0;
        source.OnRequest = (request, _) => IsPart(request) && Interlocked.Increment(ref parts) == 5 ? Fault.CorruptBody(77) : null;
        Counting counting = new();
        await CopyAsync(source, destination, new TransferOptions { PartsInOrder = s_impatient }, 1024 * 1024, counting);
        Assert.AreEqual(Size, counting.Moved, "what was wrong is taken back");
        await AssertRightAsync(destination);
    }

    [TestMethod]
    public async Task ABrokenPartAndABrokenUploadGoOn()
    {
        await using RegistryFixture source = await PushAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        int parts = 0;
        int chunks = 0;
        source.OnRequest = (request, _) => IsPart(request) && Interlocked.Increment(ref parts) == 5 ? Fault.CutBody(1000) : null;
        destination.OnRequest = (request, _) =>
            request.Kind == RequestKind.UploadPatch && Interlocked.Increment(ref chunks) == 3 ? Fault.TruncateUpload(300_000) : null;
        await CopyAsync(source, destination, new TransferOptions { PartsInOrder = s_impatient }, 1024 * 1024);
        await AssertRightAsync(destination);
    }

    [TestMethod]
    public async Task WithTheUsualRulesAQuickSourceIsReadByOneStream()
    {
        await using RegistryFixture source = await PushAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        await CopyAsync(source, destination, new TransferOptions(), 16 * 1024 * 1024);
        Assert.IsEmpty(Parts(source));
    }

    private static async Task<RegistryFixture> PushAsync()
    {
        RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        byte[] layer = new byte[Size];
        new Random(12).NextBytes(layer);
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("apps/large", "1", layer);
        source.Clear();
        return source;
    }

    private static bool IsPart(RecordedRequest request) =>
        request.Kind == RequestKind.BlobGet && request.Header("Range") is { } range && !range.EndsWith('-');

    private static RecordedRequest[] Parts(RegistryFixture source) => [.. source.Of(RequestKind.BlobGet).Where(IsPart)];

    private async Task CopyAsync(
        RegistryFixture source, RegistryFixture destination, TransferOptions options, int chunk, ITransferObserver? observer = null)
    {
        using RegistryClient client = new(
            new RegistryOptions { RetryCount = 3, UploadChunkBytes = chunk, RetryDelay = TimeSpan.FromMilliseconds(1) },
            CredentialSources.CreateDefault(new CredentialOptions { Environment = new Dictionary<string, string>() }));
        await CopyAsync(
            client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/large:1")),
            Repository(destination.Host, "a/b"), transfer: options, observer: observer);
    }

    private static async Task AssertRightAsync(RegistryFixture destination)
    {
        using RegistryContent content = RegistryContent.At(destination.Host);
        string tag = (await content.TagsAsync("a/b"))[0];
        await content.AssertCompleteAsync("a/b", tag);
    }

    private sealed class Counting : ITransferObserver
    {
        private long _moved;

        public long Moved => Interlocked.Read(ref _moved);

        public void BlobProgress(Descriptor blob, long bytes)
        {
            if (blob.Size == Size)
                Interlocked.Add(ref _moved, bytes);
        }
    }
}
