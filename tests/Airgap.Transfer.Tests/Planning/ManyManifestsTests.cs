using System.Globalization;
using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Planning;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>A plan is held in memory: a thousand manifests of the largest size that registries take are not one.</summary>
[TestClass]
public sealed class ManyManifestsTests : RelocatorTestBase
{
    [TestMethod]
    public async Task MoreThanAPlanHoldsAreRefused()
    {
        FakeRepository repository = Registry.Get("r.local/many");
        Digest config = repository.AddBlob("{}"u8.ToArray());
        for (int i = 0; i < 4; i++)
        {
            string json = $$$"""{"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","size":2,"digest":"{{{config}}}"},"layers":[],"annotations":{"a":"{{{new string('x', 1000)}}}{{{i}}}"}}""";
            repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes(json)), i.ToString(CultureInfo.InvariantCulture));
        }

        RepositoryName name = RepositoryName.Parse("r.local/many");
        using SourceReader reader = new(Registry, concurrency: 1, mostManifestBytes: 4000);
        for (int i = 0; i < 3; i++)
        {
            Assert.IsNotNull(await reader.FindManifestAsync(name, i.ToString(CultureInfo.InvariantCulture), Token));
            Assert.IsNotNull(await reader.FindManifestAsync(name, i.ToString(CultureInfo.InvariantCulture), Token), "what is known is not counted twice");
        }

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => reader.FindManifestAsync(name, "3", Token));
        Assert.AreEqual(ErrorCode.TooManyManifests, e.Code);
        Assert.Contains("more than 4000 bytes", e.Message);
    }
}
