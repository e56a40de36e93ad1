using Airgap.Oci;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Producing;

/// <summary>A folder becomes a bundle.</summary>
[TestClass]
public sealed class BundleProducerTests : BundleProducerTestBase
{
    [TestMethod]
    public async Task ATagBecomesADigest_UnderTheTextThatThePackageHas()
    {
        using PackageFolder folder = new();
        using ProducedBundle bundle = await MakeAsync(folder.Request(PackageFolder.Image));

        Digest frontend = Registry.Get("registry.local:5055/apps/frontend").Tags["1.0.0"];
        string expected = $"""
            ---
            apiVersion: imgpkg.carvel.dev/v1alpha1
            images:
            - annotations:
                kbld.carvel.dev/id: {PackageFolder.Image}
                kbld.carvel.dev/origins: |
                  - resolved:
                      tag: 1.0.0
                      url: {PackageFolder.Image}
              image: registry.local:5055/apps/frontend@{frontend}
            kind: ImagesLock

            """;
        Assert.AreEqual(expected.ReplaceLineEndings("\n"), bundle.Images.ToYaml());
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task TheSameInputGivesTheSameDigest_WhateverOrderAndModes_AndAsAPushOfTheFolder()
    {
        using PackageFolder folder = new();
        folder.Write("config/crlf.txt", "a\r\nb\r\n");
        using ProducedBundle first = await MakeAsync(folder.Request(PackageFolder.Image, "registry.local:5055/apps/backend:1.0.0"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["config/crlf.txt"], UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        ProduceRequest turned = folder.Request("registry.local:5055/apps/backend:1.0.0", PackageFolder.Image);
        using ProducedBundle second = await MakeAsync(
            turned with { Files = [.. turned.Files.Reverse()], Repository = ProduceRequest.NameNowhere("simple-repository") });
        Assert.AreEqual(first.Digest, second.Digest);

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(folder["config/crlf.txt"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Write(".imgpkg/images.yml", first.Images.ToYaml());
        folder.Write(".imgpkg/bundle.yml",
            "---\napiVersion: imgpkg.carvel.dev/v1alpha1\nkind: Bundle\nmetadata:\n  name: simple-repository\n");
        PushResult pushed = await new Pusher(Registry).PushAsync(
            new PushRequest
            {
                Inputs = [folder.Path],
                Destination = ImageReference.Parse("registry.local:5055/apps/pushed:1"),
                IsBundle = true
            }, TestContext.CancellationToken);
        Assert.AreEqual(first.Digest, pushed.Manifest.Digest);
    }

    [TestMethod]
    public async Task AProducedBundle_GoesToARegistryWithItsImages_WithoutRequestsToTheInvalidHost()
    {
        using PackageFolder folder = new();
        using ProducedBundle bundle = await MakeAsync(folder.Request(PackageFolder.Image));
        Relocator relocator = new(bundle.Over(Registry));
        RelocationDestination destination =
            new RelocationDestination.Repository(RepositoryName.Parse("far.corp.com/apps/simple-repository"));
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Bundle(bundle.Reference), new PlanOptions(), TestContext.CancellationToken);
        TransferResult result = await relocator.RunAsync(plan, destination, new TransferOptions(), TestContext.CancellationToken);

        FakeRepository far = Registry.Get("far.corp.com/apps/simple-repository");
        Assert.AreEqual(bundle.Digest, far.Tags["v1.0.0"]);
        Assert.Contains(Registry.Get("registry.local:5055/apps/frontend").Tags["1.0.0"], far.Manifests);
        Assert.AreEqual(bundle.Digest, result.Root!.Item.Digest);
        Assert.IsFalse(Registry.Calls.Any(call => call.Contains(ProduceRequest.NoHost, StringComparison.Ordinal)),
            string.Join('\n', Registry.Calls));
        Assert.IsTrue(plan.RootBundle!.HasPackages);
        Diagnostic warning = plan.RootBundle.PackageWarnings.Single();
        Assert.AreEqual(ErrorCode.FetchedImageIsNoBundle, warning.Code, "The frontend is a plain image.");
        Assert.AreEqual("packages/simple-app/1.0.0.yml(12,18)", warning.Location!.ToString());
    }

    [TestMethod]
    public async Task AnArchiveOfItIsImportedAsItWasMade()
    {
        using PackageFolder folder = new();
        using TempFolder output = new();
        using ProducedBundle bundle = await MakeAsync(folder.Request(PackageFolder.Image));
        Relocator relocator = new(bundle.Over(Registry));
        TransferPlan plan = await relocator.PlanAsync(
            new RelocationSource.Bundle(bundle.Reference), new PlanOptions { EmbedConfigs = true }, TestContext.CancellationToken);
        await relocator.RunAsync(
            plan, new RelocationDestination.Archive(output["bundle.tar"]), new TransferOptions(), TestContext.CancellationToken);

        FakeRegistry far = new();
        Relocator importer = new(far);
        TransferPlan import = await importer.PlanAsync(
            new RelocationSource.Archive(output["bundle.tar"]), new PlanOptions(), TestContext.CancellationToken);
        await importer.RunAsync(
            import, new RelocationDestination.Repository(RepositoryName.Parse("far.corp.com/apps/simple")), new TransferOptions(),
            TestContext.CancellationToken);
        Assert.AreEqual(bundle.Digest, far.Get("far.corp.com/apps/simple").Tags["v1.0.0"]);
    }

    [TestMethod]
    public async Task EverythingThatIsWrongIsToldAtOnce_AndNothingIsPushed()
    {
        using PackageFolder folder = new();
        folder.Write("packages/name.yml", PackageFolder.Package(version: "2.0.0", name: "other"));
        folder.Write("packages/version.yml", PackageFolder.Package(version: "v3"));
        folder.Write("packages/ref-name.yml", PackageFolder.Package(refName: "short.name"));
        folder.Write("packages/unlocked.yml", PackageFolder.Package(version: "4.0.0", image: "registry.local:5055/apps/backend:1.0.0"));
        folder.Write("packages/again.yml", PackageFolder.Package());
        folder.Write("packages/spec.yml", "apiVersion: v1\nkind: Package\nmetadata:\n  name: x\n");
        folder.Write("packages/broken.yml", "a: [");
        folder.Write("inner/.imgpkg/images.yml", "");
        ProduceRequest request = folder.Request(PackageFolder.Image, "registry.local:5055/apps/missing:v1") with
        {
            Files =
            [
                .. ContentFolder.List(folder.Path),
                new ContentFile("../out.txt", folder["packages/name.yml"], new SourceLocation("App.csproj", 7)),
                new ContentFile("passwd", Environment.ProcessPath!),
            ],
        };
        request = request with
        {
            Images = [.. request.Images,
                new ImageToPin("registry.local:5055/apps/multi:1.0.0", new SourceLocation("App.csproj", 9)) { Platform = "plan9/mips" }]
        };

        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(request, TestContext.CancellationToken);

        Assert.IsNull(result.Bundle);
        ErrorCode[] expected =
        [
            ErrorCode.ContentOutside, ErrorCode.ContentOutside, ErrorCode.SecondBundleFolder, ErrorCode.PackageNameMismatch,
            ErrorCode.InvalidPackageVersion,
            ErrorCode.InvalidPackageRefName, ErrorCode.ReferenceNotLocked, ErrorCode.DuplicatePackage, ErrorCode.InvalidPackage,
            ErrorCode.ImageToPinNotFound, ErrorCode.NoMatchingPlatform,
        ];
        foreach (ErrorCode code in expected)
            Assert.IsTrue(result.Problems.Any(problem => problem.Code == code),
                $"{code} is missing in\n{string.Join('\n', result.Problems)}");
        Assert.IsTrue(result.Problems.Where(problem => problem.Code is not ErrorCode.ImageToPinNotFound)
            .All(problem => problem.Location is not null), string.Join('\n', result.Problems));
        Diagnostic mismatch = result.Problems.Single(problem => problem.Code == ErrorCode.PackageNameMismatch);
        Assert.AreEqual(new SourceLocation(folder["packages/name.yml"], 4, 9), mismatch.Location);
        Assert.AreEqual(new SourceLocation(folder["packages/unlocked.yml"], 12, 18),
            result.Problems.Single(problem => problem.Code == ErrorCode.ReferenceNotLocked).Location);
        Assert.IsFalse(Registry.Calls.Any(call => call.StartsWith("push", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("1.0.0", true)]
    [DataRow("1.0.0-rc.1+build.01", true)]
    [DataRow("0.0.0-0a", true)]
    [DataRow("v1.0.0", false)]
    [DataRow("1.0", false)]
    [DataRow("1.00.0", false)]
    [DataRow("1.0.0-01", false)]
    [DataRow("1.0.0-", false)]
    [DataRow("18446744073709551615.0.0", true)]
    [DataRow("18446744073709551616.0.0", false)]
    [DataRow("1.0.0-18446744073709551616", false)]
    [DataRow("1.0.0+18446744073709551616", true)]
    [DataRow("", false)]
    public void AVersion_IsOne_ByTheRulesOfSemver(string text, bool isVersion) =>
        Assert.AreEqual(isVersion, SemverVersion.TryParse(text, out _));

    [TestMethod]
    [DataRow("Simple.App", "simple.app")]
    [DataRow("--My App--", "my-app")]
    [DataRow("äö", "bundle")]
    public void ABundleWithoutARegistry_HasANameFromItsProject(string name, string path) =>
        Assert.AreEqual($"airgap.invalid/{path}", ProduceRequest.NameNowhere(name).ToString());
}
