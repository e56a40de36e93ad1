using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

/// <summary>Projects that write to one file: the last one wins, and says so.</summary>
[TestClass]
public sealed class OutputOwnerTests : IDisposable
{
    private const string Host = "registry.local:5055";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task AnArchiveOfAnotherProject_IsReplacedWithAWarning()
    {
        Assert.IsEmpty(await RunAsync(ToArchive("a"), "user1/simple-app-bundle"));
        Assert.IsEmpty(await RunAsync(ToArchive("a"), "user1/nested-bundle"), "its own");
        string warning = Assert.ContainsSingle(await RunAsync(ToArchive("b"), "user1/simple-app-bundle"));
        Assert.Contains($"'{_folder["one.tar"]}' was written by the publish of another project, in '{_folder["a"]}'", warning);
        Assert.Contains(AdviceTerms.WriteLayout, warning);
        Assert.IsEmpty(await RunAsync(ToArchive("b"), "user1/nested-bundle"), "it is b's now");
        Assert.IsEmpty(await RunAsync(ToArchive("a"), "user1/nested-bundle"), "the same content stays");

        File.Delete(_folder["one.tar"]);
        Assert.IsEmpty(await RunAsync(ToArchive("a"), "user1/simple-app-bundle"), "taken away before");
        File.AppendAllText(_folder["one.tar"], "x");
        Assert.IsEmpty(await RunAsync(ToArchive("b"), "user1/simple-app-bundle"), "somebody else changed it");
        Directory.Delete(_folder["b"], recursive: true);
        Assert.IsEmpty(await RunAsync(ToArchive("a"), "user1/nested-bundle"), "that project is gone");
    }

    [TestMethod]
    public async Task AReceiptAndAReport_AreReplacedWithAWarning()
    {
        Assert.IsEmpty(await RunAsync(ToRegistry("a"), "user1/simple-app-bundle"));
        string[] warnings = await RunAsync(ToRegistry("b"), "user1/nested-bundle");
        Assert.HasCount(2, warnings);
        Assert.Contains($"'{_folder["receipt.json"]}' was written by", warnings[0]);
        Assert.Contains($"'{_folder["out/relocation.json"]}' was written by", warnings[1]);
    }

    [TestMethod]
    [DataRow("final.local/apps")]
    [DataRow("final.local/apps;second.local/apps", DisplayName = "Several registries")]
    public async Task ALock_IsReplacedWithAWarning(string registries)
    {
        PublishSettings Locking(string project) => PublishItems.To("final.local/apps", Project(project)) with
        {
            LockFile = _folder["shared.lock.json"],
            UseLockFile = true,
            Registry = registries,
        };

        Assert.IsEmpty(await RunAsync(Locking("a"), "user1/simple-app-bundle", isPinned: false));
        Assert.IsEmpty(await RunAsync(Locking("a"), "user1/simple-app-bundle", isPinned: false), "nothing to write");
        string[] warnings = await RunAsync(Locking("b"), "user1/nested-bundle", isPinned: false);
        Assert.Contains($"'{_folder["shared.lock.json"]}' was written by", Assert.ContainsSingle(warnings));
        Assert.DoesNotContain(AdviceTerms.WriteLayout, warnings[0], "it is no archive");
    }

    [TestMethod]
    public async Task ProjectsThatWriteAtOnce_AreHeard()
    {
        string path = _folder["receipt.json"];
        string records = _folder["records"];
        PublishSettings a = ToRegistry("a");
        PublishSettings b = ToRegistry("b");
        OutputOwner first = OutputOwner.Look(path, a, records);
        OutputOwner second = OutputOwner.Look(path, b, records);
        Assert.IsNull(await first.TellAsync(), "nothing is written yet");
        File.WriteAllText(path, "a");
        Assert.IsNull(await first.TellAsync());
        File.WriteAllText(path, "of b");
        Assert.AreEqual(ErrorCode.OutputReplaced, (await second.TellAsync())?.Code);
    }

    [TestMethod]
    public async Task TwoProjectsInOneFolder_AreTwo()
    {
        Assert.IsEmpty(await RunAsync(ToArchive("a") with { ProjectName = "One" }, "user1/simple-app-bundle"));
        Assert.IsEmpty(await RunAsync(ToArchive("a") with { ProjectName = "One" }, "user1/nested-bundle"), "its own");
        string[] warnings = await RunAsync(ToArchive("a") with { ProjectName = "Two" }, "user1/simple-app-bundle");
        Assert.HasCount(2, warnings, "the archive and the report");
        Assert.Contains($"was written by the publish of another project, 'One' in '{_folder["a"]}'", warnings[0]);
    }

    [TestMethod]
    public async Task AnOutputOfAFailedRun_IsReplacedWithAWarning()
    {
        string path = _folder["run.json"];
        List<Diagnostic> warnings = [];
        Task<bool> WriteAsync(string project, string text, bool fails) => OutputOwner.WatchAsync(
            path, ToRegistry(project), warnings.Add, () =>
            {
                File.WriteAllText(path, text);
                return fails ? Task.FromException<bool>(new FormatException()) : Task.FromResult(true);
            });

        await WriteAsync("a", "a", fails: false);
        await Assert.ThrowsExactlyAsync<FormatException>(() => WriteAsync("b", "of b", fails: true));
        Assert.AreEqual(ErrorCode.OutputReplaced, warnings.Single().Code);
        Assert.IsTrue(await OutputOwner.WatchAsync(null, ToRegistry("a"), warnings.Add, () => Task.FromResult(true)));
    }

    [TestMethod]
    public async Task WhereNothingCanBeRemembered_ThereIsNoWarning()
    {
        string path = _folder["receipt.json"];
        File.WriteAllText(_folder["records"], "a file");
        OutputOwner owner = OutputOwner.Look(path, ToRegistry("a"), _folder["records"]);
        File.WriteAllText(path, "a");
        Assert.IsNull(await owner.TellAsync());
    }

    private PublishSettings ToArchive(string project) =>
        PublishItems.To("", Project(project)) with { Archive = _folder["one.tar"], Artifacts = ArtifactChoice.None };

    private PublishSettings ToRegistry(string project) => PublishItems.To("final.local/apps", Project(project)) with
    {
        Receipt = _folder["receipt.json"],
        OutputPath = _folder["out"] + "/"
    };

    private string Project(string name) => Directory.CreateDirectory(_folder[name]).FullName;

    private async Task<string[]> RunAsync(PublishSettings settings, string repository, bool isPinned = true)
    {
        PublishItem item = PublishItems.Bundle(
            $"{Host}/{repository}:v1.0.0{(isPinned ? $"@{_registry.Get($"{Host}/{repository}").Tags["v1.0.0"]}" : "")}");
        PublishResult result = await new Publisher(_registry).RunAsync([item], settings, CancellationToken.None);
        return [.. result.Warnings.Where(warning => warning.Code == ErrorCode.OutputReplaced)
            .Select(warning => $"{warning.Message} {warning.Advice}")];
    }
}
