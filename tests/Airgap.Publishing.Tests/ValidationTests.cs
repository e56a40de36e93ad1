using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Naming;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Transfer.Plans;

namespace Airgap.Publishing.Tests;

[TestClass]
public sealed class ValidationTests
{
    [TestMethod]
    public void ADeclaredBundleAndADestinationAreAllItTakes() =>
        Assert.IsEmpty(Validate(
            PublishItems.To("final-registry.corp.com/apps"), PublishItems.Bundle("index.docker.io/user1/simple-app-bundle:v1.0.0")));

    [TestMethod]
    [DataRow("HOST/a:v1")]
    [DataRow("host.io/a:")]
    [DataRow("https://host.io/a:v1")]
    [DataRow("host.io/a@sha256:12")]
    [DataRow("host.io/a b:v1")]
    public void AnInvalidReference_IsReportedWithItsPlace(string include)
    {
        Diagnostic problem = Assert.ContainsSingle(Validate(PublishItems.To("host.io/x"), PublishItems.Bundle(include)));
        Assert.AreEqual(ErrorCode.InvalidReference, problem.Code);
        Assert.AreEqual(new SourceLocation("App.csproj", 7), problem.Location);
        Assert.Contains(include, problem.Message);
    }

    [TestMethod]
    public void ARegistryThatIsNotKnownYet_IsNotMadeUp()
    {
        Diagnostic problem = Validate(
            PublishItems.To("") with
            {
                Archive = "a.tar"
            }, PublishItems.Bundle("host.io/b:v1", ("PackageRepository", "name"), ("SyncPeriod", "soon")))
                .First(found => (int)found.Code / 1000 == 4);
        Assert.Contains("'soon' is not a sync period", problem.Message);
        Assert.DoesNotContain("registry.invalid", problem.Message);
        Assert.DoesNotContain("registry.invalid", problem.Reference ?? "");
    }

    [TestMethod]
    public void EveryProblemOfEveryItemIsReportedAtOnce()
    {
        IReadOnlyList<Diagnostic> problems = Validate(
            PublishItems.To("host.io/apps") with { Archive = "a.tar", SourceArchive = "missing.tar" },
            PublishItems.Bundle("host.io/a:"),
            PublishItems.Bundle("host.io/b:v1", ("Pinning", "Digests")),
            PublishItems.Bundle("host.io/c:v1", ("Repository", "Upper/Case")),
            PublishItems.Bundle("host.io/d:v1", ("PackageRepository", "Not_A_Name")),
            PublishItems.Lock("missing.lock.yml"));
        Assert.AreSequenceEqual(
            new[]
            {
                ErrorCode.IncompatibleOptions, ErrorCode.IncompatibleOptions, ErrorCode.FileNotFound, ErrorCode.InvalidReference,
                ErrorCode.InvalidArgument, ErrorCode.InvalidRepository, ErrorCode.InvalidKubernetesName, ErrorCode.FileNotFound,
            },
            problems.Select(problem => problem.Code));
    }

    [TestMethod]
    [DataRow("registry", ErrorCode.InvalidRepository)]
    [DataRow("https://host.io/apps", ErrorCode.InvalidRepository)]
    [DataRow("host.io/Apps", ErrorCode.InvalidRepository)]
    [DataRow("host.io:99999/apps", ErrorCode.InvalidRepository)]
    public void ARegistryThatIsNoneIsRefused(string registry, ErrorCode code) =>
        Assert.AreEqual(code, Assert.ContainsSingle(
            Validate(PublishItems.To(registry), PublishItems.Bundle("host.io/a:v1"), PublishItems.Bundle("host.io/b:v1"))).Code);

    [TestMethod]
    public void TwoItemsThatMoveTheSameTagAreAConflict()
    {
        Diagnostic problem = Assert.ContainsSingle(
            Validate(PublishItems.To("host.io/apps"), PublishItems.Bundle("one.io/a:v1"),
                PublishItems.Bundle("two.io/a:v1", ("PackageRepository", "other"))));
        Assert.AreEqual(ErrorCode.ConflictingDestination, problem.Code);
        Assert.Contains("one.io/a:v1", problem.Message);
        Assert.Contains("two.io/a:v1", problem.Message);
    }

