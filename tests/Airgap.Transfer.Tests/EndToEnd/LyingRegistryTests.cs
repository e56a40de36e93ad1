using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Microsoft.AspNetCore.Http;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>A source that returns wrong content is detected, and none of that content gets a tag at the destination.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LyingRegistryTests : WireTestBase
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task BytesThatWereSpoiledOnceAreFetchedAgain(bool toArchive)
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        HashSet<string> spoiled = [];
        source.OnRequest = (request, _) =>
        {
            lock (spoiled)
                return request.Kind is RequestKind.BlobGet or RequestKind.ManifestGet && spoiled.Add(request.PathAndQuery)
                    ? Fault.CorruptBody(40) : null;
        };
        using TempFolder folder = new();
        using RegistryClient client = Client(source);
        TransferResult result = await CopyAsync(
            client, BundleSource("nested-bundle"),
            toArchive ? new RelocationDestination.Archive(folder["it.tar"]) : Repository(destination.Host, "apps/it"));

        // A body of less than 41 bytes was passed unchanged.
        Assert.IsGreaterThan(spoiled.Count / 2, client.Statistics.Retries);
        Assert.AreEqual(client.Statistics.Retries, result.Retries, "every retry is in the result");
        if (toArchive)
            await Fixtures.AssertGoldenAsync("nested-bundle.tar", folder["it.tar"]);
        else
            await AssertGoldenAsync(destination.Host, "apps/it", "nested-bundle");
    }

    [TestMethod]
    public async Task IndexesWithinIndexesEnd()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        Pushed top = await writer.PushImageAsync("apps/bomb", null, [1, 2, 3]);
        for (int depth = 0; depth < 20; depth++)
            top = await writer.PushIndexAsync("apps/bomb", depth == 19 ? "v1" : null, top);
        AirgapException e = await FailAsync(source, "apps/bomb:v1");
        Assert.AreEqual(ErrorCode.InvalidManifest, e.Code, e.Message);
        Assert.Contains("apps/bomb", e.Message);
    }

    [TestMethod]
    public async Task AnIndexThatListsItselfIsNotItself()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        Pushed image = await writer.PushImageAsync("apps/ring", null, [1, 2, 3]);
        Pushed index = await writer.PushIndexAsync("apps/ring", "v1", image);
        using RegistryContent content = RegistryContent.At(source.Host);
        byte[] bytes = (await content.ManifestAsync("apps/ring", index.Digest)).Bytes;
        source.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet && request.Reference == image.Digest
            ? Manifest(bytes, RegistryWriter.OciIndex) : null;
        AirgapException e = await FailAsync(source, "apps/ring:v1");
        Assert.AreEqual(ErrorCode.DigestMismatch, e.Code, e.Message);
        Assert.Contains(image.Digest, e.Message);
    }

    [TestMethod]
    public async Task AHeaderDoesNotMakeAnIndexOfAnImage()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        Pushed image = await writer.PushImageAsync("apps/mask", "v1", [1, 2, 3]);
        using RegistryContent content = RegistryContent.At(source.Host);
        byte[] bytes = (await content.ManifestAsync("apps/mask", image.Digest)).Bytes;
        source.OnRequest = (request, _) => request.Kind == RequestKind.ManifestGet ? Manifest(bytes, RegistryWriter.OciIndex) : null;
        AirgapException e = await FailAsync(source, "apps/mask:v1");
        Assert.AreEqual(ErrorCode.InvalidManifest, e.Code, e.Message);
    }

    [TestMethod]
    public async Task ABlobWithoutEndIsCutAtItsSize()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("apps/flood", "v1", [.. Enumerable.Repeat((byte)7, 5 * 1024 * 1024)]);
        source.OnRequest = (request, _) => request.Kind == RequestKind.BlobGet ? Fault.Custom(async (context, _) =>
        {
            byte[] much = new byte[64 * 1024];
            Array.Fill(much, (byte)7);
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(much, context.RequestAborted);
        }) : null;
        AirgapException e = await FailAsync(source, "apps/flood:v1");
        Assert.IsTrue(e.Code is ErrorCode.SizeMismatch or ErrorCode.DigestMismatch, e.Message);
    }

    private static Fault Manifest(byte[] bytes, string mediaType) => Fault.Custom(async (context, _) =>
    {
        context.Response.ContentType = mediaType;
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    });

    private async Task<AirgapException> FailAsync(RegistryFixture source, string image)
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(source);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => CopyAsync(
            client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/{image}")), Repository(destination.Host, "apps/it")));
        Assert.IsEmpty(destination.Of(RequestKind.ManifestPut), "nothing has a name there");
        Assert.IsFalse(string.IsNullOrWhiteSpace(e.Advice));
        return e;
    }
}
