using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Content;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Faults;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Keeping;
using Airgap.Transfer.Plans;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Publishing.Tests;

/// <summary>A project that is published to several registries.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class ConcurrentPublishTests
{
    [TestMethod]
    public async Task EachRegistryHasAllAndTheSourceIsReadOnce()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture two = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();

        PublishResult result = await RunAsync($"{one.Host}/apps;{two.Host}/other/apps", folder, Items(source));

        Assert.IsEmpty(result.Failures);
        Assert.HasCount(4, result.Items);
        Assert.Contains($"{one.Host}/apps: 2 bundles: 2 copied", result.Summary);
        Assert.Contains($"{two.Host}/other/apps: 2 bundles: 2 copied", result.Summary);
        foreach ((RegistryFixture registry, string prefix) in new[] { (one, "apps"), (two, "other/apps") })
        {
            string output = Path.Combine(folder["airgap"], RegistryList.FolderOf($"{registry.Host}/{prefix}"));
            string manifest = await File.ReadAllTextAsync(Path.Combine(output, "manifests", "simple-app-bundle.packagerepository.yml"));
            Assert.Contains($"image: {registry.Host}/{prefix}/simple-app-bundle@sha256:", manifest);
            Assert.IsTrue(File.Exists(Path.Combine(output, "relocation.json")));
            await AssertSameAsync(Path.Combine(output, "nested-bundle.bundle-lock.yml"), $"{registry.Host}/{prefix}/nested-bundle");
        }

        // The locations image, which only saves requests, is requested without retries, and verified with them.
        foreach (IGrouping<string, RecordedRequest> same in source.Requests.Where(request => request.Kind is RequestKind.BlobGet)
            .GroupBy(request => request.Path))
            Assert.HasCount(1, same, same.Key);
        foreach (IGrouping<string, RecordedRequest> same in source.Requests.Where(
            request => request.Kind is RequestKind.ManifestGet && request.Path.Contains("sha256:", StringComparison.Ordinal))
            .GroupBy(request => request.Path))
            Assert.HasCount(1, same, same.Key);
    }

    [TestMethod]
    public async Task TheBytesOfEachRegistryAreToldApart()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        RegistriesSeen seen = new();

        PublishResult result = await new Publisher(client, seen).RunAsync(
            Items(source), PublishItems.To($"{one.Host}/a;{one.Host}/b", folder.Path), CancellationToken.None);

        Assert.IsEmpty(result.Failures);
        Assert.AreSequenceEqual([$"{one.Host}/a", $"{one.Host}/b"], seen.Totals.Keys.Order(StringComparer.Ordinal));
        foreach ((string registry, (long planned, long done)) in seen.Totals)
        {
            Assert.IsGreaterThan(0, planned, registry);
            Assert.AreEqual(planned, done, registry);
        }
    }

    [TestMethod]
    public async Task ARegistryThatFailsLeavesTheOthersWhole()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture two = await RegistryFixture.StartEmptyAsync();
        two.OnRequest = (request, _) => request.Kind == RequestKind.UploadPut ? Fault.Status(403) : null;
        using TempFolder folder = new();

        PublishResult result = await RunAsync($"{one.Host}/apps;{two.Host}/apps", folder, Items(source));

        Assert.AreEqual(ErrorCode.Forbidden, result.Failures.Single().Code);
        Assert.Contains(two.Host, result.Failures.Single().Message);
        Assert.HasCount(2, result.Items);
        string output = Path.Combine(folder["airgap"], RegistryList.FolderOf($"{one.Host}/apps"));
        await AssertSameAsync(Path.Combine(output, "simple-app-bundle.bundle-lock.yml"), $"{one.Host}/apps/simple-app-bundle");
        Assert.IsFalse(Directory.Exists(Path.Combine(folder["airgap"], RegistryList.FolderOf($"{two.Host}/apps"))),
            "nothing points at what is not there");

        two.OnRequest = null;
        Assert.IsEmpty((await RunAsync($"{one.Host}/apps;{two.Host}/apps", folder, Items(source))).Failures, "another run goes on");
    }

    [TestMethod]
    public async Task AFormerDestination_LeavesNoArtifacts()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture two = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        string[] places = [$"{one.Host}/apps", $"{two.Host}/apps"];
        await RunAsync(places[0], folder, Items(source));
        Assert.IsTrue(File.Exists(Path.Combine(folder["airgap"], "relocation.json")));
        await RunAsync(string.Join(';', places), folder, Items(source));
        Assert.IsFalse(File.Exists(Path.Combine(folder["airgap"], "relocation.json")), "its manifests would be applied beside the others");
        await RunAsync(places[1], folder, Items(source));
        Assert.AreSequenceEqual(["manifests"], Directory.GetDirectories(folder["airgap"]).Select(Path.GetFileName));
    }

    [TestMethod]
    public async Task ADryRunTellsOfEach()
    {
        await using RegistryFixture source = await RegistryFixture.StartReadOnlyAsync();
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        PublishPlan plan = await new Publisher(client).PlanAsync(
            Items(source), PublishItems.To($"{one.Host}/a;{one.Host}/b", folder.Path), CancellationToken.None);
        Assert.AreSequenceEqual(
            [$"{one.Host}/a/nested-bundle", $"{one.Host}/a/simple-app-bundle", $"{one.Host}/b/nested-bundle",
                $"{one.Host}/b/simple-app-bundle"],
            plan.Document.Items.Select(item => item.Destination!.Split('@')[0]).Order(StringComparer.Ordinal));
        Assert.IsEmpty(one.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
        Assert.IsFalse(Directory.Exists(folder["airgap"]));
    }

    [TestMethod]
    [DataRow("a.corp/x", "a.corp/x", "")]
    [DataRow("a.corp/x;", "a.corp/x", "")]
    [DataRow(" a.corp/x ; b.corp:5000/y/ ;", "a.corp/x b.corp:5000/y", "")]
    [DataRow("a.corp/x;a.corp/x/", "a.corp/x a.corp/x", "AIRGAP2161")]
    [DataRow("a.corp/x;a.corp_x", "a.corp/x a.corp_x", "AIRGAP2161")]
    public void AListOfRegistriesIsRead(string text, string registries, string code)
    {
        (ImmutableArray<PublishSettings> sides, ImmutableArray<Diagnostic> problems) = RegistryList.Of(PublishItems.To(text));
        Assert.AreEqual(registries, string.Join(' ', sides.Select(side => side.Registry)));
        Assert.AreEqual(code, string.Join(' ', problems.Select(problem => problem.Id)));
    }

    [TestMethod]
    public void EveryRegistryOfTheListIsChecked()
    {
        PublishItem item = PublishItems.Bundle("a.corp/user1/app:1");
        Assert.AreEqual(ErrorCode.InvalidRepository, ItemPreparer.FindProblems([item], PublishItems.To("a.corp/x;nohost")).Single().Code);
        Assert.AreEqual(ErrorCode.ConflictingRegistries,
            ItemPreparer.FindProblems([item], PublishItems.To("a.corp/x;b.corp/x") with { Archive = "x.tar" }).Single().Code);
        Assert.IsEmpty(ItemPreparer.FindProblems([item], PublishItems.To("a.corp/x;b.corp/x")));
    }

    [TestMethod]
    public void AnOutputThatWouldReplaceTheProjectIsAnError()
    {
        using TempFolder folder = new();
        string project = folder["app.csproj"];
        File.WriteAllText(project, "<Project />");
        PublishItem item = PublishItems.Bundle("a.corp/user1/app:1") with { Location = new SourceLocation(project, 1) };
        PublishSettings plain = PublishItems.To("a.corp/x", folder.Path);
        Publisher publisher = new(new FakeRegistry());
        foreach (PublishSettings replacing in new[] { plain with { Summary = "app.csproj" }, plain with { Timeline = "./app.csproj" } })
            Assert.AreEqual(ErrorCode.BaseIsOutput, publisher.Validate([item], replacing).Single().Code);
        Assert.IsEmpty(publisher.Validate([item], plain with { Summary = "summary.md" }));
    }

    [TestMethod]
    public void SettingsOfAGateThatHasNoCommandAreAnError()
    {
        PublishItem item = PublishItems.Bundle("a.corp/user1/app:1");
        Publisher publisher = new(new FakeRegistry());
        PublishSettings plain = PublishItems.To("a.corp/x");
        PublishSettings[] gates = [plain with { GateContent = true }, plain with { GateVariables = ["HOME"] },
            plain with { GateTimeout = TimeSpan.FromMinutes(1) }];
        Assert.AreSequenceEqual(
            ["AirgapGateContent", "AirgapGateVariables", "AirgapGateTimeout"],
            gates.Select(gate => publisher.Validate([item], gate).Single().Message.Split(' ')[0]));
        foreach (PublishSettings gate in gates)
            Assert.IsEmpty(publisher.Validate([item], gate with { GateCommand = "scan" }));
        Assert.IsEmpty(publisher.Validate([item], gates[0] with { Registry = "" }), "nothing moves");
    }

    private static PublishItem[] Items(RegistryFixture source) =>
    [
        PublishItems.Bundle($"{source.Host}/mirror/simple-app-bundle:v1.0.0", ("PackageRepository", "simple-app-bundle")),
        PublishItems.Bundle($"{source.Host}/mirror/nested-bundle:v1.0.0"),
    ];

    private static RegistryClient Client() =>
        new(new RegistryOptions { RetryCount = 1 }, CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));

    private static async Task<PublishResult> RunAsync(string registries, TempFolder folder, PublishItem[] items)
    {
        using RegistryClient client = Client();
        PublishedFileList list = new(folder["list"]);
        PublishResult result = await new Publisher(client)
        {
            Artifacts = list
        }.RunAsync(items, PublishItems.To(registries, folder.Path), CancellationToken.None);
        list.Save();
        return result;
    }

    private static async Task AssertSameAsync(string lockFile, string repository)
    {
        using RegistryClient client = Client();
        RepositoryDifference difference = await new RepositoryComparer(client).CompareAsync(
            KeptLock.Read(lockFile), RepositoryName.Parse(repository), withExtra: true, CancellationToken.None);
        Assert.IsTrue(difference.IsSame && difference.Unknown.IsEmpty, $"{repository}: {string.Join(", ", difference.Lacks)}");
    }

    // The bytes that were planned, and those that arrived, by registry.
    private sealed class RegistriesSeen : IRegistriesObserver
    {
        public Dictionary<string, (long Planned, long Done)> Totals { get; } = [];

        public ITransferObserver For(string registry)
        {
            lock (Totals)
                Totals[registry] = default;
            return new One(this, registry);
        }

        private sealed class One(RegistriesSeen all, string registry) : ITransferObserver
        {
            public void PhaseStarted(TransferPhase phase, TransferPlan? plan)
            {
                if (phase == TransferPhase.Transferring)
                    Add(plan!.TotalBytes, 0);
            }

            public void BlobFinished(Descriptor blob, BlobOutcome outcome) => Add(0, blob.Size);

            private void Add(long planned, long done)
            {
                lock (all.Totals)
                    all.Totals[registry] = (all.Totals[registry].Planned + planned, all.Totals[registry].Done + done);
            }
        }
    }
}
