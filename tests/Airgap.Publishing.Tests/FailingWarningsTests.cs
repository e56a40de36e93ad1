using Airgap.Oci;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

/// <summary>A warning of a plan that counts as an error stops the publish before anything moves.</summary>
[TestClass]
public sealed class FailingWarningsTests
{
    private const string Simple = Fixtures.Registry + "/mirror/simple-app-bundle:v1.0.0";
    private const string Nested = Fixtures.Registry + "/mirror/nested-bundle:v1.0.0";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();

    [TestMethod]
    [DataRow("two.local/apps", false)]
    [DataRow("two.local/apps;three.local/apps", false)]
    [DataRow("two.local/apps", true)]
    public async Task AMirrorThatChanged(string registry, bool keepsGoing)
    {
        using TempFolder folder = new();
        PublishItem[] items = [PublishItems.Bundle(Nested), PublishItems.Bundle(Simple)];
        PublishSettings settings = PublishItems.To("one.local/apps", folder.Path) with { KeepGoing = keepsGoing };
        await new Publisher(_registry).RunAsync(items, settings, default);
        if (registry.Contains(';', StringComparison.Ordinal))
        {
            foreach (string place in registry.Split(';'))
                Copy(folder[$"airgap/{ArtifactFolder.Manifests}"], folder[$"airgap/{RegistryList.FolderOf(place)}/{ArtifactFolder.Manifests}"]);
        }

        _registry.Calls.Clear();
        PublishResult result = await new Publisher(_registry) { Fails = code => code == ErrorCode.MirrorChanged }
            .RunAsync(items, settings with { Registry = registry }, default);

        Diagnostic failure = Assert.ContainsSingle(result.Failures);
        Assert.AreEqual(ErrorCode.WarningFails, failure.Code);
        Assert.Contains("AIRGAP4127 counts as an error", failure.Message);
        Assert.IsTrue(result.Warnings.Any(warning => warning.Code == ErrorCode.MirrorChanged));
        Assert.IsEmpty(_registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));

        result = await new Publisher(_registry) { Fails = code => code == ErrorCode.VersionDropped }
            .RunAsync(items, settings with { Registry = registry }, default);
        Assert.IsEmpty(result.Failures, string.Join('\n', result.Failures));
        Assert.IsTrue(_registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task OfASharedArchive()
    {
        using TempFolder folder = new();
        PublishItem[] items = [PublishItems.Bundle(Nested), PublishItems.Bundle(Simple)];
        PublishSettings settings = PublishItems.To("", folder.Path) with
        {
            Archive = "all.tar",
            ArchiveFormat = ArchiveFormat.LayoutTar,
            IncludeNonDistributableLayers = true,
        };

        PublishResult result = await new Publisher(_registry) { Fails = code => code == ErrorCode.NoLayersToInclude }
            .RunAsync(items, settings, default);

        Assert.AreEqual(ErrorCode.WarningFails, Assert.ContainsSingle(result.Failures).Code);
        Assert.IsTrue(result.Warnings.Any(warning => warning is { Code: ErrorCode.NoLayersToInclude, Location: not null }));
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder.Path));
        _registry.Calls.Clear();
        result = await new Publisher(_registry) { Fails = code => code == ErrorCode.VersionDropped }.RunAsync(items, settings, default);
        Assert.IsEmpty(result.Failures, string.Join('\n', result.Failures));
        Assert.IsTrue(File.Exists(folder["all.tar"]));
        Assert.IsNotEmpty(_registry.Calls);
        string[] twice = [.. _registry.Calls.GroupBy(call => call).Where(same => same.Count() > 1).Select(same => same.Key)];
        Assert.IsEmpty(twice, string.Join('\n', twice));
    }

    /// <summary>What was hashed to find the warnings is not hashed again to find the archive up to date.</summary>
    [TestMethod]
    public async Task OfASharedArchiveThatIsUpToDate()
    {
        using TempFolder folder = new();
        using TempFolder beside = new();
        PublishItem[] items = [PublishItems.Bundle($"{Fixtures.Registry}/mirror/simple-app-bundle@sha256:cc146dc2ee15a157d358177b5d6460e12e9f8bf9888f056b306330734ec8e1d4")];
        static PublishSettings In(TempFolder project, TempFolder archives) => PublishItems.To("", project.Path) with
        {
            Archive = archives["all.tar"],
            ArchiveFormat = ArchiveFormat.LayoutTar,
            Artifacts = ArtifactChoice.None,
        };
        await new Publisher(_registry).RunAsync(items, In(beside, folder) with { ProjectName = "other" }, default);
        PublishSettings settings = In(folder, folder);
        await new Publisher(_registry).RunAsync(items, settings, default);
        _registry.Calls.Clear();

        Notices notices = new();
        PublishResult result = await new Publisher(_registry, notices) { Fails = code => code == ErrorCode.VersionDropped }
            .RunAsync(items, settings, default);

        Assert.IsEmpty(result.Failures, string.Join('\n', result.Failures));
        Assert.IsEmpty(_registry.Calls);
        Assert.AreEqual(1, notices.Count(text => text.Contains("keeps the content of other projects", StringComparison.Ordinal)));
    }

    private sealed class Notices : List<string>, ITransferObserver
    {
        public void Notice(string message) => Add(message);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
