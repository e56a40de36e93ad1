using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.TestKit.Peers;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Tests.Archives.Deltas;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.EndToEnd;

/// <summary>Deltas are copied to docker-registry 2.8, which accepts no manifest whose layers it lacks.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class DeltaRouteTests : WireTestBase
{
    [TestMethod]
    public Task ADeltaOnItsBase_EqualsTheFullArchive() => RunAsync(async (docker, client, folder) =>
    {
        await CopyAsync(client, new RelocationSource.Archive(folder["v1.tar"]), Repository(docker.Host, "apps/it"));
        TransferResult delta = await CopyAsync(
            client, new RelocationSource.Archive(folder["delta.tar"]), Repository(docker.Host, "apps/it"));
        Assert.AreEqual(BlobOutcome.Present, OutcomeOf(delta, 1));
        Assert.AreEqual(BlobOutcome.Copied, OutcomeOf(delta, 3));

        // In another repository of the same registry, layers of the base are mounted, not copied.
        TransferResult mounted = await CopyAsync(
            client,
            new RelocationSource.Archive(folder["delta.tar"]),
            Repository(docker.Host, "apps/other"),
            transfer: new TransferOptions { MountFrom = [RepositoryName.Parse($"{docker.Host}/apps/it")] });
        Assert.AreEqual(BlobOutcome.Mounted, OutcomeOf(mounted, 1));

        await CopyAsync(client, new RelocationSource.Archive(folder["full.tar"]), Repository(docker.Host, "apps/full"));
        using RegistryContent content = RegistryContent.At(docker.Host);
        string expected = (await content.ManifestAsync("apps/full", "v2")).Digest;
        foreach (string repository in (string[])["apps/it", "apps/other"])
        {
            Assert.AreEqual(expected, (await content.ManifestAsync(repository, "v2")).Digest);
            foreach (string tag in await content.TagsAsync(repository))
                await content.AssertCompleteAsync(repository, tag);
        }
    });

    [TestMethod]
    public Task ADeltaWithoutItsBase_TagsNothing() => RunAsync(async (docker, client, folder) =>
    {
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => CopyAsync(client, new RelocationSource.Archive(folder["delta.tar"]), Repository(docker.Host, "apps/it")));

        Assert.AreEqual(ErrorCode.DeltaLayersMissing, failure.Code);
        Assert.Contains(DeltaBench.Layer(1).ToString(), failure.Message);
        Assert.Contains("'v1.tar' (set sha256:", failure.Message);
        using RegistryContent content = RegistryContent.At(docker.Host);
        Assert.IsEmpty(await content.RepositoriesAsync());
    });

    [TestMethod]
    public Task AReaderWithoutDeltas_ImportsOneOnItsBase() => RunAsync(async (docker, client, folder) =>
    {
        IImageRepository there = client.GetRepository(RepositoryName.Parse($"{docker.Host}/apps/it"));

        // Without the base, the layer is looked for in the archive, which lacks it: no manifest is pushed, so nothing looks complete.
        await Assert.ThrowsExactlyAsync<KeyNotFoundException>(() => PlainReader.ImportAsync(folder["delta.tar"], there, Token));
        using RegistryContent content = RegistryContent.At(docker.Host);
        Assert.IsNull(await there.FindManifestAsync("v2", Token));

        await PlainReader.ImportAsync(folder["v1.tar"], there, Token);
        await PlainReader.ImportAsync(folder["delta.tar"], there, Token);
        await CopyAsync(client, new RelocationSource.Archive(folder["full.tar"]), Repository(docker.Host, "apps/full"));
        Assert.AreEqual((await content.ManifestAsync("apps/full", "v2")).Digest, (await content.ManifestAsync("apps/it", "v2")).Digest);
        foreach (string tag in await content.TagsAsync("apps/it"))
            await content.AssertCompleteAsync("apps/it", tag);
    });

    private static BlobOutcome OutcomeOf(TransferResult result, int layer) =>
        result.Blobs.Single(blob => blob.Descriptor.Digest == DeltaBench.Layer(layer)).Outcome;

    // With the archives v1.tar, delta.tar based on it, and full.tar with the content of both.
    private async Task RunAsync(Func<DockerRegistry, RegistryClient, TempFolder, Task> test)
    {
        await using DockerRegistry docker = await DockerRegistry.StartAsync();
        await using RegistryFixture unused = await RegistryFixture.StartEmptyAsync();
        using RegistryClient client = Client(unused);
        DeltaBench bench = new(Token);
        using TempFolder folder = bench.Folder;
        ImageReference v1 = bench.Bundle(DeltaBench.Source, "v1", bench.Image("source.example/team/web", 1, 2));
        ImageReference v2 = bench.Bundle(DeltaBench.Source, "v2", bench.Image("source.example/team/web", 1, 3));
        await bench.ArchiveAsync(v1, "v1.tar");
        await bench.ArchiveAsync(v2, "delta.tar", bench.Base("v1.tar"));
        await bench.ArchiveAsync(v2, "full.tar");
        await test(docker, client, folder);
    }
}