    [TestMethod]
    public void TagsThatDifferOnlyByCaseAreBothNamed()
    {
        Diagnostic problem = Assert.ContainsSingle(
            Validate(PublishItems.To("host.io/apps"), PublishItems.Bundle("one.io/a:v1"), PublishItems.Bundle("one.io/a:V1")));
        Assert.AreEqual(ErrorCode.ConflictingDestination, problem.Code);
        Assert.Contains("host.io/apps/a:v1 and host.io/apps/a:V1, which differ only by case", problem.Message);
    }

    [TestMethod]
    public void TwoItemsThatWriteTheSameManifestAreAConflict() => Assert.AreEqual(
        ErrorCode.ConflictingDestination,
        Assert.ContainsSingle(Validate(
            PublishItems.To("host.io/apps"), PublishItems.Bundle("host.io/a:v1"), PublishItems.Bundle("host.io/a:v2"))).Code);

    [TestMethod]
    public void TwoTagsOfOneBundleMayGoToOneRepository() => Assert.IsEmpty(Validate(
        PublishItems.To("host.io/apps"),
        PublishItems.Bundle("host.io/a:v1", ("PackageRepository", "a1")),
        PublishItems.Bundle("host.io/a:v2", ("PackageRepository", "a2"))));

    [TestMethod]
    public void AnItemThatStandsTwiceIsOneItem() =>
        Assert.IsEmpty(Validate(PublishItems.To("host.io/apps"), PublishItems.Bundle("host.io/a:v1"), PublishItems.Bundle("host.io/a:v1")));

    [TestMethod]
    public void AnItemWithoutADestinationBesideOneWithIsAnError()
    {
        Diagnostic problem = Assert.ContainsSingle(
            Validate(PublishItems.To(""), PublishItems.Bundle("host.io/a:v1", ("Repository", "host.io/x/a")),
                PublishItems.Bundle("host.io/b:v1")));
        Assert.AreEqual(ErrorCode.DestinationSelection, problem.Code);
        Assert.Contains("host.io/b:v1", problem.Message);
    }

    [TestMethod]
    public void NothingIsWrongWhereNothingIsToBeDone() =>
        Assert.IsEmpty(Validate(PublishItems.To(""), PublishItems.Bundle("not a reference")));

    [TestMethod]
    public void SeveralItemsDoNotFitIntoOneArchive() => Assert.AreEqual(
        ErrorCode.IncompatibleOptions,
        Assert.ContainsSingle(Validate(
            PublishItems.To("") with
            {
                Archive = "bundles.tar"
            }, PublishItems.Bundle("host.io/a:v1"), PublishItems.Bundle("host.io/b:v1"))).Code);

