using System.Security.Cryptography;
using System.Text;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>An image requested by a sha512 digest.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class LongDigestTests : WireTestBase
{
    [TestMethod]
    public async Task ItsContentTagHasTheFirst64DigitsAndFitsATag()
    {
        await using RegistryFixture source = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        using RegistryWriter writer = new(source.Address);
        using RegistryContent content = RegistryContent.At(source.Host);
        Pushed image = await writer.PushImageAsync("apps/long", null, [1, 2, 3]);
        string json = Encoding.UTF8.GetString((await content.ManifestAsync("apps/long", image.Digest)).Bytes);
        string hex = Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(json)));
        await writer.PushManifestAsync("apps/long", $"sha512:{hex}", json);

        using RegistryClient client = Client(source);
        await CopyAsync(client, new RelocationSource.Image(ImageReference.Parse($"{source.Host}/apps/long@sha512:{hex}")),
            Repository(destination.Host, "apps/it"));

        using RegistryContent there = RegistryContent.At(destination.Host);
        string tag = Assert.ContainsSingle(await there.TagsAsync("apps/it"));
        Assert.AreEqual($"sha512-{hex[..64]}.imgpkg", tag);
        Assert.AreEqual(json, Encoding.UTF8.GetString((await there.ManifestAsync("apps/it", tag)).Bytes));
    }
}
