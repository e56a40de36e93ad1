using System.Text.RegularExpressions;
using Airgap.TestKit;

namespace Airgap.Oci.Tests;

/// <summary>Tests that need more than their own process have a category, so that the others can run alone.</summary>
[TestClass]
public sealed partial class TestKindTests
{
    [TestMethod]
    public void EveryTest_ThatStartsSomething_HasACategory()
    {
        string tests = Path.Combine(Fixtures.RepositoryRoot, "tests");
        List<string> without = [];
        int with = 0;
        foreach (string file in Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories))
        {
            string text = Comment().Replace(File.ReadAllText(file), "");
            if (!text.Contains("[TestClass]", StringComparison.Ordinal) || Path.GetFileName(file) == $"{nameof(TestKindTests)}.cs")
                continue;
            if (text.Contains($"[TestCategory({nameof(TestKinds)}.", StringComparison.Ordinal))
                with++;
            else if (Starts().Match(text) is { Success: true } match)
                without.Add($"{Path.GetRelativePath(tests, file)}: {match.Value}");
        }

        Assert.IsGreaterThan(100, with);
        Assert.IsEmpty(without, string.Join('\n', without));
    }

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    // The kit's servers, peers and runners, and the classes that start them.
    [GeneratedRegex(@"\b(RegistryFixture|RegistryTest|DockerRegistry|TokenServer|Skopeo|Chromium|FakeKubernetes|CuttingProxy|LatencyProxy|RawServer|ScriptedServer|ServedTool|HelperTest|WireTestBase|SigningTestBase|PackedTool|PackedPackage|TestProject|SecretBench)\b(?!;)|\b(Cli|Dotnet)\.RunAsync|\bBench\.Start|\bnew Process\b")]
    private static partial Regex Starts();
}
