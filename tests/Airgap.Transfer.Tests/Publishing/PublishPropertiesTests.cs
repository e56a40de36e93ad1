using Airgap.Oci;
using Airgap.Transfer.Publishing;

namespace Airgap.Transfer.Tests.Publishing;

[TestClass]
public sealed class PublishPropertiesTests
{
    [TestMethod]
    public void EveryPropertyIsReadAndTrimmed()
    {
        PublishSettings settings = Read(
            out IReadOnlyList<Diagnostic> problems,
            ("AirgapRegistry", " host.io/apps "),
            ("AirgapArchive", "out/"),
            ("AirgapSourceArchive", "in"),
            ("AirgapOutputPath", "there/"),
            ("AirgapIncludeNonDistributableLayers", "True"),
            ("AirgapConcurrency", "3"));
        Assert.IsEmpty(problems);
        Assert.AreEqual("host.io/apps", settings.Registry);
        Assert.AreEqual("out/", settings.Archive);
        Assert.AreEqual("in", settings.SourceArchive);
        Assert.AreEqual("there/", settings.OutputPath);
        Assert.IsTrue(settings.IncludeNonDistributableLayers);
        Assert.AreEqual(3, settings.Concurrency);
    }

    [TestMethod]
    [DataRow("AirgapConcurrency", "0")]
    [DataRow("AirgapConcurrency", "many")]
    [DataRow("AirgapConcurrency", "-1")]
    [DataRow("AirgapIncludeNonDistributableLayers", "yes")]
    public void AValueThatMeansNothingIsNamed(string name, string value)
    {
        Read(out IReadOnlyList<Diagnostic> problems, (name, value));
        Diagnostic problem = Assert.ContainsSingle(problems);
        Assert.AreEqual(ErrorCode.InvalidArgument, problem.Code);
        Assert.Contains(name, problem.Message);
        Assert.Contains($"'{value}'", problem.Message);
    }

    [TestMethod]
    public void AMistypedPropertyIsAWarningWithTheRightName()
    {
        Diagnostic warning = Assert.ContainsSingle(PublishProperties.FindTypos(["AirgapRegistri", "airgapregistry", "OutputPath", "AirgapArchive"], null));
        Assert.AreEqual(ErrorCode.UnknownName, warning.Code);
        Assert.Contains("Did you mean AirgapRegistry?", warning.Advice);
    }

    [TestMethod]
    public void RelativePathsStartAtTheProjectWithEitherSlash()
    {
        PublishSettings settings = PublishItems.To("", Path.GetTempPath()) with { OutputPath = @"bin\airgap\" };
        Assert.AreEqual(Path.Combine(Path.GetTempPath(), "bin", "airgap") + Path.DirectorySeparatorChar, settings.FullOutputPath);
    }

    private static PublishSettings Read(out IReadOnlyList<Diagnostic> problems, params (string Name, string Value)[] values)
    {
        PublishSettings settings = PublishProperties.Read("/project", name => values.FirstOrDefault(pair => pair.Name == name).Value, null, out var found);
        problems = found;
        return settings;
    }
}
