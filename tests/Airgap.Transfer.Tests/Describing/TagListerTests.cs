using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Describing;

namespace Airgap.Transfer.Tests.Describing;

/// <summary>Tags of repositories and archives.</summary>
[TestClass]
public sealed class TagListerTests : RelocatorTestBase
{
    private static readonly RepositoryName s_relocated = RepositoryName.Parse($"{Fixtures.Registry}/mirror/simple-app-bundle");

    [TestMethod]
    public async Task ImgpkgsOwnTagsAreHidden()
    {
        ListedTag[] tags = [.. await new TagLister(Registry).ListAsync(s_relocated, new(), Token)];
        Assert.AreSequenceEqual([new ListedTag("v1.0.0", null)], tags);
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("resolve", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AllTagsInOrderWithWhatTheyStandFor()
    {
        IEnumerable<ListedTag> tags =
            await new TagLister(Registry).ListAsync(s_relocated, new() { Digests = true, Internal = true }, Token);
        Assert.AreEqual(
            await File.ReadAllTextAsync(Fixtures.Golden("simple-app-bundle.mirror-tags.txt"), Token),
            string.Concat(tags.Select(tag => $"{tag.Name} {tag.Digest}\n")));
    }

    [TestMethod]
    public async Task DigestsAreAskedForNoMoreThanSoManyAtOnce()
    {
        int running = 0;
        int most = 0;
        TaskCompletionSource two = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Registry.Hook = async (operation, _, _) =>
        {
            if (operation != "resolve")
                return;
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            if (now == 2)
                two.TrySetResult();
            await two.Task;
            Interlocked.Decrement(ref running);
        };
        await new TagLister(Registry).ListAsync(s_relocated, new() { Digests = true, Internal = true, Concurrency = 2 }, Token);
        Assert.AreEqual(2, most);
    }

    [TestMethod]
    public async Task ARepositoryWithoutTagsIsUnknown()
    {
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => new TagLister(Registry).ListAsync(RepositoryName.Parse($"{Fixtures.Registry}/no/such"), new(), Token));
        Assert.AreEqual(ErrorCode.RepositoryUnknown, failure.Code);
    }

    [TestMethod]
    public async Task AnArchive_ListsItsTags()
    {
        Assert.AreSequenceEqual(
            [
                new ListedTag("sha256-7c94264f80ba3c4b3430fe31fe30b77818ad8c34bf1f301963b764fa9d53b212.sig", null),
                new ListedTag("sha256-fc5ad7de19b06bfa4e0202727df33738f4c0aaee2d63968034d3f24adb38f437.sig", null),
                new ListedTag("v1.0.0", null),
            ],
            (await TagLister.ListArchiveAsync(new(Fixtures.Golden("signed-bundle.tar")), new(), Token)).ToArray());
        ListedTag only = (await TagLister.ListArchiveAsync(new(Fixtures.Golden("simple-app-bundle.tar")), new() { Digests = true }, Token))
            .Single();
        Assert.AreEqual(Registry.Get(s_relocated).Tags["v1.0.0"], only.Digest);
    }

    [TestMethod]
    public async Task ATag_ResolvesToImgpkgsDigest()
    {
        TagLister lister = new(Registry);
        string golden = (await File.ReadAllTextAsync(Fixtures.Golden("tag-resolve.txt"), Token)).Trim();
        Assert.AreEqual(golden, (await lister.ResolveAsync(Bundle("simple-app-bundle"), Token)).ToString());
        Assert.AreEqual(golden, (await lister.ResolveAsync(ImageReference.Parse(golden), Token)).ToString());
        AirgapException failure = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => lister.ResolveAsync(ImageReference.Parse($"{Fixtures.Registry}/user1/simple-app-bundle:none"), Token));
        Assert.AreEqual(ErrorCode.ManifestUnknown, failure.Code);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
