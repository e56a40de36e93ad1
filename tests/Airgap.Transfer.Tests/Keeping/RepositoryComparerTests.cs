using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Keeping;

namespace Airgap.Transfer.Tests.Keeping;

[TestClass]
public sealed class RepositoryComparerTests : RelocatorTestBase
{
    private const string Mirror = $"{Fixtures.Registry}/mirror/simple-app-bundle";
    private const string Copy = "other.corp.com/apps/simple-app-bundle";
    private static readonly string s_lock = Fixtures.Golden("simple-app-bundle.bundle-lock.yml");
    private static readonly Digest s_bundle = Digest.Parse("sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4");
    private static readonly Digest s_frontend = Digest.Parse("sha256:92a7a4dbfa6939d8b273071af943214ce0d8e85c44b01484c801a08f05da55cd");

    [TestMethod]
    [DataRow("simple-app-bundle", "simple-app-bundle")]
    [DataRow("simple-app-bundle", "repo-based")]
    [DataRow("nested-bundle", "nested-bundle")]
    [DataRow("index-bundle", "index-bundle")]
    [DataRow("foreign-bundle", "foreign-bundle")]
    [DataRow("signed-bundle", "signed-bundle")]
    public async Task ARelocationByImgpkg_HasNoDifferences(string bundle, string repository)
    {
        RepositoryDifference difference =
            await DiffAsync(Fixtures.Golden($"{bundle}.bundle-lock.yml"), $"{Fixtures.Registry}/mirror/{repository}");
        Assert.IsTrue(difference.IsSame,
            string.Join('\n', [.. difference.Lacks.Select(each => each.ToString()),
                .. difference.Extra!.Value.Select(each => each.ToString())]));
        Assert.IsEmpty(difference.Unknown);
        Assert.IsPositive(difference.Present);
    }

    [TestMethod]
    public async Task ARepositoryThatDoesNotExistLacksEverything()
    {
        RepositoryDifference difference = await DiffAsync(s_lock, Copy);
        string[] lacks = [.. difference.Lacks.Where(each => each.Tag is null).Select(each => $"{each.Kind} {each.Digest}")];
        Assert.Contains($"bundle {s_bundle}", lacks);
        Assert.Contains($"image {s_frontend}", lacks, "what the bundle pins is read at the mirror of the lock");
        Assert.Contains("v1.0.0", difference.Lacks.Select(each => each.Tag));
        Assert.AreEqual(0, difference.Present);
        Assert.IsEmpty(difference.Unknown);
    }

    [TestMethod]
    public async Task AnUnreachableMirrorOfTheLock_IsReported()
    {
        Registry.Hook = (_, repository, _) => repository.ToString() == Copy
            ? Task.CompletedTask : throw new AirgapException(ErrorCode.RegistryUnreachable, $"Cannot reach {repository}.", "");
        RepositoryDifference difference = await DiffAsync(s_lock, Copy);
        Assert.Contains($"manifest {s_bundle}", difference.Lacks.Select(each => $"{each.Kind} {each.Digest}"));
        Assert.Contains("Cannot reach", difference.Unknown.Single());
    }

    [TestMethod]
    public async Task AMovedTagIsChangedAndOneOfNoneIsTooMuch()
    {
        FakeRepository mirror = Registry.Get(Mirror);
        mirror.AddManifest((await mirror.FindManifestAsync(s_frontend.ToString(), Token))!, "v1.0.0");
        mirror.AddManifest((await mirror.FindManifestAsync(s_bundle.ToString(), Token))!, "latest");
        mirror.AddManifest(
            (await Registry.Get($"{Fixtures.Registry}/apps/multi")
                .FindManifestAsync(Registry.Get($"{Fixtures.Registry}/apps/multi").Tags.First().Key, Token))!, "old");

        RepositoryDifference difference = await DiffAsync(s_lock, Mirror);

        Assert.AreEqual(("v1.0.0", s_bundle.ToString(), s_frontend.ToString()),
            difference.Changed.Select(each => (each.Tag, each.Expected, each.Actual)).Single());
        CollectionAssert.AreEqual(
            (string[])["latest True", "old False"], difference.Extra!.Value.Select(each => $"{each.Tag} {each.Needed}").ToArray());
        Assert.IsEmpty(difference.Lacks);
    }

    [TestMethod]
    public async Task EachTagAndManifestThatIsGoneIsMissed()
    {
        foreach (string tag in Registry.Get(Mirror).Tags.Keys.ToArray())
        {
            Digest digest = Registry.Get(Mirror).Tags[tag];
            Registry.Get(Mirror).RemoveTag(tag);
            RepositoryDifference difference = await DiffAsync(s_lock, Mirror);
            // A locations image without its tag cannot be distinguished from one that never existed.
            Assert.AreEqual(tag, difference.Lacks.Single(each => each.Tag == tag).Tag, tag);
            Registry.Get(Mirror).AddManifest((await Registry.Get(Mirror).FindManifestAsync(digest.ToString(), Token))!, tag);
        }

        Registry.Get(Mirror).Remove(s_frontend);
        RepositoryDifference without = await DiffAsync(s_lock, Mirror);
        Assert.AreEqual(s_frontend.ToString(), without.Lacks.Single().Digest);
        Assert.Contains(s_bundle.ToString(), without.Lacks.Single().Because);
    }

    [TestMethod]
    public async Task ARegistryThatListsNoTagsIsComparedAllTheSame()
    {
        Registry.Hook = (operation, _, _) => operation == "list-tags"
            ? throw new AirgapException(ErrorCode.Forbidden, "It lists none.", "") : Task.CompletedTask;
        RepositoryDifference difference = await DiffAsync(s_lock, Mirror);
        Assert.IsTrue(difference.IsSame);
        Assert.IsNull(difference.Extra);
        Assert.Contains("It lists none", difference.Unknown.Single());

        difference = await DiffAsync(s_lock, Mirror, withExtra: false);
        Assert.IsEmpty(difference.Unknown);
    }

    [TestMethod]
    [DataRow("v1.0.0", null)]
    [DataRow("sha256-1", null)]
    [DataRow("sha256-{hex}", "sha256-{hex}")]
    [DataRow("sha256-{hex}.sig", "sha256-{hex}")]
    [DataRow("x-sha256-{hex}.sig", null)]
    [DataRow("sha256-{hex}.imgpkg", "sha256-{hex}")]
    [DataRow("apps-frontend-sha256-{hex}.imgpkg", "sha256-{hex}")]
    [DataRow("xsha256-{hex}.imgpkg", null)]
    [DataRow("sha256-{hex}.image-locations.imgpkg", "sha256-{hex}")]
    [DataRow("sha512-{hex}.imgpkg", "sha512-{hex}")]
    [DataRow("SHA256-{hex}.imgpkg", null)]
    public void TagsBesideAManifestNameIt(string tag, string? subject) =>
        Assert.AreEqual(subject?.Replace("{hex}", s_bundle.Hex, StringComparison.Ordinal),
            DerivedTags.SubjectOf(tag.Replace("{hex}", s_bundle.Hex, StringComparison.Ordinal)));

    private Task<RepositoryDifference> DiffAsync(string lockFile, string repository, bool withExtra = true) =>
        new RepositoryComparer(Registry).CompareAsync(KeptLock.Read(lockFile), RepositoryName.Parse(repository), withExtra, Token);
}
