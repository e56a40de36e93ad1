using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Updates;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Updates;

/// <summary>Newer versions of a project's declarations are found.</summary>
[TestClass]
public sealed class UpdateFinderTests
{
    private readonly FakeRegistry _registry = new();

    [TestMethod]
    public async Task ANewerTagAndAMovedOneAreTold()
    {
        (Digest old, Digest now) = await TwoVersionsAsync();
        using TempFolder folder = new();
        File.WriteAllText(folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{GeneratedRepository.Bundle}}:1.1.0":"{{old}}"} }""");
        DeclaredVersion[] found = await FindAsync(
            folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:1.0.0"),
            PublishItems.Image($"{GeneratedRepository.Bundle}:1.1.0", ("PackageRepository", "other")));
        Assert.AreSequenceEqual(
            [
                new DeclaredVersion(DeclaredVersion.Item, GeneratedRepository.Bundle, "1.0.0", VersionState.Newer) { Newest = "1.1.0" },
                new DeclaredVersion(DeclaredVersion.Item, GeneratedRepository.Bundle, "1.1.0", VersionState.Moved)
                {
                    Locked = old.ToString(),
                    MovedTo = now.ToString()
                },
            ],
            found);

        // The tags of one repository are listed once, and a bundle's images are not requested.
        Assert.HasCount(1, _registry.Calls.Where(call => call.StartsWith("list-tags", StringComparison.Ordinal)));
        Assert.IsEmpty(_registry.Calls.Where(call => call.StartsWith("get-", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task PackagesAreComparedWhereSomeAreChosen()
    {
        await TwoVersionsAsync();
        using TempFolder folder = new();
        PublishItem item = PublishItems.Bundle(
            $"{GeneratedRepository.Bundle}:1.0.0", ("Packages", "p0.example.com@1.0.0; p1.internal.example.com"));
        DeclaredVersion[] packages = [.. (await FindAsync(folder, item)).Skip(1)];
        Assert.AreSequenceEqual(
            ["p0.example.com 1.0.0 1.1.0", "p1.internal.example.com 1.0.0 1.1.0"],
            packages.Select(package => $"{package.Name} {package.Declared} {package.Newest}"));
        Assert.IsTrue(packages.All(package => package is { State: VersionState.Newer, Bundle: $"{GeneratedRepository.Bundle}:1.1.0" }));
        Assert.IsFalse(_registry.Calls.Any(
            call => call.Contains("/package", StringComparison.Ordinal) || call.Contains("/app", StringComparison.Ordinal)));

        // A pre-release counts if the item accepts some, and only versions of the selection are reported.
        PublishItem pre = PublishItems.Bundle(
            $"{GeneratedRepository.Bundle}:1.0.0", ("Packages", "p0.example.com"), ("PackagePrereleases", "*"));
        DeclaredVersion only = (await FindAsync(folder, pre)).Skip(1).Single();
        Assert.AreEqual("1.1.0-rc.1 1.2.0-rc.1", $"{only.Declared} {only.Newest}");
    }

    [TestMethod]
    [DataRow("1.0.x", null, "Newest", null, "1.1.0")]
    [DataRow(">=1.0.0 <2.0.0", null, "Newer", "1.1.0", null)]
    [DataRow(">=1.0.0 <1.1.0", "rc", "Newer", "1.1.0-rc.2", "1.1.0")]
    [DataRow(null, null, "Newer", "1.1.0", null)]
    public async Task AVersionOutsideTheTagSelection_IsNotNewer(
        string? selection, string? prereleases, string state, string? newest, string? outside)
    {
        await TwoVersionsAsync();
        await TagAsync("1.1.0-rc.2", 1);
        using TempFolder folder = new();
        (string, string)[] metadata = [
            ("PackageRepository", "repository"), .. selection is null ? [] : new[] { ("TagSelection", selection) },
            .. prereleases is null ? [] : new[] { ("Prereleases", prereleases) }];
        DeclaredVersion found = (await FindAsync(folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:1.0.0", metadata))).Single();
        Assert.AreEqual(
            $"{state} {newest} {outside} {selection}", $"{found.State} {found.Newest} {found.Outside} {found.TagSelection}");
    }

    [TestMethod]
    public async Task AnItemWithoutAVersion_IsListedAsNotCompared()
    {
        (Digest old, _) = await TwoVersionsAsync();
        using TempFolder folder = new();
        DeclaredVersion[] found = await FindAsync(
            folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1"),
            PublishItems.Image($"{GeneratedRepository.Bundle}@{old}", ("PackageRepository", "other")));
        Assert.IsTrue(found.All(version => version is { State: VersionState.NotCompared, Why: not null, IsOutdated: false }));
        Assert.IsEmpty(_registry.Calls);
    }

    [TestMethod]
    public async Task ALockedTagThatIsNoVersion_IsUnmoved_NotTheNewest()
    {
        (Digest old, Digest now) = await TwoVersionsAsync();
        using TempFolder folder = new();
        Lock(folder, now);
        DeclaredVersion[] same = await FindAsync(
            folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", ("Packages", "p0.example.com")));
        Assert.IsTrue(same.All(version => version is { State: VersionState.Unmoved, Newest: null, Why: not null, IsOutdated: false }));
        Assert.HasCount(2, same);

        // A tag that has moved may bring newer packages.
        Lock(folder, old);
        DeclaredVersion[] moved = await FindAsync(
            folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:v1", ("Packages", "p0.example.com@1.0.0")));
        Assert.AreEqual(VersionState.Moved, moved[0].State);
        Assert.AreEqual($"Newer 1.1.0 {GeneratedRepository.Bundle}:v1", $"{moved[1].State} {moved[1].Newest} {moved[1].Bundle}");

        static void Lock(TempFolder folder, Digest digest) =>
            File.WriteAllText(
                folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{GeneratedRepository.Bundle}}:v1":"{{digest}}"} }""");
    }

    [TestMethod]
    public async Task AMovedTagMayHaveNewerPackagesThanTheNewestTag()
    {
        (Digest old, Digest middle) = await TwoVersionsAsync();
        await TagAsync("1.0.0", 4);
        using TempFolder folder = new();
        File.WriteAllText(folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{GeneratedRepository.Bundle}}:1.0.0":"{{old}}"} }""");
        DeclaredVersion[] found = await FindAsync(
            folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:1.0.0", ("Packages", "p0.example.com@1.0.0")));

        Assert.AreEqual($"Newer 1.1.0", $"{found[0].State} {found[0].Newest}");
        Assert.AreNotEqual(middle.ToString(), found[0].MovedTo);
        DeclaredVersion package = found[1];
        Assert.AreEqual(
            $"Newer {GeneratedRepository.Bundle}:1.0.0", $"{package.State} {package.Bundle}", "the tag 1.0.0 has a newer one than 1.1.0");
    }

    [TestMethod]
    public async Task AnUnreachableSource_FailsOnlyItsItem()
    {
        (Digest old, _) = await TwoVersionsAsync();
        using TempFolder folder = new();
        File.WriteAllText(folder["airgap.lock.json"], $$"""{"version":1,"items":{"{{GeneratedRepository.Bundle}}:0.9.0":"{{old}}"} }""");
        (ImmutableArray<DeclaredVersion> versions, ImmutableArray<Diagnostic> failures) = await AskAsync(
            folder, PublishItems.Bundle($"{GeneratedRepository.Bundle}:0.9.0"),
            PublishItems.Image($"{GeneratedRepository.Bundle}:1.1.0", ("PackageRepository", "other")));
        Assert.AreEqual(VersionState.Newest, versions.Single().State);
        Assert.AreEqual(ErrorCode.ManifestUnknown, failures.Single().Code);
        Assert.AreEqual(7, failures.Single().Location!.Line);
    }

    private async Task<(Digest Old, Digest Now)> TwoVersionsAsync()
    {
        Digest[] digests = [await TagAsync("1.0.0", 2), await TagAsync("1.1.0", 3)];
        _registry.Calls.Clear();
        return (digests[0], digests[1]);
    }

    private async Task<Digest> TagAsync(string tag, int versions)
    {
        await GeneratedRepository.CreateAsync(_registry, 2, versions);
        FakeRepository repository = _registry.Get(GeneratedRepository.Bundle);
        return repository.AddManifest(
            await ((IImageRepository)repository).FindManifestAsync("v1", default) ?? throw new InvalidOperationException(), tag).Digest;
    }

    private async Task<DeclaredVersion[]> FindAsync(TempFolder folder, params PublishItem[] items)
    {
        (ImmutableArray<DeclaredVersion> versions, ImmutableArray<Diagnostic> failures) = await AskAsync(folder, items);
        Assert.IsEmpty(failures);
        return [.. versions];
    }

    private async Task<(ImmutableArray<DeclaredVersion>, ImmutableArray<Diagnostic>)> AskAsync(
        TempFolder folder, params PublishItem[] items)
    {
        ProjectUpdates updates = ProjectUpdates.Read([.. items], PublishItems.To("mirror.local;other.local", folder.Path), []);
        Assert.IsEmpty(updates.Problems);
        return await new UpdateFinder(_registry, new VersionScope(), concurrency: 4).FindAsync(updates.Declarations, updates.Lock, default);
    }
}
