using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Publishing.Tests.Locking;

/// <summary>The lock pins the selection of a bundle and the derived bundle.</summary>
[TestClass]
public sealed class SelectionLockTests : IDisposable
{
    private const string Tag = $"{GeneratedRepository.Bundle}:v1";
    private const string Key = $"{Tag} | packages p0.example.com | platforms linux/amd64";

    private static readonly PublishItem s_item = Chosen("p0.example.com");

    private readonly FakeRegistry _registry = new();
    private readonly TempFolder _folder = new();

    private string LockFile => _folder["airgap.lock.json"];

    private PublishSettings Settings => PublishItems.To("mirror.local", _folder.Path);

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task ALockedPublishGivesTheLockedDigest()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        PublishResult updated = await RunAsync(Settings with { Registry = "", UpdateLock = true }, s_item);
        Assert.AreEqual("1 tag and 1 choice locked: 2 added", updated.Summary);
        string text = File.ReadAllText(LockFile);
        Schemas.AssertValid("airgap.lock", text);

        PublishResult result = await RunAsync(Settings with { LockedMode = true }, s_item);
        Digest derived = result.Items[0].Result.Root!.Item.Digest;
        Assert.Contains($"\"{Key}\": \"{derived}\"\n", text);
        Assert.AreEqual(text, File.ReadAllText(LockFile));

        // The same on the far side, from an archive of the whole bundle.
        PublishItem whole = PublishItems.Bundle(Tag, ("Repository", "chosen"));
        await RunAsync(Settings with { Archive = "all.tar", LockFile = "whole.json" }, whole);
        _registry.Calls.Clear();
        PublishResult far = await RunAsync(Settings with { Registry = "far.local", SourceArchive = "all.tar", LockedMode = true }, s_item);
        Assert.AreEqual(derived, far.Items[0].Result.Root!.Item.Digest);
        Assert.IsEmpty(_registry.Calls.Where(call => call.Contains(GeneratedRepository.Registry, StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task AnotherChoiceIsNotLockedAndTheOldOneIsStale()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        await RunAsync(Settings with { UpdateLock = true }, s_item);
        _registry.Calls.Clear();
        ImmutableArray<Diagnostic> problems =
            new Publisher(_registry).Validate([Chosen("p0.example.com@1.0.0")], Settings with { LockedMode = true });
        Assert.AreSequenceEqual(new[] { ErrorCode.NotLocked, ErrorCode.StaleLock }, problems.Select(problem => problem.Code));
        Assert.Contains("packages p0.example.com@1.0.0 | platforms linux/amd64", problems[0].Message);
        Assert.AreEqual(new SourceLocation(LockFile, 7, 5), problems[1].Location);
        Assert.IsEmpty(_registry.Calls);

        // Outside locked mode the lock is updated.
        PublishResult result = await RunAsync(Settings, Chosen("p0.example.com@1.0.0"));
        Assert.AreEqual("1 tag and 1 choice locked: 1 added, 1 removed", result.Lock!.ToString());
        Assert.DoesNotContain(Key, File.ReadAllText(LockFile));
    }

    [TestMethod]
    public async Task ADifferentDerivedBundle_IsRefusedInLockedMode_AndAWarningOtherwise()
    {
        await GeneratedRepository.CreateAsync(_registry, 2, 2);
        await RunAsync(Settings with { Registry = "", UpdateLock = true }, s_item);
        string[] lines = [.. File.ReadAllLines(LockFile)
            .Select(line => line.Contains(Key, StringComparison.Ordinal) ? $"    \"{Key}\": \"{PublishItems.Digest}\"" : line)];
        File.WriteAllLines(LockFile, lines);
        _registry.Calls.Clear();

        AirgapException failure =
            await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(Settings with { LockedMode = true }, s_item));
        Assert.AreEqual(ErrorCode.DerivedMoved, failure.Code);
        Assert.Contains(PublishItems.Digest, failure.Message);
        Assert.IsEmpty(_registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));

        PublishResult result = await RunAsync(Settings, s_item);
        Assert.AreEqual(ErrorCode.DerivedMoved, result.Warnings.Single(warning => warning.Code == ErrorCode.DerivedMoved).Code);
        Assert.IsTrue(result.Lock!.IsNone);
        PublishResult updated = await RunAsync(Settings with { UpdateLock = true }, s_item);
        Assert.AreEqual("1 tag and 1 choice locked: 1 moved", updated.Lock!.ToString());
    }

    private Task<PublishResult> RunAsync(PublishSettings settings, PublishItem item) =>
        new Publisher(_registry).RunAsync([item], settings, default);

    private static PublishItem Chosen(string packages) =>
        PublishItems.Bundle(Tag, ("Packages", packages), ("Platforms", "linux/amd64"), ("DropUnreferenced", "false"),
            ("Repository", "chosen"));
}
