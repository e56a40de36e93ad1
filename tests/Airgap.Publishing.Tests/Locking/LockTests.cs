using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Locking;

/// <summary>A project's lock: written, used, checked and updated, with registries in memory.</summary>
[TestClass]
public sealed class LockTests : IDisposable
{
    private const string Tag = "registry.local:5055/mirror/simple-app-bundle:v1.0.0";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string LockFile => _folder["airgap.lock.json"];

    private FakeRepository Source => _registry.Get("registry.local:5055/mirror/simple-app-bundle");

    private FakeRepository Destination => _registry.Get("final.local/apps/simple-app-bundle");

    private PublishSettings Settings => PublishItems.To("final.local/apps", _folder.Path);

    [TestMethod]
    public async Task WithoutALockFileNothingChanges()
    {
        PublishResult result = await RunAsync(Settings, PublishItems.Bundle(Tag));
        Assert.IsNull(result.Lock);
        Assert.IsFalse(File.Exists(LockFile));
        Assert.DoesNotContain($"resolve {Source.Name} v1.0.0", _registry.Calls);
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    public async Task ALockIsWrittenWhereOneIsAskedFor(bool use, bool update)
    {
        PublishResult result = await RunAsync(
            Settings with { UseLockFile = use ? true : null, UpdateLock = update },
            PublishItems.Bundle(Tag),
            PublishItems.Image("registry.local:5055/user1/plain:1"),
            PublishItems.Bundle(
                $"registry.local:5055/mirror/index-bundle@{Get("registry.local:5055/mirror/index-bundle").Tags["v1.0.0"]}"));

        Assert.AreEqual("2 tags locked: 2 added", result.Lock?.ToString());
        Assert.AreEqual(
            $$"""
            {
              "version": 1,
              "items": {
                "{{Tag}}": "{{Source.Tags["v1.0.0"]}}",
                "registry.local:5055/user1/plain:1": "{{Get("registry.local:5055/user1/plain").Tags["1"]}}"
              }
            }

            """,
            File.ReadAllText(LockFile));
        Schemas.AssertValid("airgap.lock", File.ReadAllText(LockFile));
    }

    [TestMethod]
    public async Task ALockedDigest_IsRelocatedUnderItsTag_AlthoughTheTagHasMoved()
    {
        Digest locked = Source.Tags["v1.0.0"];
        await LockAsync();
        await MoveTagAsync();
        DateTime written = File.GetLastWriteTimeUtc(LockFile);
        _registry.Calls.Clear();

        PublishResult result = await RunAsync(Settings, PublishItems.Bundle(Tag));

        Assert.AreEqual(locked, result.Items[0].Result.Root!.Item.Digest);
        Assert.AreEqual(locked, Destination.Tags["v1.0.0"]);
        Assert.AreEqual(Tag, result.Items[0].Result.Plan.Source.ToString());
        Assert.IsTrue(result.Lock!.IsNone);
        Assert.AreEqual(written, File.GetLastWriteTimeUtc(LockFile));
        Assert.IsEmpty(_registry.Calls.Where(
            call => call.StartsWith("resolve ", StringComparison.Ordinal)
            && call.EndsWith($"{Source.Name} v1.0.0", StringComparison.Ordinal)));
        Assert.Contains($"@{locked}", File.ReadAllText(_folder["airgap/manifests/simple-app-bundle.packagerepository.yml"]));
    }

    [TestMethod]
    public async Task LockedModeTakesWhatIsLockedAndRefusesATagThatMoved()
    {
        await LockAsync();
        PublishSettings locked = Settings with { LockedMode = true };
        Assert.IsEmpty(await ResolveAsync(locked, PublishItems.Bundle(Tag)));
        Digest before = Source.Tags["v1.0.0"];
        await MoveTagAsync();
        _registry.Calls.Clear();

        Diagnostic problem = Assert.ContainsSingle(await ResolveAsync(locked, PublishItems.Bundle(Tag)));

        Assert.AreEqual(ErrorCode.TagMoved, problem.Code);
        Assert.AreEqual(new SourceLocation("App.csproj", 7), problem.Location);
        Assert.Contains(before.ToString(), problem.Message);
        Assert.Contains(Source.Tags["v1.0.0"].ToString(), problem.Message);
        Assert.Contains($"{LockFile}(4,5)", problem.Message);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(locked, PublishItems.Bundle(Tag)));
        Assert.AreEqual(ErrorCode.TagMoved, e.Code);
        Assert.IsEmpty(_registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AnUpdateMovesTheLockAndDropsWhatNobodyDeclares()
    {
        await RunAsync(Settings with { UpdateLock = true }, PublishItems.Bundle(Tag),
            PublishItems.Image("registry.local:5055/user1/plain:1"));
        await MoveTagAsync();

        PublishResult result = await RunAsync(Settings with { UpdateLock = true }, PublishItems.Bundle(Tag));

        Assert.AreEqual("1 tag locked: 1 moved, 1 removed", result.Lock?.ToString());
        Assert.AreEqual(Source.Tags["v1.0.0"], result.Items[0].Result.Root!.Item.Digest);
        Assert.Contains($"\"{Tag}\": \"{Source.Tags["v1.0.0"]}\"\n", File.ReadAllText(LockFile));
        Assert.DoesNotContain("plain", File.ReadAllText(LockFile));
    }

    [TestMethod]
    public async Task AnUpdateNeedsNoDestination()
    {
        PublishResult result = await RunAsync(Settings with { Registry = "", UpdateLock = true }, PublishItems.Bundle(Tag));
        Assert.AreEqual("1 tag locked: 1 added", result.Summary);
        Assert.IsEmpty(result.Warnings);
        Assert.IsTrue(File.Exists(LockFile));
        Assert.AreSequenceEqual(new[] { $"resolve {Source.Name} v1.0.0" }, _registry.Calls);
    }

    [TestMethod]
    public async Task WithoutLockedModeANewItemIsLockedAndOneThatIsGoneIsDropped()
    {
        await LockAsync();
        PublishResult result = await RunAsync(Settings, PublishItems.Image("registry.local:5055/user1/plain:1"));
        Assert.AreEqual("1 tag locked: 1 added, 1 removed", result.Lock?.ToString());
    }

    [TestMethod]
    public async Task LockedModeNamesEveryDifferenceAtItsPlaceWithoutARequest()
    {
        await LockAsync();
        _registry.Calls.Clear();

        ImmutableArray<Diagnostic> problems = new Publisher(_registry).Validate(
            [PublishItems.Image("registry.local:5055/user1/plain:1"),
                PublishItems.Bundle("registry.local:5055/mirror/index-bundle:v1.0.0")],
            Settings with { LockedMode = true });

        Assert.AreSequenceEqual(
            new[] { ErrorCode.NotLocked, ErrorCode.NotLocked, ErrorCode.StaleLock }, problems.Select(problem => problem.Code));
        Assert.AreEqual(new SourceLocation("App.csproj", 7), problems[0].Location);
        Assert.AreEqual(new SourceLocation(LockFile, 4, 5), problems[2].Location);
        Assert.IsEmpty(_registry.Calls);
    }

    [TestMethod]
    public void LockedModeWithoutALockFileLocksNothing()
    {
        Diagnostic problem = Assert.ContainsSingle(
            new Publisher(_registry).Validate([PublishItems.Bundle(Tag)], Settings with { LockedMode = true }));
        Assert.AreEqual(ErrorCode.NotLocked, problem.Code);
        Assert.Contains("does not exist", problem.Message);
        Assert.IsEmpty(new Publisher(_registry).Validate(
            [PublishItems.Bundle($"host.io/a@{PublishItems.Digest}")], Settings with { LockedMode = true }));
    }

    [TestMethod]
    public async Task SwitchesThatExcludeEachOtherAreRefused()
    {
        await LockAsync();
        File.WriteAllText(_folder["a.tar"], "");
        foreach (PublishSettings settings in new[]
        {
            Settings with { LockedMode = true, UpdateLock = true },
            Settings with { UseLockFile = false },
            Settings with { UseLockFile = false, UpdateLock = true, LockFile = "other.json" },
            Settings with { UseLockFile = false, LockedMode = true, LockFile = "other.json" },
            Settings with { SourceArchive = "a.tar", UpdateLock = true },
        })
        {
            Assert.Contains(ErrorCode.IncompatibleOptions,
                new Publisher(_registry).Validate([PublishItems.Bundle(Tag)], settings).Select(problem => problem.Code));
        }

        Assert.IsEmpty(new Publisher(_registry).Validate(
            [PublishItems.Bundle(Tag)], Settings with { UseLockFile = false, LockFile = "other.json" }));
    }

    [TestMethod]
    public async Task ALockGoneWrongIsFoundBeforeTheFirstRequest()
    {
        File.WriteAllText(LockFile,
            "{\n  \"version\": 1,\n  \"items\": {\n    \"a b\": \"x\",\n    \"host.io/a\": \"" + PublishItems.Digest + "\"\n  }\n}\n");
        string before = File.ReadAllText(LockFile);
        foreach (PublishSettings settings in new[] { Settings, Settings with { UpdateLock = true }, Settings with { LockedMode = true } })
        {
            ImmutableArray<Diagnostic> problems = new Publisher(_registry).Validate([PublishItems.Bundle(Tag)], settings);
            Assert.HasCount(3, problems);
            Assert.IsTrue(problems.All(
                problem => problem.Code == ErrorCode.InvalidProjectLock && problem.Location is { Line: > 1, Column: > 1 }));
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(settings, PublishItems.Bundle(Tag)));
        }

        Assert.AreEqual(before, File.ReadAllText(LockFile));
        Assert.IsEmpty(_registry.Calls);
    }

    [TestMethod]
    public async Task ALockedDigestThatIsGoneSaysThatTheLockPinsIt()
    {
        await LockAsync();
        Source.Remove(Source.Tags["v1.0.0"]);
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(Settings, PublishItems.Bundle(Tag)));
        Assert.AreEqual(ErrorCode.ManifestUnknown, e.Code);
        Assert.Contains("AirgapUpdateLock=true", e.Advice);
    }

