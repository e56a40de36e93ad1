using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Client;
using Airgap.Oci.Credentials;
using Airgap.Oci.Wire;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.TestKit.Registries;

namespace Airgap.Publishing.Tests.Trusting;

/// <summary>A project signs its outputs, and verifies the signatures of its inputs.</summary>
[TestClass]
[TestCategory(TestKinds.Servers)]
public sealed class PublishSigningTests : SigningTestBase
{
    private readonly TempFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void End() => _folder.Dispose();

    [TestMethod]
    public async Task AnArchive_IsSigned_AndVerifiedAtTheFarSide()
    {
        PublishResult written = await RunAsync(Settings with { Archive = "a.tar", SigningKey = Private("p256") });
        PublishedFile signature = written.Files.Single(file => file.Kind == PublishedFileKind.Signature);
        Assert.AreEqual(_folder["a.tar.sigstore.json"], signature.Path);
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        PublishSettings import = Settings with { Registry = $"{far.Host}/apps", SourceArchive = "a.tar" };

        PublishResult good = await RunAsync(
            import with { VerifyArchive = [SignedStorage.Key("p256")], SigningKey = Private("ed25519"), SignImages = "referrer" });
        AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(
            () => RunAsync(import with { Registry = $"{far.Host}/other", VerifyArchive = [SignedStorage.Key("wrong")] }));

        Assert.IsEmpty(good.Failures);
        Assert.Contains(request => request.Method == "PUT" && request.Path.Contains("/manifests/", StringComparison.Ordinal), far.Requests);
        Assert.AreEqual(ErrorCode.ArchiveSignature, refused.Code);
        Assert.IsEmpty(far.Requests.Where(
            request => request.Method == "PUT" && request.Path.Contains("/other/", StringComparison.Ordinal)
            && request.Path.Contains("/manifests/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ImpossibleSettings_AreReported_BeforeAnythingMoves()
    {
        foreach ((PublishSettings settings, ErrorCode code) in new[]
        {
            (Settings with { Archive = "a.tar", SigningKey = SignedStorage.Key("ed25519"), SigningCommand = "true" },
                ErrorCode.InvalidSigningKey),
            (Settings with { Archive = "a.tar", SigningKey = Private("p256"), SignImages = "tag" }, ErrorCode.NothingToSign),
            (Settings with { Archive = "a.tar", SigningCommand = "true" }, ErrorCode.NothingToSign),
            (Settings with { Archive = "a.tar", SigningKey = Private("p256"), SignImages = "both" }, ErrorCode.InvalidArgument),
            (Settings with { Archive = "a.tar", VerifyArchive = [SignedStorage.Key("p256")] }, ErrorCode.NothingToSign),
            (Settings with { Archive = "a.tar", SigningKey = "none.pem" }, ErrorCode.FileNotFound),
        })
        {
            AirgapException refused = await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(settings));
            Assert.AreEqual(code, refused.Code, refused.Message);
        }

        Assert.IsEmpty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task AGate_Decides_AndReceiptReportAndLog_TellOfIt()
    {
        await using RegistryFixture far = await RegistryFixture.StartEmptyAsync();
        PublishSettings settings = Settings with
        {
            Registry = $"{far.Host}/apps",
            AuditLog = "audit.jsonl",
            Receipt = "receipt.json",
            SigningKey = Private("p256"),
            RecordUser = true
        };

        PublishResult refused = await RunAsync(settings with { GateCommand = "cat > plan.json; echo not today; exit 1" });
        int puts = far.Requests.Count(request => request.Method is not ("GET" or "HEAD"));
        PublishResult good = await RunAsync(
            settings with { GateCommand = "test -f \"$AIRGAP_LAYOUT/index.json\" && echo fine", GateContent = true });

        Assert.AreEqual(ErrorCode.GateRefused, refused.Failures.Single().Code);
        Assert.AreEqual(0, puts);
        PublishPlan dry = await PlanAsync(settings with { GateCommand = "exit 1" });
        Assert.ContainsSingle(dry.Document.Warnings.Where(warning => warning.Code == "AIRGAP2248"));
        Schemas.AssertValid("plan", File.ReadAllText(_folder["plan.json"]));
        Assert.IsEmpty(good.Failures);
        string json = File.ReadAllText(_folder["airgap/relocation.json"]);
        Schemas.AssertValid("relocation", json);
        Assert.Contains("\"text\": \"fine\"", json);
        string[] lines = File.ReadAllLines(_folder["audit.jsonl"]);
        Assert.HasCount(2, lines);
        Assert.Contains("AIRGAP2207", lines[0]);
        Assert.Contains("\"outcome\":\"complete\"", lines[1]);

        // Both documents are signed, and are bases of a delta that requires signed bases.
        PublishSettings delta = Settings with { Archive = "delta.tar", VerifyBase = [SignedStorage.Key("p256")] };
        foreach (string known in new[] { "receipt.json", "airgap/relocation.json" })
            Assert.IsEmpty((await RunAsync(delta with { ArchiveBase = [known], OutputPath = "other/" })).Failures);
        AirgapException wrong = await Assert.ThrowsExactlyAsync<AirgapException>(
            () =>
            RunAsync(delta with { ArchiveBase = ["receipt.json"], VerifyBase = [SignedStorage.Key("wrong")], OutputPath = "other/" }));
        Assert.AreEqual(ErrorCode.ArchiveSignature, wrong.Code);
    }

    private PublishSettings Settings => new() { ProjectDirectory = _folder.Path, OutputPath = "airgap/", UseLockFile = false };

    private async Task<PublishPlan> PlanAsync(PublishSettings settings)
    {
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        return await new Publisher(client).PlanAsync([PublishItems.Bundle(Bundle)], settings, TestContext.CancellationToken);
    }

    private async Task<PublishResult> RunAsync(PublishSettings settings)
    {
        using RegistryClient client =
            new(new RegistryOptions(), CredentialSources.CreateDefault(new CredentialOptions { Anonymous = true }));
        return await new Publisher(client).RunAsync([PublishItems.Bundle(Bundle)], settings, TestContext.CancellationToken);
    }
}
