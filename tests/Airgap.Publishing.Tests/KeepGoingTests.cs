using System.Text.Json;
using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.Publishing.Artifacts;
using Airgap.Publishing.Declarations;
using Airgap.Publishing.Reporting;
using Airgap.TestKit;
using Airgap.TestKit.Registries;
using Airgap.Transfer.Archives.Receipts;
using Airgap.Transfer.Keeping;

namespace Airgap.Publishing.Tests;

/// <summary>A publish that continues after a failure says of the failed item nothing but that it failed, and keeps what it had.</summary>
[TestClass]
public sealed class KeepGoingTests : IDisposable
{
    private const string Index = Fixtures.Registry + "/mirror/index-bundle:v1.0.0";
    private const string Simple = Fixtures.Registry + "/mirror/simple-app-bundle:v1.0.0";
    private const string Nested = Fixtures.Registry + "/mirror/nested-bundle:v1.0.0";

    private readonly FakeRegistry _registry = FakeRegistry.FromFixtures();
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private PublishSettings Settings => PublishItems.To("final.local/apps", _folder.Path) with { KeepGoing = true };

    [TestMethod]
    public async Task TheManifestOfAFailedItemStaysInTheKustomization()
    {
        await RunAsync(Settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));
        string list = _folder[$"airgap/{ArtifactFolder.Manifests}/Kustomization"];
        string before = File.ReadAllText(list);
        Assert.Contains("- nested-bundle.packagerepository.yml\n", before);
        Assert.Contains("- simple-app-bundle.packagerepository.yml\n", before);
        Refuse("mirror/nested-bundle");

