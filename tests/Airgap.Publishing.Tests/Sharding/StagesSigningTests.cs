using System.Text.Json;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Publishing.Tests.Sharding;

/// <summary>The finish signs what a publish signs, on the only machine with the key, and logs its result or refusal.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class StagesSigningTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task ImagesAreSignedByTheFinish()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        Stages stages = new(
            PublishItems.To($"{far.Host}/apps", _folder.Path) with
            {
                SigningKey = "elsewhere.pem",
                SigningKeyPasswordFile = "elsewhere.txt",
                SignImages = "tag",
                AuditLog = "audit.jsonl",
                GateCommand = "exit 0"
            },
            PublishItems.Bundle(Bundle), PublishItems.Bundle($"{Source.Host}/mirror/nested-bundle:v1.0.0"));
        await stages.With(settings => settings with { Shards = 2 }).PlanAsync();
        await stages.ShardAsync("1/2");
        Assert.IsFalse(File.Exists(_folder["audit.jsonl"]), "a part is no publish");
        Stages withKey = stages.With(
            settings => settings with { SigningKey = Private("p256"), SigningKeyPasswordFile = "" });
        Assert.AreEqual(
            ErrorCode.ShardsMissing, (await Assert.ThrowsExactlyAsync<AirgapException>(() => withKey.FinishAsync())).Code);
        Assert.IsFalse(IsSigned(far));
        await stages.ShardAsync("2/2");

        PublishResult late = await withKey.With(settings => settings with { GateCommand = "exit 3" }).FinishAsync();
        Assert.AreEqual(ErrorCode.GateRefused, late.Failures.Single().Code);
        Assert.IsFalse(IsSigned(far), "what the gate refuses is not signed");
        Assert.IsEmpty((await withKey.FinishAsync()).Failures);
        Assert.IsTrue(IsSigned(far));
        string[] outcomes = [.. File.ReadLines(_folder["audit.jsonl"])
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("outcome").GetString()!)];
        CollectionAssert.AreEqual((string[])["AIRGAP2207", "complete"], outcomes.TakeLast(2).ToArray(), string.Join(' ', outcomes));

        // The far side accepts it with the same key.
        await using RegistryFixture other = await RegistryFixture.StartEmptyAsync();
        using TempFolder there = new();
        PublishResult taken = await new Stages(
            PublishItems.To($"{other.Host}/apps", there.Path) with
            {
                Trust = [new TrustItem(far.Host, new Dictionary<string, string> { [TrustItem.Key] = SignedStorage.Key("p256") }, null)]
            },
            PublishItems.Bundle($"{far.Host}/apps/nested-bundle:v1.0.0")).WholeAsync();
        Assert.IsEmpty(taken.Failures);
    }

    [TestMethod]
    public async Task AnArchiveIsSignedByTheFinish()
    {
        Stages stages = new(
            new PublishSettings
            {
                ProjectDirectory = _folder.Path,
                OutputPath = "airgap/",
                Archive = "all.tar",
                SigningKey = "elsewhere.pem"
            },
            PublishItems.Bundle(Bundle));
        await stages.With(settings => settings with { Shards = 2 }).PlanAsync();
        foreach (string shard in new[] { "1/2", "2/2" })
            await stages.ShardAsync(shard);
        await stages.With(settings => settings with { SigningKey = Private("p256") }).FinishAsync();
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        PublishResult imported = await new Stages(
            PublishItems.To($"{far.Host}/apps", _folder.Path) with
            {
                SourceArchive = "all.tar",
                VerifyArchive = [SignedStorage.Key("p256")]
            },
            PublishItems.Bundle(Bundle)).WholeAsync();
        Assert.IsEmpty(imported.Failures);
        Assert.IsEmpty(Directory.GetFiles(_folder.Path, "*.shard-*.sigstore.json"), "parts are joined, not signed");
    }

    private static bool IsSigned(RegistryFixture far) => far.Requests.Any(
        request => request.Method == "PUT" && request.Path.EndsWith(".sig", StringComparison.Ordinal));
}
