using System.Collections.Immutable;
using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Naming;
using Airgap.Oci.Wire;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Forecasts;
using Airgap.Publishing.Trusting;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer;
using Airgap.Transfer.Plans;
using RequestKind = Airgap.TestKit.Registries.RequestKind;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>A publish relocates only what the trust rules accept.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PublishTrustTests : TrustTestBase
{
    // Signed with the key p256, with packages to select by.
    private const string IndexBundle = "signed/index-bundle:v1.0.0";

    private static RegistryFixture s_registry = null!;

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        s_registry = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture source = await RegistryFixture.StartWithFixturesAsync();
        using TempFolder folder = new();
        using RegistryClient client = Client();
        PublishResult signed = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{source.Host}/mirror/index-bundle:v1.0.0")],
            PublishItems.To($"{s_registry.Host}/signed", folder.Path) with
            {
                SigningKey = Path.ChangeExtension(SignedStorage.Key("p256"), ".pem"),
                SignImages = "tag"
            }, context.CancellationToken);
        Assert.IsEmpty(signed.Failures);
    }

    [ClassCleanup]
    public static async Task StopAsync() => await s_registry.DisposeAsync();

    [TestMethod]
    public async Task ASignedBundle_IsRelocated_AndTheReportNamesTheSigner()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishResult result = await RunAsync(
            destination, [SignedStorage.Bundle], Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p256")), ("Visible", "false")));

        Assert.IsEmpty(result.Failures);
        string json = File.ReadAllText(_folder["airgap/relocation.json"]);
        Schemas.AssertValid("relocation", json);
        JsonElement signatures = JsonDocument.Parse(json).RootElement.GetProperty("items")[0].GetProperty("signatures");
        Assert.AreEqual(3, signatures.GetArrayLength());
        Assert.AreEqual("cosign", signatures[0].GetProperty("signedBy")[0].GetProperty("form").GetString());
        Assert.AreEqual(3, File.ReadAllText(_folder["airgap/relocation.html"]).Split("class=\"signed\"").Length - 1, "a lock beside each");
    }

    /// <summary>A bundle that is derived here has no signature: the signers of the original count, on either side of the gap.</summary>
    [TestMethod]
    public async Task OfADerivedBundle_TheOriginalIsJudged()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        TrustItem[] trust = Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p256")));
        PublishSettings settings = Settings(destination, trust);
        using RegistryClient client = Client();

        PublishResult result = await new Publisher(client).RunAsync(
            [Chosen(IndexBundle)], settings, TestContext.CancellationToken);
        Assert.IsEmpty(result.Failures);
        string derived = result.Items[0].Derived!.Digest;
        Assert.IsFalse(result.Items[0].Derived!.From.EndsWith(derived, StringComparison.Ordinal));
        Assert.Contains(image => result.Items[0].Derived!.From.EndsWith(image.Digest, StringComparison.Ordinal),
            result.Items[0].Signatures!.Value);

        PublishResult refused = await new Publisher(client).RunAsync(
            [Chosen(IndexBundle)], Settings(destination, Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p384")))),
            TestContext.CancellationToken);
        Assert.IsTrue(refused.Failures.Any(failure => failure.Code == ErrorCode.SignatureRejected));

        await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{s_registry.Host}/{IndexBundle}")], settings with
            {
                Registry = "",
                Archive = "all.tar"
            }, TestContext.CancellationToken);
        PublishResult far = await new Publisher(client).RunAsync(
            [Chosen(IndexBundle)], settings with
            {
                SourceArchive = "all.tar",
                Registry = $"{destination.Host}/far"
            }, TestContext.CancellationToken);
        Assert.IsEmpty(far.Failures);
        Assert.AreEqual(derived, far.Items[0].Derived!.Digest);
    }

    /// <summary>An archive of a derived bundle does not contain the original: the archive's signature shows who derived it.</summary>
    [TestMethod]
    public async Task ADerivedBundle_IsTakenFromAnArchive_OnlyWhereTheArchiveIsSigned()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishItem chosen = Chosen(IndexBundle);
        PublishSettings settings = Settings(destination, Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p256"))));
        PublishSettings far = settings with { SourceArchive = "derived.tar" };
        using RegistryClient client = Client();
        PublishResult near = await new Publisher(client).RunAsync([chosen], settings with
        {
            Registry = "",
            Archive = "derived.tar",
            SigningKey = Path.ChangeExtension(SignedStorage.Key("p256"), ".pem")
        }, TestContext.CancellationToken);
        Assert.IsEmpty(near.Failures);

        PublishResult refused = await new Publisher(client).RunAsync([chosen], far, TestContext.CancellationToken);
        PublishResult good = await new Publisher(client).RunAsync(
            [chosen], far with { VerifyArchive = [SignedStorage.Key("p256")] }, TestContext.CancellationToken);

        Assert.Contains("AirgapVerifyArchive", refused.Failures.Single().Advice);
        Assert.IsEmpty(good.Failures);
        Assert.HasCount(1, good.Items);
        Assert.Contains(
            request => request.Method == "PUT" && request.Path.Contains("/manifests/", StringComparison.Ordinal), destination.Requests);
    }

    /// <summary>
    /// A bundle that the project makes needs no signature where it is made. From an archive it is foreign content: only the archive's own
    /// signature shows that it is the project's.
    /// </summary>
    [TestMethod]
    public async Task AProducedBundle_IsAcceptedOnlyFromASignedArchive()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishItem made = PublishItems.Bundle($"{s_registry.Host}/{SignedStorage.Bundle}") with { IsProduced = true };
        PublishSettings near = Settings(destination, []) with
        {
            Registry = "",
            Archive = "made.tar",
            SigningKey = Path.ChangeExtension(SignedStorage.Key("p256"), ".pem")
        };
        PublishSettings here = Settings(destination, Trust(TrustItem.Everywhere, (TrustItem.Key, SignedStorage.Key("wrong"))));
        PublishSettings far = here with { SourceArchive = "made.tar" };
        using RegistryClient client = Client();
        await new Publisher(client).RunAsync([made], near, TestContext.CancellationToken);

        Assert.HasCount(2, await RefusalsAsync(here), "of what it pins alone");
        ImmutableArray<Diagnostic> ofDisc = await RefusalsAsync(far);
        Assert.HasCount(3, ofDisc);
        Assert.Contains("AirgapVerifyArchive", ofDisc.Single(refusal => refusal.Digest == SignedStorage.BundleDigest).Advice);
        Assert.HasCount(2, await RefusalsAsync(far with { VerifyArchive = [SignedStorage.Key("p256")] }));

        async Task<ImmutableArray<Diagnostic>> RefusalsAsync(PublishSettings settings) =>
            (await new Publisher(client).RunAsync([made], settings, TestContext.CancellationToken)).Failures;
    }

    [TestMethod]
    public async Task EveryRefusalOfEveryItem_IsTold_AndNothingIsWritten()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishResult result = await RunAsync(
            destination, [SignedStorage.Bundle, SignedStorage.BundleOfUnsigned],
            Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p256"))));

        Assert.HasCount(2, result.Failures);
        Assert.IsTrue(result.Failures.All(failure => failure.Code == ErrorCode.SignatureMissing));
        Assert.IsEmpty(destination.Requests.Where(request => request.Method is not ("GET" or "HEAD")));
        Assert.IsFalse(Directory.Exists(_folder["airgap"]));
    }

    [TestMethod]
    public async Task ADryRun_IsRefused_AndAPlanSaysWhoSigned()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        TrustItem[] trust = Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p256")));

        PublishPlan refused = await PlanAsync(destination, SignedStorage.BundleOfUnsigned, trust);
        PublishPlan plan = await PlanAsync(destination, SignedStorage.Bundle, trust);

        Assert.HasCount(2, refused.Refusals);
        Assert.IsEmpty(refused.Document.Items);
        Schemas.AssertValid("plan", PlanWriter.ToJson(plan.Document));
        Assert.HasCount(3, plan.Document.Items[0].Signatures!.Value);
    }

    [TestMethod]
    public async Task APlaceWithoutARule_IsRefused_AndTheMostSpecificPlaceCounts()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        (string, string) right = (TrustItem.Key, SignedStorage.Key("p256"));
        (string, string) wrong = (TrustItem.Key, SignedStorage.Key("wrong"));

        PublishResult none = await RunAsync(destination, [SignedStorage.Bundle], Trust("elsewhere.example", right));
        PublishResult specific = await RunAsync(
            destination, [SignedStorage.Bundle], [.. Trust(s_registry.Host, wrong), .. Trust($"{s_registry.Host}/trust/mirror", right)]);
        PublishResult everywhere = await RunAsync(destination, [SignedStorage.Bundle], Trust(TrustItem.Everywhere, wrong));

        Assert.AreEqual(ErrorCode.NoTrustRule, none.Failures[0].Code);
        Assert.IsEmpty(specific.Failures);
        Assert.AreEqual(ErrorCode.SignatureRejected, everywhere.Failures[0].Code);
    }

    [TestMethod]
    public async Task OfTheRootAlone_WhereThatIsRequired()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishResult result = await RunAsync(
            destination, [SignedStorage.BundleOfUnsigned],
            Trust(s_registry.Host, (TrustItem.Key, SignedStorage.Key("p256")), (TrustItem.Required, "root")));

        Assert.IsEmpty(result.Failures);
    }

    // The bundle has a tag, and its images have none: one test for two kinds of locations.
    [TestMethod]
    public async Task ARuleForTheRootAlone_DoesNotVoidThoseOfOtherPlaces()
    {
        TrustRule all = TrustRuleReader.Read(new TrustSettings { Keys = [SignedStorage.Key("p256")] });
        TrustRule root = all with { RootOnly = true };
        using RegistryClient client = Client();
        TransferPlan plan = await new Relocator(client).PlanAsync(
            new RelocationSource.Bundle(ImageReference.Parse($"{s_registry.Host}/{SignedStorage.BundleOfUnsigned}")), new PlanOptions(),
            TestContext.CancellationToken);

        PlanTrust both = await PlanTrust.VerifyAsync(
            plan, client, name => name.Digest is null ? root : all, exceptRoot: false, isProven: false, TestContext.CancellationToken);
        PlanTrust none = await PlanTrust.VerifyAsync(
            plan, client, name => name.Digest is null ? root : null, exceptRoot: false, isProven: false, TestContext.CancellationToken);
        PlanTrust alone = await PlanTrust.VerifyAsync(
            plan, client, _ => root, exceptRoot: false, isProven: false, TestContext.CancellationToken);

        Assert.HasCount(2, both.Refusals);
        Assert.IsTrue(both.Refusals.All(refusal => refusal.Code == ErrorCode.SignatureMissing));
        Assert.HasCount(1, both.Images);
        Assert.IsEmpty(none.Refusals);
        Assert.IsEmpty(alone.Refusals);
        Assert.HasCount(1, alone.Images);
    }

    [TestMethod]
    public async Task SeveralDestinations_AreJudgedOnce_AndNothingMovesToAnyOfThemUnjudged()
    {
        // Counts requests, and other tests run in parallel.
        await using RegistryFixture source = await RegistryFixture.StartAsync(new RegistryFixtureOptions { WithSigned = true });
        await using RegistryFixture one = await RegistryFixture.StartEmptyAsync();
        await using RegistryFixture two = await RegistryFixture.StartEmptyAsync();
        PublishSettings settings = PublishItems.To($"{one.Host}/apps;{two.Host}/apps", _folder.Path) with
        { Trust = [.. Trust(source.Host, (TrustItem.Key, SignedStorage.Key("p256")))] };
        PublishItem good = PublishItems.Bundle($"{source.Host}/{SignedStorage.Bundle}");
        PublishItem bad = PublishItems.Bundle($"{source.Host}/{SignedStorage.BundleOfUnsigned}");
        using RegistryClient client = Client();

        PublishResult refused = await new Publisher(client).RunAsync([good, bad], settings, TestContext.CancellationToken);
        PublishPlan planned = await new Publisher(client).PlanAsync([good, bad], settings, TestContext.CancellationToken);

        Assert.HasCount(2, refused.Failures, "each image once, whatever the number of destinations");
        Assert.IsTrue(refused.Failures.All(failure => failure.Code == ErrorCode.SignatureMissing));
        Assert.HasCount(2, planned.Refusals);
        Assert.IsEmpty(one.Requests.Concat(two.Requests).Where(request => request.Method is not ("GET" or "HEAD")));
        Assert.IsFalse(Directory.Exists(_folder["airgap"]));

        int before = source.Requests.Count;
        PublishResult accepted = await new Publisher(client).RunAsync([good], settings, TestContext.CancellationToken);

        Assert.IsEmpty(accepted.Failures);
        Assert.HasCount(2, accepted.Items);
        Assert.IsTrue(accepted.Items.All(item => item.Signatures is { Length: 3 }));
        string[] blobs = [.. source.Requests.Skip(before).Where(request => request.Kind == RequestKind.BlobGet)
            .Select(request => request.Path)];
        Assert.HasCount(blobs.Distinct().Count(), blobs, "signatures are read once");
    }

    [TestMethod]
    public async Task APolicy_Refuses()
    {
        await using RegistryFixture destination = await RegistryFixture.StartEmptyAsync();
        PublishSettings settings = Settings(destination, []) with
        {
            Policy = Path.Combine(Fixtures.Root, "trust", "policies", "reject-all.json")
        };
        using RegistryClient client = Client();
        PublishResult result = await new Publisher(client).RunAsync(
            [PublishItems.Bundle($"{s_registry.Host}/{SignedStorage.Bundle}")], settings, TestContext.CancellationToken);

        Assert.HasCount(3, result.Failures);
        Assert.IsTrue(result.Failures.All(failure => failure.Code == ErrorCode.RejectedByPolicy));
    }

    private static PublishItem Chosen(string bundle) => PublishItems.Bundle($"{s_registry.Host}/{bundle}", ("DropUnreferenced", "true"));

    private PublishSettings Settings(RegistryFixture destination, TrustItem[] trust) =>
        PublishItems.To($"{destination.Host}/apps", _folder.Path) with { Trust = [.. trust] };

    private async Task<PublishResult> RunAsync(RegistryFixture destination, string[] bundles, TrustItem[] trust)
    {
        using RegistryClient client = Client();
        return await new Publisher(client).RunAsync(
            [.. bundles.Select(bundle => PublishItems.Bundle($"{s_registry.Host}/{bundle}"))], Settings(destination, trust),
            TestContext.CancellationToken);
    }

    private async Task<PublishPlan> PlanAsync(RegistryFixture destination, string bundle, TrustItem[] trust)
    {
        using RegistryClient client = Client();
        return await new Publisher(client).PlanAsync(
            [PublishItems.Bundle($"{s_registry.Host}/{bundle}")], Settings(destination, trust), TestContext.CancellationToken);
    }

    private static RegistryClient Client() =>
        new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
}
