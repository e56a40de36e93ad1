using System.Text.RegularExpressions;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>The package's README names what there is, and nothing else.</summary>
[TestClass]
public sealed partial class ReadmeTests
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
        string targets = string.Concat(Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "build"), "*.targets").Select(File.ReadAllText));
        foreach (string name in PropertyNames.All)
            Assert.Contains($"$({name})", targets);
    }

    [TestMethod]
    public void EveryItemOfTheTargetsStandsInATable()
    {
        string folder = Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build");
        string[] readme = File.ReadAllLines(Path.Combine(folder, "README.md"));
        HashSet<string> rows = [.. readme.Where(line => line.StartsWith("| `Imgpkg", StringComparison.Ordinal)).Select(line => line.Split('`')[1])];
        HashSet<string> used = [.. Directory.GetFiles(Path.Combine(folder, "build")).SelectMany(file => ItemName().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];

        Assert.IsNotEmpty(used);
        Assert.IsEmpty(used.Except(rows), string.Join(", ", used.Except(rows)));
    }

    // As @(Name), <Name> or ItemName="Name".
    [GeneratedRegex("""(?:@\(|<|ItemName=")(Imgpkg\w+)""")]
    private static partial Regex ItemName();

    private static IEnumerable<string> FirstColumn(string[] lines, string header) =>
        lines.SkipWhile(line => !line.StartsWith(header, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('`')[1]);
}
