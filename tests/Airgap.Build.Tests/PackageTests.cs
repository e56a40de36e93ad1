using System.IO.Compression;
using System.Xml.Linq;

namespace Airgap.Build.Tests;

[TestClass]
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
            "schemas/airgap.lock.schema.json", "schemas/plan.schema.json", "schemas/relocation.schema.json", "tasks/net10.0/Airgap.Oci.dll", "tasks/net10.0/YamlDotNet.dll", "tasks/net10.0/Polly.Core.dll",
        })
        {
            Assert.Contains(name, names);
        }

        Assert.IsEmpty(names.Where(name => name.Contains("Microsoft.Build", StringComparison.Ordinal) || name.StartsWith("lib/", StringComparison.Ordinal)));
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
    }
}
