using System.Text;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.Planning;

/// <summary>A blob of several images, of which one states a wrong length.</summary>
[TestClass]
public sealed class SharedConfigTests : RelocatorTestBase
{
    // An archive with it would be refused behind the air gap. Images come in the order of their digests, which the salt changes.
    [TestMethod]
    [DataRow("a")]
    [DataRow("b")]
    [DataRow("c")]
    [DataRow("d")]
    [DataRow("e")]
    [DataRow("f")]
    public async Task AWrongLengthIsFound_WhicheverImageComesFirst(string salt)
    {
        using TempFolder folder = new();
        await File.WriteAllTextAsync(
            folder["images.yml"],
            "apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n" +
            $"- image: {AddImage("honest", salt, 0)}\n- image: {AddImage("wrong", salt, 1)}\n", Token);

        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => new Relocator(Registry).PlanAsync(
            new RelocationSource.Lock(folder["images.yml"]), new PlanOptions { EmbedConfigs = true }, Token));

        Assert.AreEqual(ErrorCode.SizeMismatch, e.Code, e.Message);
    }

    private string AddImage(string name, string salt, int more)
    {
        FakeRepository repository = Registry.Get($"registry.example/{name}");
        byte[] config = """{"architecture":"amd64","os":"linux"}"""u8.ToArray();
        return $"registry.example/{name}@{repository.AddManifest(Manifest.Parse(Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}",
            "digest":"{{{repository.AddBlob(config)}}}","size":{{{config.Length + more}}}},"layers":[],"annotations":{"salt":"{{{salt}}}"}}
            """)), tag: null).Digest}";
    }
}
