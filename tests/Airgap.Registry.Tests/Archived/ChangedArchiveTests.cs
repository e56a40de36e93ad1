using System.Collections.Concurrent;
using System.Security.Cryptography;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Registry.Archives;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Transfers.Parts;

namespace Airgap.Registry.Tests.Archived;

/// <summary>If an archive is replaced, truncated or changed while it is served, requests fail, and none returns wrong bytes.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ChangedArchiveTests
{
    private readonly byte[] _layer = RandomNumberGenerator.GetBytes(1_000_000);

    [TestMethod]
    public async Task AReplacedFile_ChangesNothing()
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        File.WriteAllBytes(temp["other"], new byte[5000]);
        File.Move(temp["other"], temp["a.tar"], overwrite: true);
        await served.Content.AssertCompleteAsync("apps/app", "1");
        Assert.AreEqual(200, (await served.GetAsync("/health")).Status);
    }

    [TestMethod]
    public async Task ATruncatedArchive_ServesNoBlob_AndIsUnhealthy()
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        using (FileStream file = new(temp["a.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(file.Length / 2);
        string path = $"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}";
        foreach (string range in (string[])["bytes=0-", "bytes=10-20", "bytes=900000-"])
        {
            Answer answer = await served.GetAsync(path, ("Range", range));
            Assert.AreEqual(410, answer.Status, range);
            Assert.IsNull(answer["ETag"]);
            Assert.IsNull(answer["Cache-Control"]);
            Assert.IsNull(answer["Content-Range"]);
        }

        Assert.AreEqual(410, (await served.SendAsync("HEAD", path)).Status, "it is not there");
        Assert.AreEqual(503, (await served.GetAsync("/health")).Status);
    }

    [TestMethod]
    [DataRow(1_000_000 - 1)]
    [DataRow(0)]
    [DataRow(500_000)]
    public async Task AChangedByte_IsDetected_EvenIfTheFileTimeIsUnchanged(int at)
    {
        using TempFolder temp = new();
        await using Api served = await ServeAsync(temp);
        DateTime modified = File.GetLastWriteTimeUtc(temp["a.tar"]);
        byte[] bytes = File.ReadAllBytes(temp["a.tar"]);
        int start = bytes.AsSpan().IndexOf(_layer.AsSpan(0, 64));
        using (FileStream file = new(temp["a.tar"], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            file.Position = start + at;
            file.WriteByte((byte)(_layer[at] ^ 1));
        }

        File.SetLastWriteTimeUtc(temp["a.tar"], modified);
        await Assert.ThrowsAsync<HttpRequestException>(() => served.GetAsync($"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}"));
    }

    [TestMethod]
    public async Task AChangedSmallBlob_IsAnErrorWithAReason()
    {
        using TempFolder temp = new();
        byte[] small = [7, 7, 7, 7, 7, 7, 7];
        await using Api served = await ServeAsync(temp, small);
        DateTime modified = File.GetLastWriteTimeUtc(temp["a.tar"]);
        byte[] bytes = File.ReadAllBytes(temp["a.tar"]);
        bytes[bytes.AsSpan().IndexOf(small)] = 8;
        using (FileStream file = new(temp["a.tar"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.Write(bytes);
        File.SetLastWriteTimeUtc(temp["a.tar"], modified);
        (await served.GetAsync($"/v2/apps/app/blobs/{RegistryWriter.DigestOf(small)}")).AssertError(410, "UNSUPPORTED");
    }

    [TestMethod]
    public async Task ATruncatedPart_ServesNothing_ButOtherPartsDo()
    {
        using TempFolder temp = new();
        await (await ServeAsync(temp)).DisposeAsync();
        await new PartSplitter(ArchiveDisk.System).SplitAsync(temp["a.tar"], temp["a.tar"], 300_000, CancellationToken.None);
        File.Delete(temp["a.tar"]);
        await using Api served = await ServedBench.ServeAsync(temp["a.tar"]);
        string path = $"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}";
        using (FileStream file = new(temp["a.tar.003"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            file.SetLength(1000);
        Assert.AreEqual(410, (await served.GetAsync(path)).Status);
        Assert.AreEqual(410, (await served.GetAsync(path, ("Range", "bytes=650000-650010"))).Status);
        Answer answer = await served.GetAsync(path, ("Range", "bytes=290000-310000"));
        Assert.AreEqual(206, answer.Status);
        CollectionAssert.AreEqual(_layer[290_000..310_001], answer.Body);
        Assert.AreEqual(503, (await served.GetAsync("/health")).Status);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public async Task ABlobOfAChangedArchive_IsServedFromAnother(int changed)
    {
        using TempFolder temp = new();
        await WriteArchiveAsync(temp["0.tar"], _layer);
        File.Copy(temp["0.tar"], temp["1.tar"]);
        ConcurrentQueue<Diagnostic> warnings = [];
        await using Api served = await ServedBench.ServeAsync(
            options => options with { Warning = warnings.Enqueue }, new ArchiveToServe(temp["0.tar"]), new ArchiveToServe(temp["1.tar"]));
        warnings.Clear();
        string path = $"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}";
        File.AppendAllText(temp[$"{changed}.tar"], "more");

        CollectionAssert.AreEqual(_layer, (await served.GetAsync(path)).Body);
        CollectionAssert.AreEqual(_layer[10..21], (await served.GetAsync(path, ("Range", "bytes=10-20"))).Body);
        Assert.AreEqual(200, (await served.SendAsync("HEAD", path)).Status);
        Assert.AreEqual(503, (await served.GetAsync("/health")).Status, "it says which archive has changed");
        Assert.AreEqual(changed == 0 ? 1 : 0, warnings.Count(told => told.Code == ErrorCode.ServedArchiveChanged));

        File.AppendAllText(temp[$"{1 - changed}.tar"], "more");
        (await served.GetAsync(path)).AssertError(410, "UNSUPPORTED");
    }

    [TestMethod]
    public async Task AClientGivesUpAtOnce_AndTheOperatorIsToldOnce()
    {
        using TempFolder temp = new();
        await WriteArchiveAsync(temp["a.tar"], _layer);
        ConcurrentQueue<Diagnostic> warnings = [];
        int requests = 0;
        await using Api served = await ServedBench.ServeAsync(
            options => options with
            {
                Warning = warnings.Enqueue,
                Interceptor = (context, next) =>
                {
                    if (context.Request.Path.Value!.Contains("/blobs/", StringComparison.Ordinal))
                        Interlocked.Increment(ref requests);
                    return next(context);
                },
            },
            new ArchiveToServe(temp["a.tar"]));
        warnings.Clear();
        File.AppendAllText(temp["a.tar"], "more");
        using RegistryClient client = ServedBench.NewClient();
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{served.Registry.Host}/apps/app"));
        Descriptor layer = new("application/octet-stream", Digest.Compute(_layer), _layer.Length);
        for (int run = 1; run <= 2; run++)
        {
            AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(async () =>
            {
                await using Stream stream = await repository.GetBlob(layer).OpenAsync(0, CancellationToken.None);
                await stream.CopyToAsync(Stream.Null);
            });
            Assert.AreEqual(ErrorCode.RegistryRefused, refused.Code, refused.Message);
            Assert.Contains("The archive that the registry serves has changed", refused.Message);
            Assert.AreEqual(run, requests);
        }

        Diagnostic told = Assert.ContainsSingle(warnings);
        Assert.AreEqual(ErrorCode.ServedArchiveChanged, told.Code);
        Assert.Contains(temp["a.tar"], told.Message);
        Assert.Contains("start it again", told.Advice);
        (await served.GetAsync($"/v2/apps/app/blobs/{RegistryWriter.DigestOf(_layer)}")).AssertError(410, "UNSUPPORTED");
    }

    private async Task<Api> ServeAsync(TempFolder temp, byte[]? layer = null)
    {
        await WriteArchiveAsync(temp["a.tar"], layer ?? _layer);
        return await ServedBench.ServeAsync(temp["a.tar"]);
    }

    /// <summary>Writes an archive of one image, which is served as <c>apps/app</c>.</summary>
    internal static async Task WriteArchiveAsync(string path, byte[] layer)
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        await writer.PushImageAsync("a/app", "1", layer);
        using RegistryClient client = ServedBench.NewClient();
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Image(ImageReference.Parse($"{source.Host}/a/app:1")), new PlanOptions
            {
                EmbedConfigs = true
            }, CancellationToken.None);
        await relocator.RunAsync(plan, new RelocationDestination.Archive(path), new TransferOptions(), CancellationToken.None);
    }
}