    [TestMethod]
    public void AnArchiveOfAFolderIsLookedForByTheItemsName()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder["in"]);
        File.WriteAllText(folder["in/a.tar"], "");
        PublishSettings settings = PublishItems.To("host.io/apps", folder.Path) with { SourceArchive = "in" };
        Diagnostic problem = Assert.ContainsSingle(
            Validate(settings, PublishItems.Bundle("host.io/a:v1"), PublishItems.Bundle("host.io/b:v1", ("PackageRepository", "other"))));
        Assert.AreEqual(ErrorCode.FileNotFound, problem.Code);
        Assert.Contains("other.tar", problem.Message);
    }

    [TestMethod]
    public void AMistypedMetadataIsAWarningWithTheRightName()
    {
        WarningList warnings = new();
        IReadOnlyList<Diagnostic> problems = new Publisher(new NoRegistry(), warnings)
            .Validate([PublishItems.Bundle("host.io/a:v1", ("Repositry", "b"), ("visible", "false"), ("namespace", "packages"))],
                PublishItems.To("host.io/apps"));
        Assert.IsEmpty(problems);
        Diagnostic warning = Assert.ContainsSingle(warnings.All);
        Assert.AreEqual(ErrorCode.UnknownName, warning.Code);
        Assert.Contains("Repositry", warning.Message);
        Assert.Contains("Did you mean Repository?", warning.Advice);
    }

    [TestMethod]
    [DataRow("receipt.json", "./receipt.json", "key.pem", "AirgapReceipt", "AirgapAuditLog")]
    [DataRow("airgap/relocation.json", "", "key.pem", "AirgapReceipt", "relocation.json")]
    [DataRow("", "key.pem", "key.pem", "AirgapAuditLog", "AirgapSigningKey")]
    [DataRow("", "airgap.lock.json", "key.pem", "AirgapAuditLog", "AirgapLockFile")]
    public void AnOutputThatReplacesAnotherFileOfTheProjectIsRefused(
        string receipt, string log, string key, string output, string other)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["key.pem"], "-");
        Diagnostic problem = Validate(
            PublishItems.To("host.io/apps", folder.Path) with { Receipt = receipt, AuditLog = log, SigningKey = key },
            PublishItems.Bundle("host.io/a:v1")).Single(problem => problem.Code == ErrorCode.BaseIsOutput);
        Assert.Contains(output, problem.Message);
        Assert.Contains(other, problem.Message);
    }

    [TestMethod]
    [DataRow("conf", "AirgapRegistriesConf")]
    [DataRow("settings.json", "AirgapRepositorySettings")]
    [DataRow("ca.pem", "AirgapCaCertificates")]
    [DataRow("plan.json", "AirgapPlan")]
    public void ATimelineThatReplacesWhatTheProjectReadsIsRefused(string timeline, string input)
    {
        using TempFolder folder = new();
        PublishSettings settings = PublishItems.To("host.io/apps", folder.Path) with
        {
            Timeline = timeline,
            Plan = "plan.json",
            Access = new RegistryAccess
            {
                RegistriesConf = "conf",
                RepositorySettings = "settings.json",
                CreateRepositories = true,
                CaCertificates = ["ca.pem"],
            },
        };
        Diagnostic problem = Validate(settings, PublishItems.Bundle("host.io/a:v1"))
            .Single(problem => problem.Code == ErrorCode.BaseIsOutput);
        Assert.Contains(input, problem.Message);
        Assert.Contains("AirgapTimeline", problem.Message);
    }

    [TestMethod]
    public void AnArchiveThatReplacesTheSourceArchiveIsRefused()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["a.tar"], "-");
        Directory.CreateSymbolicLink(folder["link"], folder.Path);
        Assert.Contains(ErrorCode.BaseIsOutput, Validate(
            PublishItems.To("host.io/apps", folder.Path) with { Archive = "link/a.tar", SourceArchive = "a.tar" },
            PublishItems.Bundle("host.io/a:v1")).Select(problem => problem.Code));
    }

    [TestMethod]
    public void EachOfSeveralRegistriesHasItsOwnReceipt()
    {
        using TempFolder folder = new();
        string[] receipts = [.. RegistryList.Of(PublishItems.To("one.io/apps;two.io/apps", folder.Path) with { Receipt = "out/r.json" })
            .Settings.Select(settings => settings.FullPath(settings.Receipt))];
        Assert.AreSequenceEqual(new[] { folder["out/one.io_apps/r.json"], folder["out/two.io_apps/r.json"] }, receipts);
    }

    [TestMethod]
    public async Task WithoutADestinationThereIsOneWarningAndNoRequest()
    {
        WarningList warnings = new();
        PublishResult result = await new Publisher(new NoRegistry(), warnings)
            .RunAsync([PublishItems.Bundle("host.io/a:v1"), PublishItems.Image("host.io/b:v1")], PublishItems.To(""),
                CancellationToken.None);
        Assert.IsEmpty(result.Items);
        Assert.IsEmpty(result.Files);
        Assert.AreEqual(ErrorCode.NoDestination, Assert.ContainsSingle(warnings.All).Code);
        Assert.AreSequenceEqual(warnings.All, result.Warnings);
    }

    [TestMethod]
    public async Task ARunRefusesWhatAValidationWouldHaveNamed()
    {
        AirgapException e = await Assert.ThrowsExactlyAsync<AirgapException>(() =>
            new Publisher(new NoRegistry()).RunAsync(
                [PublishItems.Bundle("host.io/a:")], PublishItems.To("host.io/apps"), CancellationToken.None));
        Assert.AreEqual(ErrorCode.InvalidReference, e.Code);
        Assert.AreEqual(7, e.Location?.Line);
    }

    private static IReadOnlyList<Diagnostic> Validate(PublishSettings settings, params PublishItem[] items) =>
        new Publisher(new NoRegistry()).Validate(items, settings);

    private sealed class NoRegistry : IRegistry
    {
        public IImageRepository GetRepository(RepositoryName name) => throw new InvalidOperationException($"Nobody may ask for {name}.");
    }

    private sealed class WarningList : ITransferObserver
    {
        public List<Diagnostic> All { get; } = [];

        public void Warning(Diagnostic warning) => All.Add(warning);
    }
}
