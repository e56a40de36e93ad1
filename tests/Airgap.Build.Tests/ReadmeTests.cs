using Airgap.TestKit;
using Airgap.Transfer.Publishing;

namespace Airgap.Build.Tests;

/// <summary>The package's README names what there is, and nothing else.</summary>
[TestClass]
public sealed class ReadmeTests
{
    [TestMethod]
    public void TheTablesOfTheReadmeAreThoseOfTheCode()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "README.md"));
        Assert.AreSequenceEqual(MetadataNames.All, FirstColumn(lines, "| metadata |"));
        Assert.AreSequenceEqual(PropertyNames.All, FirstColumn(lines, "| property |"));
    }

    [TestMethod]
    public void TheTargetsPassOnEveryPropertyAndUseNoOther()
    {
        string targets = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "build", "Airgap.Build.targets"));
        foreach (string name in PropertyNames.All)
            Assert.Contains($"$({name})", targets);
    }

    private static IEnumerable<string> FirstColumn(string[] lines, string header) =>
        lines.SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('`')[1]);
}