    [TestMethod]
    public async Task AnArchiveHasToHoldWhatIsLockedAndTheSourceIsNotAsked()
    {
        await LockAsync();
        await RunAsync(Settings with { Archive = "a.tar" }, PublishItems.Bundle(Tag));
        PublishSettings import = Settings with { SourceArchive = "a.tar", LockedMode = true };
        _registry.Calls.Clear();
        await RunAsync(import, PublishItems.Bundle(Tag));
        Assert.IsEmpty(_registry.Calls.Where(call => call.Contains("registry.local", StringComparison.Ordinal)));

        File.WriteAllText(LockFile, File.ReadAllText(LockFile).Replace("sha256:c", "sha256:d", StringComparison.Ordinal));
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RunAsync(import with { LockedMode = false }, PublishItems.Bundle(Tag)));
        Assert.AreEqual(ErrorCode.ArchiveMismatch, e.Code);
        Assert.Contains("lock", e.Advice);
    }

    private FakeRepository Get(string name) => _registry.Get(name);

    private Task LockAsync() => RunAsync(Settings with { Registry = "", UpdateLock = true }, PublishItems.Bundle(Tag));

    private Task<PublishResult> RunAsync(PublishSettings settings, params PublishItem[] items) =>
        new Publisher(_registry).RunAsync(items, settings, CancellationToken.None);

    private Task<ImmutableArray<Diagnostic>> ResolveAsync(PublishSettings settings, params PublishItem[] items) =>
        new Publisher(_registry).ResolveAsync(items, settings, CancellationToken.None);

    // Points the tag to another complete bundle.
    private async Task MoveTagAsync()
    {
        FakeRepository other = Get("registry.local:5055/mirror/index-bundle");
        foreach (Digest digest in other.Blobs)
            Source.AddBlob(await ReadAsync(other, digest));
        foreach (Digest digest in other.Manifests)
            Source.AddManifest((await other.FindManifestAsync(digest.ToString(), CancellationToken.None))!, null);
        Source.AddManifest((await other.FindManifestAsync("v1.0.0", CancellationToken.None))!, "v1.0.0");
    }

    private static async Task<byte[]> ReadAsync(FakeRepository repository, Digest digest)
    {
        await using Stream stream =
            await repository.GetBlob(new Descriptor(MediaTypes.OciLayerGzip, digest, 0)).OpenAsync(0, CancellationToken.None);
        using MemoryStream memory = new();
        await stream.CopyToAsync(memory);
        return memory.ToArray();
    }
}
