using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

/// <summary>A second publish checks everything and moves nothing.</summary>
[TestClass]
public sealed class IncrementalTests : IDisposable
{
    private const string Repository = "registry.local:5055/mirror/simple-app-bundle";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Pinned => $"{Repository}@{_registry.Get(Repository).Tags["v1.0.0"]}";

    private PublishSettings ToArchive => ToRegistry with { Archive = "out/a.tar" };

    // Attached artifacts can change while the images' digests stay the same, so the source would have to be contacted.
    private PublishSettings ToRegistry => PublishItems.To("final.local/apps", _folder.Path) with { Artifacts = ArtifactChoice.None };

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AnArchiveOfADigestThatStandsIsLeftAloneAndNobodyIsAsked(bool byLock)
    {
        PublishItem item = PublishItems.Bundle(byLock ? $"{Repository}:v1.0.0" : Pinned);
        await RunAsync(ToArchive with { UseLockFile = byLock ? true : null }, item);
        Dictionary<string, (DateTime, string)> before = Files();
        _registry.Calls.Clear();

        PublishResult result = await RunAsync(ToArchive with { UseLockFile = byLock ? true : null }, item);

        Assert.AreEqual("1 bundle: 1 up to date", result.Summary);
        Assert.IsEmpty(_registry.Calls);
        Assert.AreSequenceEqual(
            before.OrderBy(pair => pair.Key, StringComparer.Ordinal), Files().OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [TestMethod]
    public async Task AnArchiveThatIsDamagedOrOfSomethingElseIsWrittenAnew()
    {
        PublishItem item = PublishItems.Bundle(Pinned);
        await RunAsync(ToArchive, item);
        byte[] good = File.ReadAllBytes(_folder["out/a.tar"]);
        byte[] other = await ArchiveOfAsync("registry.local:5055/mirror/index-bundle");
        byte[] tagged = await ArchiveOfAsync(Repository);
        foreach (byte[] wrong in new[] { [.. good[..^2048], (byte)~good[^2048], .. good[^2047..]], good[..^512], [.. good, 0],
            other, tagged, [] })
        {
            File.WriteAllBytes(_folder["out/a.tar"], wrong);
            await RunAsync(ToArchive, item);
            Assert.AreSequenceEqual(good, File.ReadAllBytes(_folder["out/a.tar"]));
        }
    }

    [TestMethod]
    public async Task ARegistryThatHasAllIsAskedAndNothingIsWritten()
    {
        PublishSettings settings = ToRegistry;
        PublishItem item = PublishItems.Bundle($"{Repository}:v1.0.0");
        await RunAsync(settings, item);
        Dictionary<string, (DateTime, string)> before = Files();
        _registry.Calls.Clear();

        Assert.AreEqual("1 bundle: 1 up to date", (await RunAsync(settings, item)).Summary);

        Assert.IsEmpty(_registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)),
            string.Join('\n', _registry.Calls));
        // From the source: the tag, the bundle's config and layer, its locations, and a list of tags for warnings about omitted artifacts;
        // everything else is known by its digest.
        Assert.IsLessThanOrEqualTo(
            6, _registry.Calls.Count(call => call.Contains(Repository, StringComparison.Ordinal)), string.Join('\n', _registry.Calls));
        Assert.AreSequenceEqual(
            before.OrderBy(pair => pair.Key, StringComparer.Ordinal), Files().OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Contains("\"outcome\": \"copied\"", File.ReadAllText(_folder["airgap/relocation.json"]),
            "The report is that of the run that moved something.");
    }

    private async Task<byte[]> ArchiveOfAsync(string repository)
    {
        await RunAsync(ToArchive with { Archive = "other.tar", Registry = "" }, PublishItems.Bundle($"{repository}:v1.0.0"));
        byte[] bytes = File.ReadAllBytes(_folder["other.tar"]);
        File.Delete(_folder["other.tar"]);
        return bytes;
    }

    private Dictionary<string, (DateTime Written, string Digest)> Files() =>
        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories)
        .ToDictionary(file => file, file => (File.GetLastWriteTimeUtc(file), Digest.Compute(File.ReadAllBytes(file)).ToString()));

    private Task<PublishResult> RunAsync(PublishSettings settings, PublishItem item) =>
        new Publisher(_registry).RunAsync([item], settings, CancellationToken.None);
}
