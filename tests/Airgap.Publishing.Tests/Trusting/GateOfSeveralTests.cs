using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>A project that is published to several registries has one gate, and one policy.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class GateOfSeveralTests
{
    private readonly TempFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task TheGate_RunsOnce_WithTheWholePlan_BeforeAnythingIsPushedToAny()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture two = await RegistryFixture.StartEmptyAsync();
        PublishSettings settings = PublishItems.To($"{one.Host}/apps;{two.Host}/apps", _folder.Path) with
        {
            AuditLog = "audit.jsonl",
            GateContent = true,
        };
        PublishItem[] items =
        [
            PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0", ("DropUnreferenced", "true")),
            PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0"),
        ];
        const string Look = "echo run >> runs; cp \"$AIRGAP_PLAN\" plan.json; cp \"$AIRGAP_LAYOUT/index.json\" index.json; ";

        PublishResult refused = await RunAsync(items, settings with { GateCommand = Look + "exit 3" });

        Assert.AreEqual(ErrorCode.GateRefused, refused.Failures.Single().Code);
        Assert.AreEqual(3, refused.Gate!.ExitCode);
        Assert.HasCount(1, File.ReadAllLines(_folder["runs"]));
        Assert.IsEmpty(one.Requests.Concat(two.Requests).Where(request => request.Method is not ("GET" or "HEAD")));
        Assert.IsFalse(Directory.Exists(_folder["airgap"]));
        string plan = File.ReadAllText(_folder["plan.json"]);
        Schemas.AssertValid("plan", plan);
        string[] destinations = [.. JsonDocument.Parse(plan).RootElement.GetProperty("items").EnumerateArray()
            .Select(item => item.GetProperty("destination").GetString()!.Split('@')[0])];
        string[] expected = [$"{one.Host}/apps/nested-bundle", $"{one.Host}/apps/simple-app-bundle", $"{two.Host}/apps/nested-bundle",
            $"{two.Host}/apps/simple-app-bundle"];
        Assert.AreSequenceEqual(expected.Order(StringComparer.Ordinal), destinations.Order(StringComparer.Ordinal));

        PublishResult agreed = await RunAsync(items, settings with { GateCommand = Look + "echo fine" });

        Assert.IsEmpty(agreed.Failures);
        Assert.HasCount(4, agreed.Items);
        Assert.HasCount(2, File.ReadAllLines(_folder["runs"]));
        foreach (RegistryFixture registry in new[] { one, two })
        {
            string report = File.ReadAllText(_folder[$"airgap/{RegistryList.FolderOf($"{registry.Host}/apps")}/relocation.json"]);
            Assert.AreEqual("fine", JsonDocument.Parse(report).RootElement.GetProperty("gate").GetProperty("text").GetString());
        }

        // The content also contains what is derived here.
        string derived = agreed.Items.First(item => item.Derived is not null).Derived!.Digest;
        Assert.Contains(derived, File.ReadAllText(_folder["index.json"]));
        string[] log = File.ReadAllLines(_folder["audit.jsonl"]);
        Assert.HasCount(3, log, "the refusal once, then each destination");
        Assert.Contains("AIRGAP2207", log[0]);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task APolicy_IsAskedBeforeTheGate_ForAllDestinations()
    {
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture two = await RegistryFixture.StartEmptyAsync();
        PublishSettings settings = PublishItems.To($"{one.Host}/apps;{two.Host}/apps", _folder.Path) with
        {
            GateCommand = "echo run >> runs",
        };
        PublishItem[] items = [PublishItems.Bundle($"{source.Host}/{SignedStorage.Bundle}")];
        // Each was signed under its name before it was mirrored.
        string Rule(string scope, string name) =>
            $"\"{source.Host}/trust/mirror{scope}\": [{{\"type\": \"sigstoreSigned\", \"keyPath\": \"{SignedStorage.Key("p256")}\", " +
            $"\"signedIdentity\": {{\"type\": \"exactRepository\", \"dockerRepository\": \"registry.local:5055/trust/{name}\"}}}}]";
        string rules = string.Join(
            ", ", Rule(":v1.0.0", "bundle"),
            Rule("@sha256:4141fe457eff534ff720d7efce5ae5848f656d6ccc541829b647867b0d52d579", "frontend"),
            Rule("@sha256:56dbb4406709d65a91188eb329383ef9e1bbf0663a55dd54a22c6b2168e7fc07", "backend"));
        File.WriteAllText(
            _folder["policy.json"], $"{{\"default\": [{{\"type\": \"reject\"}}], \"transports\": {{\"docker\": {{{rules}}}}}}}");

        PublishResult refused = await RunAsync(
            items, settings with { Policy = Path.Combine(Fixtures.Root, "trust", "policies", "reject-all.json") });
        bool asked = File.Exists(_folder["runs"]);
        PublishResult accepted = await RunAsync(items, settings with { Policy = _folder["policy.json"] });

        Assert.IsTrue(refused.Failures.All(failure => failure.Code == ErrorCode.RejectedByPolicy));
        Assert.HasCount(3, refused.Failures, "each image once");
        Assert.IsFalse(asked);
        Assert.IsEmpty(accepted.Failures, string.Join("; ", accepted.Failures.Select(failure => failure.Message)));
        Assert.HasCount(2, accepted.Items);
        Assert.HasCount(1, File.ReadAllLines(_folder["runs"]));
    }

    [TestMethod]
    public async Task WhatFailsBeforeAnythingMoves_IsLoggedOnce()
    {
        FakeRegistry registry = FakeRegistry.FromFixtures();
        PublishSettings settings = PublishItems.To("one.local/apps;two.local/apps", _folder.Path) with { AuditLog = "audit.jsonl" };
        PublishItem[] items = [PublishItems.Bundle(Fixtures.Registry + "/mirror/simple-app-bundle:v1.0.0")];
        Publisher publisher = new(registry);
        AirgapException failure = new(ErrorCode.Forbidden, "The own bundle is refused.", "Log in.");

        PreparedPublish prepared = await publisher.PrepareAsync(items, settings, TestContext.CancellationToken);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => publisher.RunPreparedAsync(
            prepared with { ApprovedAsync = _ => Task.FromException(failure) }, TestContext.CancellationToken));

        Assert.Contains("AIRGAP1004", Assert.ContainsSingle(File.ReadAllLines(_folder["audit.jsonl"])));
        Assert.IsEmpty(registry.Calls.Where(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    private async Task<PublishResult> RunAsync(PublishItem[] items, PublishSettings settings)
    {
        using RegistryClient client =
            new(new RegistryOptions { RetryCount = 1 }, CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        return await new Publisher(client).RunAsync(items, settings, TestContext.CancellationToken);
    }
}
