using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>An interrupted blob resumes where the partial archive ends, and counts only with the right digest.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class BlobResumeTests : WireTestBase
{
    private const int Size = 3_000_000;
    private const int Cut = 2_000_000;

    [TestMethod]
    [DataRow(0)]
    [DataRow(40_000, DisplayName = "zeros at the end, as in a tar")]
    [DataRow(700_000, DisplayName = "more zeros than any padding")]
    public async Task ABlobGoesOnWhereTheFileGotTo(int zeros)
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        byte[] layer = await PushAsync(source, zeros);
        await BreakAsync(source, folder);

        source.Clear();
        await ResumeAsync(source, folder);
        RecordedRequest blob = Assert.ContainsSingle(
            source.Of(RequestKind.BlobGet).Where(request => request.Reference == RegistryWriter.DigestOf(layer)));
        Assert.StartsWith("bytes=", blob.Header("Range"), "a range is asked for");
        // Bytes are written a buffer at a time.
        Assert.IsLessThanOrEqualTo(Size - Cut + (256 * 1024), blob.ResponseBytes);
        await AssertRightAsync(folder);

        // A layer that ends with zeros is still recognised as complete.
        source.Clear();
        File.Move(folder["a.tar"], folder["a.tar.partial"]);
        await ResumeAsync(source, folder);
        Assert.HasCount(zeros > 64 * 1024 ? 1 : 0,
            source.Of(RequestKind.BlobGet).Where(request => request.Reference == RegistryWriter.DigestOf(layer)));
        await AssertRightAsync(folder);
    }

    [TestMethod]
    public async Task BytesLostInAPowerCut_AreFetchedAgain()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        byte[] layer = await PushAsync(source, zeros: 0);
        await BreakAsync(source, folder);

        // Pages that never reached the disk, before others that did.
        using (FileStream file = File.OpenWrite(folder["a.tar.partial"]))
        {
            file.Position = 500_000;
            file.Write(new byte[8192]);
        }

        source.Clear();
        await ResumeAsync(source, folder);
        Assert.HasCount(2, source.Of(RequestKind.BlobGet).Where(request => request.Reference == RegistryWriter.DigestOf(layer)));
        await AssertRightAsync(folder);
    }

    [TestMethod]
    public async Task TwoRunsToOneRepositoryBothEndAndTheResultIsRight()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient one = Client(source);
        using RegistryClient two = Client(source);
        // Neither continues before both are in progress.
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int lists = 0;
        destination.OnRequest = (request, _) =>
        {
            if (request.Kind != RequestKind.TagsList)
                return null;
            if (Interlocked.Increment(ref lists) == 2)
                both.TrySetResult();
            return Fault.Delay(both.Task);
        };
        await Task.WhenAll(new[] { one, two }.Select(
            client => CopyAsync(client, BundleSource("nested-bundle"), Repository(destination.Host, "apps/it"))));
        destination.OnRequest = null;
        await AssertGoldenAsync(destination.Host, "apps/it", "nested-bundle");
        VerificationResult verified = await new Verifier(one).VerifyAsync(
            new RelocationSource.Bundle(ImageReference.Parse($"{destination.Host}/apps/it:v1.0.0")), Token);
        Assert.IsTrue(verified.IsRight, string.Join('\n', verified.Problems));
    }

    private static async Task<byte[]> PushAsync(RegistryFixture source, int zeros)
    {
        byte[] layer = new byte[Size];
        new Random(7).NextBytes(layer);
        layer.AsSpan(Size - zeros).Clear();
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("apps/large", "1", layer);
        return layer;
    }

    private async Task BreakAsync(RegistryFixture source, TempFolder folder)
    {
        source.OnRequest = (request, _) => request.Kind == RequestKind.BlobGet && request.Header("Range") is null
            ? Fault.CutBody(Cut) : request.Kind == RequestKind.BlobGet ? Fault.Status(404) : null;
        using RegistryClient client = Client(source, retries: 1);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, Source(source), new RelocationDestination.Archive(folder["a.tar"])));
        Assert.IsTrue(e.Code is ErrorCode.RegistryUnreachable or ErrorCode.BlobUnknown, e.ToString());
        Assert.IsTrue(File.Exists(folder["a.tar.partial"]));
        source.OnRequest = null;
    }

    private async Task ResumeAsync(RegistryFixture source, TempFolder folder)
    {
        using RegistryClient client = Client(source);
        await CopyAsync(client, Source(source), new RelocationDestination.Archive(folder["a.tar"]),
            transfer: new TransferOptions { Resume = true });
    }

    private static RelocationSource Source(RegistryFixture source) =>
        new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/large:1"));

    private async Task AssertRightAsync(TempFolder folder)
    {
        VerificationResult verified =
            await new Verifier(new FakeRegistry()).VerifyAsync(new RelocationSource.Archive(folder["a.tar"]), Token);
        Assert.IsTrue(verified.IsRight, string.Join('\n', verified.Problems));
    }
}
