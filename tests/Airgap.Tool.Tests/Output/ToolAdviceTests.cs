using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Tool.Output;

namespace Airgap.Tool.Tests.Output;

/// <summary>The tool never advises a property where an option does it.</summary>
[TestClass]
public sealed partial class ToolAdviceTests
{
    [TestMethod]
    public void EveryCodeWhoseTextNamesAPropertyHasAdviceInTheWordsOfTheCommandLine()
    {
        List<string> missing = [];
        int found = 0;
        foreach (string folder in (string[])["Airgap.Oci", "Airgap.Transfer"])
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Fixtures.RepositoryRoot, "src", folder), "*.cs", SearchOption.AllDirectories).Where(file => !Made().IsMatch(file)))
            {
                string[] lines = File.ReadAllLines(file);
                for (int i = 0; i < lines.Length; i++)
                {
                    if (lines[i].Contains("///", StringComparison.Ordinal) || !Literal().Matches(lines[i]).Any(literal => ToolAdvice.Property().IsMatch(literal.Value)))
                        continue;
                    found++;
                    string? code = Enumerable.Range(0, i + 1).Select(back => i - back).Select(at => Code().Match(lines[at])).FirstOrDefault(match => match.Success)?.Groups[1].Value;
                    if (code is null || !ToolAdvice.ByCode.ContainsKey(Enum.Parse<ErrorCode>(code)))
                        missing.Add($"{file}({i + 1}): {code}: {lines[i].Trim()}");
                }
            }
        }

        Assert.IsGreaterThan(3, found, "The search finds what is there.");
        Assert.IsEmpty(missing, string.Join('\n', missing));
        Assert.IsEmpty(ToolAdvice.ByCode.Where(pair => ToolAdvice.Property().IsMatch(pair.Value)));
    }

    [TestMethod]
    public void AWarningNamesTheOption() =>
        Assert.Contains("--include-non-distributable-layers", ToolAdvice.Of(new Diagnostic(ErrorCode.LayersSkipped, "Left out.", "Ask for them.")).Text);

    [GeneratedRegex(@"[/\\](obj|bin)[/\\]")]
    private static partial Regex Made();

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"ErrorCode\.(\w+)")]
    private static partial Regex Code();
}
