using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.Oci.Tests.Client.Infra;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.TestKit.Services;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Oci.Tests.Client;

/// <summary>Many blobs of Amazon ECR are checked in one request.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class EcrLayerTests : CreatedRepositoriesTestBase
{
    [TestMethod]
    public async Task AHundredBlobs_AreChecked_WithOneRequest()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        ecr.Repositories["apps/web"] = default;
        MemoryBlob[] blobs = [.. Enumerable.Range(0, 150).Select(seed => new MemoryBlob(Responses.Blob(16, seed)))];
        string there = blobs[120].Descriptor.Digest.ToString();
        ecr.HasLayer = (_, digest) => digest == there;
        Dictionary<string, string> variables = ecr.Variables;
        variables["IMGPKG_ACTIVE_KEYCHAINS"] = "ecr";
        using RegistryClient client = Client(registry, variables, null);
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));

        IReadOnlySet<Digest> present = await repository.FindPresentAsync([.. blobs.Select(blob => blob.Descriptor)], None);

        Assert.AreEqual(there, present.Single().ToString());
        Assert.AreEqual(2, ecr.Count("BatchCheckLayerAvailability"));
        Assert.IsEmpty(registry.Requests);
    }

    [TestMethod]
    public async Task ABlobThatAmazonReportsAbsent_IsSentWithoutAHead()
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        registry.OnRequest = TestKit.Faults.UploadBehaviour.Of(TestKit.Faults.UploadBehaviours.NoMount);
        ecr.Repositories["apps/web"] = default;
        MemoryBlob[] blobs = [.. Enumerable.Range(0, 4).Select(seed => new MemoryBlob(Responses.Blob(1_200_000, seed)))];
        using RegistryClient client = Client(registry, ecr.Variables, new());
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));

        Assert.IsEmpty(await repository.FindPresentAsync([.. blobs.Select(blob => blob.Descriptor)], None));
        foreach (MemoryBlob blob in blobs)
            Assert.AreEqual(BlobOutcome.Copied, await repository.PushBlobAsync(blob, null, null, None));
        Assert.IsEmpty(registry.Of(RequestKind.BlobHead));
    }

    [TestMethod]
    [DataRow("denied")]
    [DataRow("keyless")]
    [DataRow("inactive")]
    public async Task WithoutAResponse_NothingIsKnown(string why)
    {
        await using FakeEcr ecr = await FakeEcr.StartAsync();
        await using RegistryFixture registry = await RegistryFixture.StartEmptyAsync();
        ecr.Denied.Add("BatchCheckLayerAvailability");
        Dictionary<string, string> variables = why == "keyless" ? new() { ["AWS_EC2_METADATA_DISABLED"] = "true" } : ecr.Variables;
        variables["IMGPKG_ACTIVE_KEYCHAINS"] = why == "inactive" ? "gke" : "ecr";
        using RegistryClient client = Client(registry, variables, null);
        IImageRepository repository = client.GetRepository(RepositoryName.Parse($"{Ecr}/apps/web"));
        Descriptor[] blobs = [.. Enumerable.Range(0, 5).Select(seed => new MemoryBlob(Responses.Blob(16, seed)).Descriptor)];
        Assert.IsEmpty(await repository.FindPresentAsync(blobs, None));
        Assert.IsEmpty(await repository.FindPresentAsync(blobs, None));
        Assert.HasCount(why == "denied" ? 1 : 0, ecr.Calls, "a service that does not tell is not asked again");
    }
}
