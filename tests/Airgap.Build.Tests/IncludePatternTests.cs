namespace Airgap.Build.Tests;

/// <summary>Which element an item came from, by the text of its Include.</summary>
[TestClass]
public sealed class IncludePatternTests
{
    [TestMethod]
    [DataRow("""<X Include="packages\**" />""", "packages/a/b.yml", true)]
    [DataRow("""<X Include="packages\**\*.yml" />""", "packages/a.yml", true)]
    [DataRow("""<X Include="packages/*.yml" />""", "packages/a/b.yml", false)]
    [DataRow("""<X Include="a.yml; b?.yml" />""", "b1.yml", true)]
    [DataRow("""<X Id="b" Include = '$(SourceRegistry)/frontend:1.0' />""", "registry.corp.com/frontend:1.0", true)]
    [DataRow("""<X Include="$(SourceRegistry)/frontend:1.0" />""", "registry.corp.com/backend:1.0", false)]
    [DataRow("""<X Include="registry.corp.com/a+b.c" />""", "registry.corp.com/aab.c", false)]
    [DataRow("""<X Remove="a" />""", "a", false)]
    public void AnInclude_MatchesTheItemsThatItMakes(string element, string item, bool expected) =>
        Assert.AreEqual(expected, IncludePattern.Matches(element, item));
}
