using System.Collections.Immutable;
using Airgap.Oci;
using Airgap.Oci.Content;
using Airgap.TestKit;
using Airgap.Transfer.Plans;
using Airgap.Transfer.Producing;

namespace Airgap.Transfer.Tests.Producing;

/// <summary>The files of a bundle are checked.</summary>
[TestClass]
public sealed class BundleProducerFileTests : BundleProducerTestBase
{
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
    [DataRow("x", "x", true)]
    [DataRow("x/y/z", "x", true)]
    [DataRow("x", "x/y/z", true)]
    [DataRow("x/y", "x/yz", false)]
    [DataRow("x/y", "x/z/y", false)]
    public void TwoFilesOfOnePlaceAreRefused(string first, string second, bool isRefused)
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["1"], "1");
        File.WriteAllText(folder["2"], "2");
        ImmutableArray<Diagnostic>.Builder problems = ImmutableArray.CreateBuilder<Diagnostic>();
        new BundleContentReader(folder.Path, problems).Read([new(first, folder["1"]), new(second, folder["2"])]);
        Assert.AreEqual(isRefused ? 1 : 0, problems.Count);
        if (!isRefused)
            return;
        Assert.AreEqual(ErrorCode.ConflictingDestination, problems[0].Code);
        Assert.Contains($"'{folder["2"]}' and '{folder["1"]}'", problems[0].Message);
    }

    // In a worktree and in a submodule, .git is a file with a path of this machine.
    [TestMethod]
    [DataRow(".git")]
    [DataRow(".git/config")]
    public void GitsOwnFilesAreNoContent(string path)
    {
        using PackageFolder folder = new();
        string[] before = [.. ContentFolder.List(folder.Path).Select(file => file.Path)];
        folder.Write(path, "gitdir: /home/me/project/.git/worktrees/it\n");
        folder.Write("config/.git", "");
        Assert.AreSequenceEqual(
            [.. before.Append("config/.git").Order()], ContentFolder.List(folder.Path).Select(file => file.Path).Order());
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
}
