using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

[TestClass]
[TestCategory(TestKinds.Slow)]
public sealed class PackageTests
{
    [TestMethod]
    public void ThePackageBringsAllItNeedsAndNothingOfMSBuilds()
    {
        using ZipArchive package = ZipFile.OpenRead(PackedPackage.Path);
        HashSet<string> names = [.. package.Entries.Select(entry => entry.FullName)];
        foreach (string name in new[]
        {
            "README.md", "build/Airgap.Build.props", "build/Airgap.Build.targets", "build/Airgap.Build.Images.targets",
            "buildMultiTargeting/Airgap.Build.props", "buildMultiTargeting/Airgap.Build.targets",
            "tasks/net10.0/Airgap.Build.dll", "tasks/net10.0/Airgap.Build.deps.json", "tasks/net10.0/Airgap.Transfer.dll",
            "tasks/net10.0/Airgap.Publishing.dll",
            "schemas/airgap.lock.schema.json", "schemas/airgap.plan.schema.json", "schemas/parts.schema.json", "schemas/plan.schema.json",
            "schemas/prune.schema.json", "schemas/receipt.schema.json",
            "schemas/relocation.schema.json", "schemas/repository-settings.schema.json", "schemas/Airgap.Build.xsd",
            "schemas/Airgap.Build.project.xsd", "build/Airgap.Build.targets.buildschema.json",
            "tasks/net10.0/Airgap.Oci.dll",
            "tasks/net10.0/Polly.Core.dll",
        })
        {
            Assert.Contains(name, names);
        }

        Assert.IsEmpty(names.Where(
            name => name.Contains("Microsoft.Build", StringComparison.Ordinal) || name.StartsWith("lib/", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task ThePackageOfARepositoryKnowsWhereItsCodesAreExplained()
    {
        DotnetResult result = (await Dotnet.RunAsync(
            System.IO.Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build"),
            ["msbuild", "-getItem:AssemblyMetadata", "-p:RepositoryUrl=https://host.io/project"],
            new Dictionary<string, string?>())).Succeeded();
        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement item = json.RootElement.GetProperty("Items").GetProperty("AssemblyMetadata").EnumerateArray()
            .Single(item => item.GetProperty("Identity").GetString() == "HelpUrl");
        Assert.AreEqual("https://host.io/project/blob/HEAD/src/CODES.md", item.GetProperty("Value").GetString());
    }

    [TestMethod]
    public void VisualStudioRunsTheTasksInAProcessOfDotnet()
    {
        using ZipArchive package = ZipFile.OpenRead(PackedPackage.Path);
        XElement[] tasks = [.. package.Entries.Where(entry => entry.FullName.EndsWith(".targets", StringComparison.Ordinal))
            .SelectMany(Tasks)];
        Assert.IsNotEmpty(tasks);
        Assert.IsTrue(tasks.All(task => task.Attribute("Runtime")?.Value == "NET"));

        static XElement[] Tasks(ZipArchiveEntry entry)
        {
            using Stream stream = entry.Open();
            return [.. XDocument.Load(stream).Descendants().Where(element => element.Name.LocalName == "UsingTask")];
        }
    }

    [TestMethod]
    public void EveryPropertyOfATaskIsHandedToItUnderItsName()
    {
        using ZipArchive package = ZipFile.OpenRead(PackedPackage.Path);
        XElement[] elements = [.. package.Entries.Where(entry => entry.FullName.EndsWith(".targets", StringComparison.Ordinal))
            .SelectMany(Elements)];
        foreach (Type task in (Type[])[typeof(PublishImgpkgBundles), typeof(CheckImgpkgBundleContent)])
        {
            XElement call = elements.Single(element => element.Name.LocalName == task.FullName);
            foreach (string name in task.GetProperties().Select(property => property.Name)
                .Where(name => name.StartsWith(PropertyNames.Prefix, StringComparison.Ordinal)))
                Assert.AreEqual($"$({name})", call.Attribute(name)?.Value, $"{task.Name}: {name}");
        }

        static XElement[] Elements(ZipArchiveEntry entry)
        {
            using Stream stream = entry.Open();
            return [.. XDocument.Load(stream).Descendants()];
        }
    }

    [TestMethod]
    public void ThePackageIsADevelopmentDependencyWithoutDependencies()
    {
        using ZipArchive package = ZipFile.OpenRead(PackedPackage.Path);
        using Stream stream = package.GetEntry("Airgap.Build.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.AreEqual("true", Value("developmentDependency"));
        Assert.AreEqual("Apache-2.0", Value("license"));
        Assert.AreEqual("README.md", Value("readme"));
        Assert.IsNull(Value("dependencies"));
        LibraryPackageTests.AssertReleaseNotes(Value("releaseNotes"), PackedPackage.Path);
    }
}
