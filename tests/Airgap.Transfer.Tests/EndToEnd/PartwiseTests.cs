using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;
using Microsoft.AspNetCore.Http;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// A long layer on a slow line is fetched in parallel parts if the registry supports ranges; the result is the same as from one
/// stream.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PartwiseTests : WireTestBase
{
    private const int PartSize = 512 * 1024;
    private const int Parts = 10;
    private const int Size = (Parts * PartSize) + 12_345;

    private static readonly PartRules s_impatient = new() { Size = PartSize, Patience = TimeSpan.Zero, MostStreams = 4 };

    // A held answer waits for other parts, and those for the disk: the client's patience must not decide a test.
    private static readonly TimeSpan s_patient = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void Clean() => _folder.Dispose();

    [TestMethod]
    public async Task PartsComeSideBySide()
    {
        await using RegistryFixture source = await StartAsync();

        // No request gets a response before four parts are requested.
        TaskCompletionSource four = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        source.OnRequest = (request, _) =>
        {
            if (!IsPart(request))
                return null;
            if (Interlocked.Increment(ref asked) == 5)
                four.TrySetResult();
            // The first part arrives before others are requested.
            return asked == 1 ? null : Fault.Delay(four.Task);
        };
        TransferResult result = await CopyAsync(source);
        Assert.AreEqual(1, result.Total(BlobOutcome.Copied).Count - 1, "the layer, beside the config");

        RecordedRequest[] gets = Gets(source);
        Assert.IsNull(gets[0].Header("Range"), "the layer is begun by one stream");
        string[] ranges = [.. gets[1..].Select(get => get.Header("Range")!)];
        string[] expected = [.. Enumerable.Range(1, Parts)
            .Select(part => $"bytes={part * PartSize}-{Math.Min((part + 1) * PartSize, Size) - 1}")];
        Assert.AreSequenceEqual(expected.Order(), ranges.Order(), "each part once");
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task AShortLayerAndAQuickOneComeByOneStream()
    {
        await using RegistryFixture source = await StartAsync();
        await CopyAsync(source, s_impatient with { Size = 4 * 1024 * 1024 });
        await CopyAsync(source, s_impatient with { Patience = TimeSpan.FromHours(1) });
        Assert.IsTrue(Gets(source).All(get => get.Header("Range") is null));
        Assert.HasCount(2, Gets(source));
    }

    [TestMethod]
    public async Task WithoutASparePlaceOneStreamGoesOn()
    {
        await using RegistryFixture source = await StartAsync();
        await CopyAsync(source, concurrency: 1);
        Assert.HasCount(1, Gets(source));
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task ARegistryWithoutRangesIsAskedForAPartOnce()
    {
        await using RegistryFixture source = await StartAsync();
        source.OnRequest = (request, context) =>
        {
            if (request.Kind == RequestKind.BlobGet)
                context.Request.Headers.Range = default;
            return null;
        };
        await CopyAsync(source);
        Assert.HasCount(2, Gets(source), "the stream that went on, and the question");
        await AssertRightAsync();
    }

    [TestMethod]
    [DataRow(403)]
    [DataRow(416)]
    public async Task ARegistryThatRefusesRangesIsAskedForAPartOnce(int status)
    {
        await using RegistryFixture source = await StartAsync();
        source.OnRequest = (request, _) => IsPart(request) ? Fault.Status(status) : null;
        await CopyAsync(source);
        Assert.HasCount(2, Gets(source));
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task ARegistryThatStopsGivingPartsIsReadToTheEndByOneStream()
    {
        await using RegistryFixture source = await StartAsync();
        // The fourth part is refused after the next three have arrived: those are fetched again, but were already counted.
        source.OnRequest = Part4Last((context, others) =>
        {
            context.Request.Headers.Range = default;
            return Fault.Delay(others);
        });
        Counting counting = new();
        await CopyAsync(source, observer: counting);
        Assert.AreEqual(Size, counting.Moved, "each byte counts once");
        Assert.IsTrue(Gets(source).Any(get => get.Header("Range") is { } range && range.EndsWith('-')), "the rest is asked for");
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task ABrokenPartGoesOnWhereItBroke()
    {
        await using RegistryFixture source = await StartAsync();
        source.OnRequest = (request, _) => request.Header("Range") == Part(3) ? Fault.CutBody(100_000) : null;
        await CopyAsync(source);
        Assert.ContainsSingle(Gets(source).Where(get => get.Header("Range") == $"bytes={(3 * PartSize) + 100_000}-{(4 * PartSize) - 1}"));
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task ASpoiledPartIsFoundAndTheLayerFetchedAgainByOneStream()
    {
        await using RegistryFixture source = await StartAsync();
        source.OnRequest = (request, _) => request.Header("Range") == Part(5) ? Fault.CorruptBody(77) : null;
        Counting counting = new();
        await CopyAsync(source, observer: counting);
        Assert.AreEqual(Size, counting.Moved, "what was wrong is taken back");
        Assert.HasCount(2, Gets(source).Where(get => get.Header("Range") is null));
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task AFailureLeavesABeginningThatAResumedRunGoesOnFrom()
    {
        await using RegistryFixture source = await StartAsync();

        // Part 4 fails after the next three have arrived: a hole with bytes after it.
        source.OnRequest = Part4Last((_, others) => Fault.Delay(others, Fault.Status(404)));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyAsync(source));
        Assert.AreEqual(ErrorCode.BlobUnknown, e.Code, e.Message);
        Assert.IsFalse(File.Exists(_folder["a.tar"]));

        source.OnRequest = null;
        source.Clear();
        await CopyAsync(source, new PartRules(), resume: true);
        // The last request of the first run may reach the registry only now.
        RecordedRequest rest = Assert.ContainsSingle(Gets(source).Where(get => !IsPart(get)));
        Assert.AreEqual($"bytes={4 * PartSize}-", rest.Header("Range"), "from the hole on, not from the last byte on");
        await AssertRightAsync();
    }

    [TestMethod]
    public async Task AResumedRunUsesParts()
    {
        await using RegistryFixture source = await StartAsync();
        source.OnRequest = (request, _) => request.Kind != RequestKind.BlobGet
            ? null : request.Header("Range") is null ? Fault.CutBody(PartSize + 1000) : Fault.Status(404);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyAsync(source, new PartRules()));
        source.OnRequest = null;
        source.Clear();
        await CopyAsync(source, resume: true);
        Assert.IsGreaterThan(5, Gets(source).Length);
        Assert.IsLessThan(Size, Gets(source)[1..].Sum(get => get.ResponseBytes));
        await AssertRightAsync();
    }

    private static async Task<RegistryFixture> StartAsync()
    {
        RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        byte[] layer = new byte[Size];
        new Random(11).NextBytes(layer);
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("apps/large", "1", layer);
        return source;
    }

    private static string Part(int number) => $"bytes={number * PartSize}-{((number + 1) * PartSize) - 1}";

    // Responds to the request for part 4 when part 7, the last of the parallel parts, has been sent.
    private static Func<RecordedRequest, HttpContext, Fault?> Part4Last(Func<HttpContext, Task, Fault> answer)
    {
        TaskCompletionSource others = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return (request, context) =>
        {
            if (request.Header("Range") == Part(7))
                context.Response.OnCompleted(() => Task.FromResult(others.TrySetResult()));
            return request.Header("Range") == Part(4) ? answer(context, others.Task) : null;
        };
    }

    private static bool IsPart(RecordedRequest request) =>
        request.Kind == RequestKind.BlobGet && request.Header("Range") is { } range && !range.EndsWith('-');

    // The config is also a blob.
    private static RecordedRequest[] Gets(RegistryFixture source) =>
        [.. source.Of(RequestKind.BlobGet).GroupBy(get => get.Reference)
            .OrderByDescending(blob => blob.Sum(get => get.ResponseBytes)).First()];

    private async Task<TransferResult> CopyAsync(
        RegistryFixture source, PartRules? rules = null, int concurrency = 8, bool resume = false,
        ITransferObserver? observer = null)
    {
        using RegistryClient client = Client(source, retries: 2, headerTimeout: s_patient);
        return await CopyAsync(
            client,
            new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/large:1")),
            new RelocationDestination.Archive(_folder["a.tar"]),
            transfer: new TransferOptions { Parts = rules ?? s_impatient, Concurrency = concurrency, Resume = resume },
            observer: observer);
    }

    private async Task AssertRightAsync()
    {
        VerificationResult verified =
            await new Verifier(new FakeRegistry()).VerifyAsync(new RelocationSource.Archive(_folder["a.tar"]), Token);
        Assert.IsTrue(verified.IsRight, string.Join('\n', verified.Problems));
    }

    private sealed class Counting : ITransferObserver
    {
        private long _moved;

        public long Moved => Interlocked.Read(ref _moved);

        public void BlobProgress(Airgap.Oci.Content.Descriptor blob, long bytes)
        {
            if (blob.Size == Size)
                Interlocked.Add(ref _moved, bytes);
        }
    }
}
