using System.Xml.Linq;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>The targets give each task every property that it reads.</summary>
[TestClass]
public sealed class TargetsTests
{
    [TestMethod]
    [DataRow(typeof(PublishImgpkgBundles))]
    [DataRow(typeof(CheckImgpkgDeclarations))]
    [DataRow(typeof(CheckImgpkgBundleContent))]
    [DataRow(typeof(CleanAirgapArtifacts))]
    public void ATaskIsGivenAllProperties(Type task)
    {
        XElement[] calls = [.. Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "build"), "*.targets")
            .SelectMany(file => XDocument.Load(file).Descendants(task.FullName!))];
        string[] properties = [.. task.GetProperties().Select(property => property.Name)
            .Where(name => name.StartsWith("Airgap", StringComparison.Ordinal))];
        Assert.IsNotEmpty(calls);
        Assert.IsNotEmpty(properties);
        foreach (XElement call in calls)
        {
            foreach (string name in properties)
                Assert.AreEqual($"$({name})", call.Attribute(name)?.Value, $"{task.Name} is not given {name}.");
        }
    }
}
