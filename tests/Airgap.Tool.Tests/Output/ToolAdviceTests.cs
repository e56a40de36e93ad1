using System.CommandLine;
using System.Text.RegularExpressions;
using Airgap.Oci;
using Airgap.TestKit;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Output;

/// <summary>The libraries' advice uses neutral terms, and the tool adds its flags.</summary>
[TestClass]
public sealed partial class ToolAdviceTests
{
    // Messages of imgpkg, which scripts match.
    private static readonly string[] s_imgpkg =
    [
        "the --include-non-distributable-layers flag should have been provided",
        "consider using --bundle (-b) option",
        "Expected --output to be none empty",
    ];

    [TestMethod]
    [DataRow("Airgap.Oci")]
    [DataRow("Airgap.Transfer")]
    [DataRow("Airgap.Publishing")]
    public void NoTextOfALibrary_NamesAFlagOrAProperty(string library)
    {
        List<string> named = [];
        foreach (string file in Directory.GetFiles(
            Path.Combine(Fixtures.RepositoryRoot, "src", library), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Made().IsMatch(file) && !Path.GetFileName(file).StartsWith("PropertyNames.", StringComparison.Ordinal)))
        {
            string[] lines = File.ReadAllLines(file);
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].TrimStart().StartsWith("//", StringComparison.Ordinal))
                    continue;
                foreach (string text in Literal().Matches(lines[i]).Select(match => OthersCommand().Replace(match.Value, "")))
                {
                    if (Flag().IsMatch(text) && !s_imgpkg.Any(phrase => text.Contains(phrase, StringComparison.Ordinal)))
                        named.Add($"{Path.GetFileName(file)}({i + 1}): {text}");
                }
            }
        }

        Assert.IsEmpty(named, string.Join('\n', named));
    }

    [TestMethod]
    public void EveryTerm_HasItsWord_AndIsNoPartOfAnother()
    {
        Assert.AreSequenceEqual(AdviceTerms.All.Order(StringComparer.Ordinal), ToolAdvice.Words.Keys.Order(StringComparer.Ordinal));
        Assert.IsEmpty(AdviceTerms.All.Where(
            term => AdviceTerms.All.Any(other => other != term && other.Contains(term, StringComparison.OrdinalIgnoreCase))));
        Assert.IsEmpty(ToolAdvice.Words.Values.Where(word => word.Contains("Airgap", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AWarning_NamesTheFlag() => Assert.AreEqual(
        "Left out. Request non-distributable layers (--include-non-distributable-layers) to copy them.",
        ToolAdvice.Of(new Diagnostic(ErrorCode.LayersSkipped, "Left out.", "Request non-distributable layers to copy them.")).Text);

    [TestMethod]
    public void Advice_NamesNoFlagThatTheCommandLacks()
    {
        GlobalFlags globals = new();
        Command root = CommandTree.Create(
            new CommandHost(Identity.Of(Identity.OwnName, "1"), new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals),
            globals);
        Command[] commands = [.. Subcommands(root)];
        Assert.IsGreaterThan(20, commands.Length);
        foreach (Command command in commands)
        {
            HashSet<string> flags = [.. command.Options.SelectMany(option => option.Aliases.Prepend(option.Name))];
            foreach (string term in AdviceTerms.All)
            {
                string advice = ToolAdvice.Of(new Diagnostic(ErrorCode.Canceled, "It failed.", $"Or {term}."), command).Advice;
                if (advice.Contains("copy ", StringComparison.Ordinal) || advice.Contains("archive ", StringComparison.Ordinal))
                    continue;
                foreach (string flag in Flag().Matches(advice).Select(match => match.Value))
                    Assert.Contains(flag, flags, $"{command.Name}: {advice}");
            }
        }

        Command publish = commands.Single(command => command.Name == "publish");
        Command copy = commands.Single(command => command.Name == "copy");
        Diagnostic full = new(ErrorCode.DiskFull, "It is full.", $"Free some space and {AdviceTerms.Resume}.");
        Assert.AreEqual("Free some space and run it again to resume.", ToolAdvice.Of(full, publish).Advice);
        Assert.AreEqual("Free some space and run it again to resume (--resume).", ToolAdvice.Of(full, copy).Advice);

        IEnumerable<Command> Subcommands(Command command) =>
            command.Subcommands.SelectMany(sub => Subcommands(sub).Prepend(sub));
    }

    [GeneratedRegex(@"[/\\](obj|bin)[/\\]")]
    private static partial Regex Made();

    [GeneratedRegex("\"(?:[^\"\\\\]|\\\\.)*\"")]
    private static partial Regex Literal();

    // A property is named by its constant, in braces.
    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]+|\bAirgap[A-Z]\w+")]
    private static partial Regex Flag();

    // Command lines of other programs keep the flags of those programs.
    [GeneratedRegex("'(kbld|imgpkg|skopeo|ctr|docker|kubectl) [^']*'")]
    private static partial Regex OthersCommand();
}
