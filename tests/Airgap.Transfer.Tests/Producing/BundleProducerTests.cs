using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.Oci.Naming;
using Airgap.TestKit;
using Airgap.Transfer.Kubernetes;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;
using Airgap.Transfer.Pushing;
using Airgap.Transfer.Transfers;

namespace Airgap.Transfer.Tests.Producing;

[TestClass]
public sealed class BundleProducerTests
{
    public TestContext TestContext { get; set; } = null!;

    private FakeRegistry Registry { get; } = FakeRegistry.FromFixtures();

    [TestMethod]
    [Timeout(60_000)]
    public async Task AliasesThatExplodeEndSoon()
    {
        string levels = string.Concat(
            Enumerable.Range(1, 30).Select(
                level => $"  l{level}: &l{level} [{string.Join(", ", Enumerable.Repeat($"*l{level - 1}", 9))}]\n"));
        using PackageFolder folder = new();
        folder.Write("packages/bomb.yml",
            $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: bomb}}\ndata:\n  l0: &l0 {{image: {PackageFolder.Image}}}\n{levels}");
        using ProducedBundle bundle = await MakeAsync(folder.Request(PackageFolder.Image));
        Assert.HasCount(1, bundle.Images.Images);
    }

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
    public async Task ItGoesToARegistryWithItsImages_AndNobodyIsAskedForTheNameThatNoRegistryHas()
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
    public async Task ALinkOutOfTheFolderIsRefused()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Links need a right of their own there.");
        using PackageFolder folder = new();
        using TempFolder outside = new();
        File.WriteAllText(outside["secret.txt"], "x");
        File.CreateSymbolicLink(folder["packages/secret.txt"], outside["secret.txt"]);
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(
            folder.Request(PackageFolder.Image), TestContext.CancellationToken);
        Assert.AreEqual(ErrorCode.ContentOutside, result.Problems.Single().Code);
    }

    [TestMethod]
    public async Task ADeclaredFileMayStandBesideTheProject_ButItsLinksLeadNowhereElse()
    {
        using TempFolder tree = new();
        using TempFolder elsewhere = new();
        using PackageFolder folder = new();
        Directory.CreateDirectory(tree["project"]);
        Directory.CreateDirectory(tree["shared/packages"]);
        File.Copy(folder["packages/simple-app/1.0.0.yml"], tree["shared/packages/1.0.0.yml"]);
        ContentFile shared = new("packages/1.0.0.yml", tree["shared/packages/1.0.0.yml"], new SourceLocation("App.csproj", 7));
        ProduceRequest request = folder.Request(PackageFolder.Image) with { Root = tree["project"], Files = [shared] };
        using ProducedBundle bundle = await MakeAsync(request);
        Assert.HasCount(1, bundle.Images.Images);

        if (OperatingSystem.IsWindows())
            return;
        File.WriteAllText(elsewhere["secret.yml"], "x: y\n");
        File.CreateSymbolicLink(tree["shared/packages/file.yml"], elsewhere["secret.yml"]);
        Directory.CreateSymbolicLink(tree["shared/folder"], elsewhere.Path);
        foreach (string path in (string[])["shared/packages/file.yml", "shared/folder/secret.yml"])
        {
            ProduceResult refused = await new BundleProducer(Registry).ProduceAsync(
                request with
                {
                    Files = [shared, new ContentFile("packages/b.yml", tree[path], new SourceLocation("App.csproj", 8))]
                }, TestContext.CancellationToken);
            Assert.AreEqual(ErrorCode.ContentOutside, refused.Problems.Single().Code, path);
        }
    }

    [TestMethod]
    public async Task APlatformOfAnIndexIsPinned()
    {
        using PackageFolder folder = new();
        const string multi = "registry.local:5055/apps/multi:1.0.0";
        folder.Write("packages/simple-app/1.0.0.yml", PackageFolder.Package(image: multi));
        using ProducedBundle bundle =
            await MakeAsync(folder.Request() with { Images = [new ImageToPin(multi) { Platform = "linux/arm64" }] });
        Manifest index = (await Registry.Get("registry.local:5055/apps/multi").FindManifestAsync("1.0.0", TestContext.CancellationToken))!;
        Digest pinned = bundle.Images.Images.Single().Image.Digest!.Value;
        Assert.AreNotEqual(index.Digest, pinned);
        Assert.Contains(pinned, index.Manifests.Select(child => child.Digest));
    }

    [TestMethod]
    public async Task ATemplateIsNotChecked_AndSaidSo()
    {
        using PackageFolder folder = new();
        folder.Write("packages/template.yml",
            "#@ load(\"@ytt:data\", \"data\")\n---\nkind: Package\nspec:\n  version: #@ data.values.version\n");
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(
            folder.Request(PackageFolder.Image), TestContext.CancellationToken);
        using ProducedBundle? bundle = result.Bundle;
        Assert.IsNotNull(bundle, string.Join('\n', result.Problems));
        Assert.AreEqual(ErrorCode.PackageTemplate, result.Warnings.Single().Code);
    }

    [TestMethod]
    [DataRow("ytt: {}", true)]
    [DataRow("ytt: {paths: ['.']}", true)]
    [DataRow("ytt: {paths: [config/]}", false)]
    [DataRow("ytt: {}\n      - kbld: {paths: ['-', .imgpkg/images.yml]}", false)]
    public async Task AYttStepThatRendersTheBundlesLockIsAWarning(string step, bool expected)
    {
        using PackageFolder folder = new();
        folder.Write("packages/simple-app/1.0.0.yml",
            PackageFolder.Package().Replace("ytt: {paths: [config/]}", step, StringComparison.Ordinal));
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(
            folder.Request(PackageFolder.Image), TestContext.CancellationToken);
        using ProducedBundle? bundle = result.Bundle;
        Assert.AreEqual(expected, result.Warnings.Any(warning => warning is { Code: ErrorCode.TemplateRendersLock, Location.Line: 14 }),
            string.Join('\n', result.Warnings));
    }

    [TestMethod]
    [DataRow("registry.local:5055/user1/simple-app-bundle:v1.0.0", "ytt: {}", true)]
    [DataRow("registry.local:5055/user1/simple-app-bundle:v1.0.0", "ytt: {paths: [config/]}", false)]
    [DataRow(PackageFolder.Image, "ytt: {}", false, DisplayName = "a plain image has no lock")]
    public async Task ARelocation_FindsSuchAStep_InTheBundleOfOthers(string image, string step, bool expected)
    {
        using PackageFolder folder = new();
        folder.Write("packages/simple-app/1.0.0.yml",
            PackageFolder.Package(image: image).Replace("ytt: {paths: [config/]}", step, StringComparison.Ordinal));
        using ProducedBundle bundle = await MakeAsync(folder.Request(image));

        TransferPlan plan = await new Relocator(bundle.Over(Registry)).PlanAsync(
            new RelocationSource.Bundle(bundle.Reference), new PlanOptions(), TestContext.CancellationToken);

        Diagnostic[] found = [.. plan.RootBundle!.PackageWarnings.Where(warning => warning.Code == ErrorCode.TemplateRendersLock)];
        Assert.AreSequenceEqual(
            expected ? ["packages/simple-app/1.0.0.yml(14,14)"] : Array.Empty<string>(),
            [.. found.Select(warning => warning.Location!.ToString())]);
    }

    [TestMethod]
    public async Task AFetchThatNoRelocationChanges_IsAWarning()
    {
        using PackageFolder folder = new();
        folder.Write("packages/chart.yml",
            PackageFolder.Package(version: "2.0.0")
            .Replace($"imgpkgBundle:\n          image: {PackageFolder.Image}", "git:\n          url: https://corp.com/app.git",
                StringComparison.Ordinal));
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(
            folder.Request(PackageFolder.Image), TestContext.CancellationToken);
        using ProducedBundle? bundle = result.Bundle;
        Assert.IsNotNull(bundle, string.Join('\n', result.Problems));
        Assert.AreEqual(ErrorCode.FetchNotRelocated, result.Warnings.Single().Code);
        Assert.AreEqual(12, result.Warnings.Single().Location!.Line);
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

    private async Task<ProducedBundle> MakeAsync(ProduceRequest request)
    {
        ProduceResult result = await new BundleProducer(Registry).ProduceAsync(request, TestContext.CancellationToken);
        return result.Bundle ?? throw new AssertFailedException(string.Join('\n', result.Problems));
    }
}
