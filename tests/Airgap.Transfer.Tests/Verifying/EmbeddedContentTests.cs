using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.Verifying;

/// <summary>
/// An image whose manifest embeds its config and its layer (<c>data</c>): a cluster reads the registry's bytes, so those count.
/// </summary>
[TestClass]
public sealed class EmbeddedContentTests : RelocatorTestBase
{
    private const string Place = "mirror.local/apps/embedded";

    private static readonly byte[] s_config = """{"architecture":"amd64","os":"linux"}"""u8.ToArray();
    private static readonly byte[] s_layer = "a small layer"u8.ToArray();

    private readonly RelocationSource _source;

    public EmbeddedContentTests()
    {
        FakeRepository repository = Registry.Get("registry.example/embedded");
        _source = new RelocationSource.Image(ImageReference.ByDigest(
            repository.Name, repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{{{Embed(MediaTypes.OciConfig, s_config)}}},
            "layers":[{{{Embed(MediaTypes.OciLayer, s_layer)}}}]}
            """)), tag: null).Digest));

        string Embed(string type, byte[] content) =>
            $$"""{"mediaType":"{{type}}","digest":"{{repository.AddBlob(content)}}","size":{{content.Length}},"data":"{{Convert.ToBase64String(content)}}"}""";
    }

    private FakeRepository There => Registry.Get(Place);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Verify_FindsABlobThatTheRegistryLost(bool isConfig)
    {
        await CopyToRepositoryAsync(_source, Place);
        There.Remove(BlobOf(isConfig));

        Assert.AreEqual(ErrorCode.BlobUnknown, (await VerifyAsync()).Problems.Single().Code);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Verify_FindsAFlippedBit(bool isConfig)
    {
        await CopyToRepositoryAsync(_source, Place);
        There.Corrupt(BlobOf(isConfig));

        Assert.AreEqual(ErrorCode.DigestMismatch, (await VerifyAsync()).Problems.Single().Code);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ASecondCopy_SendsWhatTheRegistryLost(bool isConfig)
    {
        await CopyToRepositoryAsync(_source, Place);
        There.Remove(BlobOf(isConfig));

        TransferResult result = await CopyToRepositoryAsync(_source, Place);

        Assert.AreEqual(1, result.Total(BlobOutcome.Copied).Count);
        Assert.IsTrue((await VerifyAsync()).IsRight);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task ARepair_SendsWhatIsDamaged(bool isConfig)
    {
        await CopyToRepositoryAsync(_source, Place);
        There.Corrupt(BlobOf(isConfig));
        Registry.Hook = (operation, repository, what) =>
        {
            // This registry replaces what it has.
            if (operation == "push-blob" && repository.ToString() == Place)
                There.Remove(Digest.Parse(what));
            return Task.CompletedTask;
        };

        TransferResult result = await CopyToRepositoryAsync(_source, Place, null, new TransferOptions { Repair = true });

        Assert.AreEqual(1, result.Total(BlobOutcome.Copied).Count);
        Assert.IsTrue((await VerifyAsync()).IsRight);
    }

    private static Digest BlobOf(bool isConfig) => Digest.Compute(isConfig ? s_config : s_layer);

    private Task<VerificationResult> VerifyAsync() => new Verifier(Registry).VerifyAsync(
        new RelocationSource.Image(ImageReference.ByDigest(RepositoryName.Parse(Place), There.Manifests.Single())), Token);
}
