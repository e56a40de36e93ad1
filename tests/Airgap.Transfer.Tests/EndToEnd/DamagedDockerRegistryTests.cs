using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Transfers;
using Airgap.Transfer.Verifying;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>
/// docker-registry whose storage lost or damaged a file. It keeps its manifests and links; with its cache it even confirms a HEAD and a
/// mount.
/// </summary>
[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class DamagedDockerRegistryTests : WireTestBase
{
    private const string Bundle = "nested-bundle";

    [TestMethod]
    public async Task ASecondCopyMendsEachFileThatIsGone()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using DockerRegistry destination = await DockerRegistry.StartAsync();
        using RegistryClient client = Client(source, retries: 1);
        TransferResult first = await CopyAsync(client, BundleSource(Bundle), Repository(destination.Host, "apps/it"));
        foreach (RelocatedBlob blob in first.Blobs)
        {
            File.Delete(destination.FileOf(blob.Descriptor.Digest.ToString()));
            TransferResult second = await CopyAsync(client, BundleSource(Bundle), Repository(destination.Host, "apps/it"));
            Assert.AreEqual(1, second.Total(BlobOutcome.Copied).Count, blob.Descriptor.ToString());
        }

        await AssertGoldenAsync(destination.Host, "apps/it", Bundle);
    }

    [TestMethod]
    public async Task AnArchiveMendsWhatAnotherRepositoryStillLinks()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using DockerRegistry destination = await DockerRegistry.StartAsync();
        using RegistryClient client = Client(source, retries: 1);
        using TempFolder folder = new();
        await CopyAsync(client, BundleSource(Bundle), new RelocationDestination.Archive(folder["it.tar"]));
        RelocationSource archive = new RelocationSource.Archive(folder["it.tar"]);
        TransferResult first = await CopyAsync(client, archive, Repository(destination.Host, "apps/it"));
        await CopyAsync(client, archive, Repository(destination.Host, "other/it"));
        File.Delete(destination.FileOf(first.Blobs[0].Descriptor.Digest.ToString()));
        await CopyAsync(client, archive, Repository(destination.Host, "apps/it"));
        await AssertGoldenAsync(destination.Host, "apps/it", Bundle);
        await AssertGoldenAsync(destination.Host, "other/it", Bundle);
    }

    [TestMethod]
    public async Task RepairMendsWhatTheRegistryRemembersAndLost()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using DockerRegistry destination = await DockerRegistry.StartAsync(remembersBlobs: true);
        using RegistryClient client = Client(source, retries: 0);
        TransferResult first = await CopyAsync(client, BundleSource(Bundle), Repository(destination.Host, "apps/it"));
        foreach (RelocatedBlob blob in first.Blobs)
            File.Delete(destination.FileOf(blob.Descriptor.Digest.ToString()));
        VerificationResult damaged = await VerifyAsync(client, destination);
        Assert.IsFalse(damaged.IsRight);

        TransferResult repaired = await RepairAsync(client, destination);
        Assert.AreEqual(first.Blobs.Length, repaired.Total(BlobOutcome.Copied).Count);
        VerificationResult mended = await VerifyAsync(client, destination);
        Assert.IsTrue(mended.IsRight, string.Join('\n', mended.Problems));
        await AssertGoldenAsync(destination.Host, "apps/it", Bundle);
        Assert.IsTrue((await RepairAsync(client, destination)).IsUpToDate);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task PersistentDamage_IsReported(bool remembersBlobs)
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using DockerRegistry destination = await DockerRegistry.StartAsync(remembersBlobs: remembersBlobs);
        using RegistryClient client = Client(source, retries: 0);
        TransferResult first = await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        string file = destination.FileOf(first.Blobs[0].Descriptor.Digest.ToString());
        byte[] bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[3] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RepairAsync(client, destination, "simple-app-bundle"));
        Assert.AreEqual(ErrorCode.DestinationDamaged, e.Code);
        Assert.AreEqual(first.Blobs[0].Descriptor.Digest.ToString(), e.Digest);
        Assert.Contains("storage", e.Advice);

        // The advice works.
        File.Delete(file);
        await RepairAsync(client, destination, "simple-app-bundle");
        await AssertGoldenAsync(destination.Host, "apps/it", "simple-app-bundle");
    }

    [TestMethod]
    public async Task AFileThatWasCutShortIsFoundByItsLength()
    {
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        await using DockerRegistry destination = await DockerRegistry.StartAsync();
        using RegistryClient client = Client(source, retries: 0);
        TransferResult first = await CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it"));
        RelocatedBlob longest = first.Blobs.MaxBy(blob => blob.Descriptor.Size)!;
        using (FileStream file = File.OpenWrite(destination.FileOf(longest.Descriptor.Digest.ToString())))
            file.SetLength(10);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, BundleSource("simple-app-bundle"), Repository(destination.Host, "apps/it")));
        Assert.AreEqual(ErrorCode.DestinationDamaged, e.Code);
    }

    private async Task<TransferResult> RepairAsync(RegistryClient client, DockerRegistry destination, string bundle = Bundle)
    {
        Relocator relocator = new(client);
        TransferPlan plan = await relocator.PlanAsync(BundleSource(bundle), new PlanOptions(), Token);
        return await relocator.RunAsync(plan, Repository(destination.Host, "apps/it"), new TransferOptions { Repair = true }, Token);
    }

    private Task<VerificationResult> VerifyAsync(RegistryClient client, DockerRegistry destination) =>
        new Verifier(client).VerifyAsync(new RelocationSource.Bundle(ImageReference.Parse($"{destination.Host}/apps/it:v1.0.0")), Token);
}
