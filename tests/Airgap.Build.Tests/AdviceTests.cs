using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.TestKit;

namespace Airgap.Build.Tests;

/// <summary>A build never advises an option of the command line.</summary>
[TestClass]
public sealed partial class AdviceTests
{
    [TestMethod]
    public void EveryCodeWhoseTextNamesAnOptionHasAdviceInTheWordsOfAProject()
    {
        List<string> missing = [];
        int found = 0;
        foreach (string folder in (string[])["Airgap.Oci", "Airgap.Transfer"])
        {
            string root = Path.Combine(Fixtures.RepositoryRoot, "src", folder);
            foreach (string file in Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories).Where(file => !NotOfABuild().IsMatch(file)))
            {
                string[] lines = File.ReadAllLines(file);
                for (int i = 0; i < lines.Length; i++)
                {
                    if (lines[i].Contains("///", StringComparison.Ordinal) || !Literal().Matches(lines[i]).Any(literal => BuildAdvice.Option().IsMatch(OthersCommands().Replace(literal.Value.Trim('"'), ""))))
                        continue;
                    found++;
                    string? code = Enumerable.Range(0, i + 1).Select(back => i - back).Select(at => Code().Match(lines[at])).FirstOrDefault(match => match.Success)?.Groups[1].Value;
                    if (code is null || !BuildAdvice.ByCode.ContainsKey(Enum.Parse<ErrorCode>(code)))
                        missing.Add($"{file}({i + 1}): {code}: {lines[i].Trim()}");
                }
            }
        }

        Assert.IsGreaterThan(5, found, "The search finds what is there.");
        Assert.IsEmpty(missing, string.Join('\n', missing));
        Assert.IsEmpty(BuildAdvice.ByCode.Where(pair => BuildAdvice.Option().IsMatch(pair.Value)));
    }

    [TestMethod]
    public void ABundleThatIsDeclaredAsAnImageIsToldByItsItem()
    {
        Diagnostic told = BuildAdvice.Of(new Diagnostic(ErrorCode.UnexpectedBundle, "Expected bundle flag when copying a bundle (hint: Use -b instead of -i for bundles): host.io/a:v1.", "Relocate it as a bundle."));
        Assert.AreEqual("Expected bundle flag when copying a bundle: host.io/a:v1. Declare it as ImgpkgBundle, so that its images come along.", told.Text);
        Diagnostic own = new(ErrorCode.NotABundle, "The archive a.tar holds a plain image, not host.io/a:v1.", "Declare it as ImgpkgImage.");
        Assert.AreEqual(own, BuildAdvice.Of(own));
    }

    // What commands do that a build never runs; and pushes and productions name files, not options, in a build.
    [GeneratedRegex(@"[/\\](obj|bin|Pulling|Pushing|Describing)[/\\]")]
    private static partial Regex NotOfABuild();

    // Commands of other programs are theirs to type; so is the one that makes a lock by hand.
    [GeneratedRegex(@"'(kbld|imgpkg|skopeo|ctr|dotnet airgap) [^']*'|kbld over packages/ with --imgpkg-lock-output|or --image [^;]*;")]
    private static partial Regex OthersCommands();

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"ErrorCode\.(\w+)")]
    private static partial Regex Code();
}