        PublishResult result = await RunAsync(Settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));
        Assert.IsNotEmpty(result.Failures);
        Assert.AreEqual(before, File.ReadAllText(list));

        // Even if all of them fail.
        Refuse("mirror/");
        await RunAsync(Settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));
        Assert.AreEqual(before, File.ReadAllText(list));
        Assert.IsTrue(File.Exists(_folder["airgap/kustomization.yaml"]));

        _registry.Hook = (_, _, _) => Task.CompletedTask;
        await RunAsync(Settings, PublishItems.Bundle(Simple));
        Assert.DoesNotContain("nested-bundle", File.ReadAllText(list), "the project no longer declares it");
    }

    [TestMethod]
    public async Task NothingStaysOfTheLastItem_ThatTheProjectNoLongerDeclares()
    {
        await RunAsync(Settings, PublishItems.Bundle(Simple));
        string lockFile = _folder["airgap/simple-app-bundle.bundle-lock.yml"];
        File.AppendAllText(lockFile, "# a note\n");

        await RunAsync(Settings with { Shard = "1/2" });
        await RunAsync(Settings with { Registry = "" });
        Assert.IsNotEmpty(Directory.GetFiles(_folder["airgap/manifests"]), "without a destination, or in a part, nothing is published");
        PublishResult result = await RunAsync(Settings);

        Assert.AreSequenceEqual(new[] { lockFile }, Directory.GetFiles(_folder["airgap"], "*", SearchOption.AllDirectories));
        Assert.Contains("bundle-lock.yml", Assert.ContainsSingle(result.Warnings).Message, "it was changed");
    }

    [TestMethod]
    public async Task NothingOfAFailedImageIsCalledPresent()
    {
        _registry.Hook = (operation, repository, _) => operation == "push-blob" && repository.ToString().Contains("final.local")
            ? throw new AirgapException(ErrorCode.Forbidden, "No.", "") : Task.CompletedTask;

        PublishResult result = await RunAsync(Settings, PublishItems.Bundle(Index));

        ReportNode[] failed = [.. result.Model!.AllNodes()];
        Assert.IsTrue(failed.Any(node => node.Kind == ReportNodeKind.Platform));
        Assert.IsEmpty(failed.Where(node => node.Outcome is not null).Select(node => $"{node.Kind} {node.Name} {node.Outcome}"));
    }

    [TestMethod]
    public async Task ALockWhoseImagesFail_IsNotPresent()
    {
        string image = $"{Fixtures.Registry}/user1/plain";
        File.WriteAllText(_folder["images.yml"],
            $"apiVersion: imgpkg.carvel.dev/v1alpha1\nkind: ImagesLock\nimages:\n- image: {image}@{_registry.Get(image).Tags["1"]}\n");
        Refuse("final.local");

        PublishResult result = await RunAsync(Settings, PublishItems.Lock("images.yml"));

        ReportNode group = result.Model!.Roots.Single();
        Assert.AreEqual(ReportNodeKind.Group, group.Kind);
        Assert.IsNull(group.Outcome);
        Assert.AreEqual("failed", Outcomes.Word(group));
    }

    [TestMethod]
    public async Task TheReportIsNoListOfWhatToKeep()
    {
        Refuse("mirror/nested-bundle");
        await RunAsync(Settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));

        AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => KeptRelocation.Read(
            _folder["airgap/relocation.json"], RepositoryName.Parse("final.local/apps/simple-app-bundle")));
        Assert.AreEqual(ErrorCode.IncompleteRelocationReport, refused.Code);
    }

    [TestMethod]
    public async Task TheReceiptIsNoListOfWhatToKeep_ButABase()
    {
        PublishSettings settings = Settings with { Receipt = "receipt.json" };
        RepositoryName simple = RepositoryName.Parse("final.local/apps/simple-app-bundle");
        await RunAsync(settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));
        Assert.HasCount(1, KeptReceipt.TryRead(_folder["receipt.json"], simple)!);
        Assert.DoesNotContain("incomplete", File.ReadAllText(_folder["receipt.json"]));
        Refuse("mirror/nested-bundle");
        await RunAsync(settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));

        AirgapException refused = Assert.ThrowsExactly<AirgapException>(() => KeptReceipt.TryRead(_folder["receipt.json"], simple));

        Assert.AreEqual(ErrorCode.IncompleteReceipt, refused.Code);
        Assert.Contains("in which an item failed", refused.Message);
        Assert.IsEmpty(Schemas.Validate("receipt", File.ReadAllText(_folder["receipt.json"])));
        Assert.HasCount(1, ReceiptJson.Read(_folder["receipt.json"]).Places, "what it lists arrived");
    }

    [TestMethod]
    public async Task AMirrorConfigurationWithoutTheFailedItems_ReplacesNone()
    {
        PublishSettings settings = Settings with { MirrorFormats = [MirrorFormat.RegistriesConf, MirrorFormat.ImageDigestMirrorSet] };
        PublishItem[] items = [PublishItems.Bundle(Simple), PublishItems.Bundle(Nested)];
        await RunAsync(settings, items);
        string file = _folder["airgap/mirrors/registries.conf"];
        string before = File.ReadAllText(file);
        File.Delete(_folder["airgap/mirrors/image-digest-mirror-set.yml"]);
        Refuse("mirror/nested-bundle");

        PublishResult result = await RunAsync(settings, items);

        Assert.AreEqual(before, File.ReadAllText(file));
        Diagnostic told = Assert.ContainsSingle(result.Warnings.Where(warning => warning.Code == ErrorCode.IncompleteMirrors));
        Assert.Contains("registries.conf", told.Message);
        Assert.DoesNotContain("mirror-set", told.Message, "there was none, so that nothing is lost");
        Assert.IsTrue(File.Exists(_folder["airgap/mirrors/image-digest-mirror-set.yml"]));
        Assert.Contains("AIRGAP2193", File.ReadAllText(_folder["airgap/relocation.json"]));

        _registry.Hook = (_, _, _) => Task.CompletedTask;
        result = await RunAsync(settings, PublishItems.Bundle(Simple));
        Assert.IsEmpty(result.Warnings.Where(warning => warning.Code == ErrorCode.IncompleteMirrors));
        Assert.AreNotEqual(before, File.ReadAllText(file), "the project no longer declares the other item");
    }

    [TestMethod]
    [DataRow("airgap/relocation.json")]
    [DataRow("airgap/relocation.html")]
    [DataRow("airgap/manifests/Kustomization")]
    [DataRow("airgap/mirrors/registries.conf")]
    [DataRow("receipt.json")]
    [DataRow("airgap/relocation.json.sigstore.json")]
    [DataRow("receipt.json.sigstore.json")]
    public async Task AFileThatCannotBeWrittenAfterTheTransfer_HidesNeitherItNorTheOtherFiles(string file)
    {
        string[] all = ["airgap/relocation.json", "airgap/relocation.html", "airgap/manifests/Kustomization",
            "airgap/mirrors/registries.conf", "receipt.json", "airgap/relocation.json.sigstore.json", "receipt.json.sigstore.json"];
        PublishSettings settings = Settings with
        {
            KeepGoing = false,
            AuditLog = "audit.jsonl",
            Receipt = "receipt.json",
            SigningKey = Path.ChangeExtension(SignedStorage.Key("p256"), ".pem"),
            MirrorFormats = [MirrorFormat.RegistriesConf],
        };
        // Somebody puts a folder there during the transfer, when the checks of the outputs are over.
        _registry.Hook = (operation, _, what) =>
        {
            if (operation == "push-manifest" && what == "v1.0.0")
                Directory.CreateDirectory(_folder[$"{file}/x"]);
            return Task.CompletedTask;
        };

        PublishResult result = await RunAsync(settings, PublishItems.Bundle(Simple));

        Diagnostic failure = Assert.ContainsSingle(result.Failures);
        Assert.AreEqual(ErrorCode.OutputUnsuited, failure.Code);
        Assert.Contains(Path.GetFileName(file), failure.Message);
        Assert.HasCount(1, result.Items, "it arrived");
        // The page and the signatures are about what relocation.json lists.
        string[] lost = file switch
        {
            "airgap/relocation.json" =>
                [file, "airgap/relocation.html", "airgap/relocation.json.sigstore.json", "receipt.json.sigstore.json"],
            "receipt.json" => [file, "receipt.json.sigstore.json"],
            _ => [file],
        };
        Assert.AreSequenceEqual(all.Except(lost), all.Where(name => File.Exists(_folder[name])));
        JsonElement line = JsonDocument.Parse(File.ReadAllLines(_folder["audit.jsonl"])[0]).RootElement;
        Assert.AreEqual("incomplete", line.GetProperty("outcome").GetString());
        Assert.HasCount(1, line.GetProperty("roots").EnumerateArray().ToArray());
    }

    [TestMethod]
    public async Task TheLogNamesTheDestinationOfAFailedItem()
    {
        PublishSettings settings = Settings with { AuditLog = "audit.jsonl" };
        _registry.Hook = (operation, repository, what) =>
            operation == "push-manifest" && repository.ToString() == "final.local/apps/nested-bundle" && what == "v1.0.0"
                ? throw new AirgapException(ErrorCode.Forbidden, "No.", "") : Task.CompletedTask;

        PublishResult result = await RunAsync(settings, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));

        Assert.IsNotEmpty(result.Failures);
        JsonElement line = JsonDocument.Parse(File.ReadAllLines(_folder["audit.jsonl"])[0]).RootElement;
        Assert.AreEqual("incomplete", line.GetProperty("outcome").GetString());
        Assert.AreSequenceEqual(
            ["final.local/apps/simple-app-bundle", "final.local/apps/nested-bundle"],
            line.GetProperty("to").EnumerateArray().Select(to => to.GetString()));
        Assert.HasCount(1, line.GetProperty("roots").EnumerateArray().ToArray(), "only what arrived");
    }

    [TestMethod]
    public async Task TheLogNamesTheSourceOfAFailedItem()
    {
        await RunAsync(
            Settings with { Registry = "", Archive = "carried/" }, PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));
        string[] tars = [.. new[] { "simple-app-bundle", "nested-bundle" }.Select(name => _folder[$"carried/{name}.tar"])];
        Refuse("final.local/apps/nested-bundle");

        PublishResult result = await RunAsync(
            Settings with { SourceArchive = _folder["carried"], AuditLog = "audit.jsonl" },
            PublishItems.Bundle(Simple), PublishItems.Bundle(Nested));
        Assert.IsNotEmpty(result.Failures);
        Assert.AreSequenceEqual(tars, From(_folder["audit.jsonl"]));

        // A failure that ends the run.
        File.Delete(_folder["audit.jsonl"]);
        await Assert.ThrowsExactlyAsync<AirgapException>(() => RunAsync(
            Settings with { SourceArchive = _folder["carried"], AuditLog = "audit.jsonl", KeepGoing = false },
            PublishItems.Bundle(Nested)));
        Assert.AreSequenceEqual([_folder["carried"]], From(_folder["audit.jsonl"]));
    }

    [TestMethod]
    public async Task TheReportOfSeveralRegistriesHasWhatFailed()
    {
        _registry.Hook = (operation, repository, _) => operation == "push-blob" && repository.ToString() == "second.local/apps/nested-bundle"
            ? throw new AirgapException(ErrorCode.Forbidden, "No.", "") : Task.CompletedTask;

        PublishResult result = await RunAsync(
            Settings with { Registry = "final.local/apps;second.local/apps" }, PublishItems.Bundle(Nested));

        Assert.HasCount(2, result.Model!.Roots.Where(node => node.Name == "nested-bundle").ToArray());
        Assert.ContainsSingle(result.Model.Roots.Where(node => node.Failure is not null));
    }

    private static IEnumerable<string?> From(string log) => JsonDocument.Parse(File.ReadAllLines(log)[0]).RootElement
        .GetProperty("from").EnumerateArray().Select(from => from.GetString());

    private void Refuse(string repositories) => _registry.Hook = (_, repository, _) =>
        repository.ToString().Contains(repositories, StringComparison.Ordinal)
            ? throw new AirgapException(ErrorCode.Forbidden, "No.", "") : Task.CompletedTask;

    private async Task<PublishResult> RunAsync(PublishSettings settings, params PublishItem[] items)
    {
        PublishedFileList list = new(_folder["obj/list.txt"]);
        PublishResult result =
            await new Publisher(_registry) { Artifacts = list }.RunAsync(items, settings, CancellationToken.None);
        list.Save();
        return result;
    }
}
