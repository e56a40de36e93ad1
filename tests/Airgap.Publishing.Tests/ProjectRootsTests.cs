using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Keeping;

namespace Airgap.Publishing.Tests;

/// <summary>The content that a project keeps in a repository.</summary>
[TestClass]
public sealed class ProjectRootsTests
{
    private static readonly string s_simple = $"{Fixtures.Registry}/user1/simple-app-bundle:v1.0.0";
    private static readonly string s_nested = $"{Fixtures.Registry}/user1/nested-bundle:v1.0.0";

    [TestMethod]
    [DataRow("", "corp.com/apps/simple-app-bundle", "simple-app-bundle", DisplayName = "the repository says where the project goes")]
    [DataRow("corp.com/apps", "corp.com/apps/nested-bundle", "nested-bundle")]
    [DataRow("corp.com/apps;corp.com/other", "corp.com/other/nested-bundle", "nested-bundle")]
    [DataRow("corp.com/apps", "corp.com/elsewhere/nested-bundle", "")]
    [DataRow("corp.com/apps", "corp.com/apps/locked", "index-bundle")]
    public async Task TheItemsThatGoThereAreKept(string registry, string repository, string bundle)
    {
        FakeRegistry sources = FakeRegistry.FromFixtures();
        using TempFolder folder = new();
        File.Copy(Fixtures.Golden("index-bundle.bundle-lock.yml"), folder["bundle.lock.yml"]);
        PublishItem[] items = [PublishItems.Bundle(s_simple), PublishItems.Bundle(s_nested),
            PublishItems.Lock("bundle.lock.yml", ("Repository", "locked"))];
        DeclaredProject project =
            new([.. items], null, PublishItems.To(registry, folder.Path) with { Archive = registry.Contains(';') ? "" : "out" }, []);

        IReadOnlyList<KeptRoot> roots =
            await ProjectRoots.FindAsync(project, RepositoryName.Parse(repository), sources, CancellationToken.None);

        string[] expected = bundle.Length == 0 ? [] : [$"{sources.Get($"{Fixtures.Registry}/user1/{bundle}").Tags["v1.0.0"]} v1.0.0"];
        Assert.AreSequenceEqual(expected, roots.Select(root => $"{root.Digest} {root.Tag}"));
    }

    [TestMethod]
    public async Task AProjectThatIsWrongSaysWhy()
    {
        DeclaredProject project = new([PublishItems.Bundle("not a reference")], null, PublishItems.To("corp.com/apps"), []);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => ProjectRoots.FindAsync(project, RepositoryName.Parse("corp.com/apps/x"), new FakeRegistry(), CancellationToken.None));
        Assert.AreEqual(ErrorCode.InvalidReference, e.Code);
    }
}
