using System.CommandLine;
using System.Text.RegularExpressions;
using Airgap.Publishing.Declarations;
using Airgap.TestKit;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.Pages;

/// <summary>Every command on a page, and in the tool's help, is one that the tool, the package and this repository understand.</summary>
[TestClass]
public sealed partial class CommandExampleTests
{
    // Programs of others; their own documentation describes their arguments.
    private static readonly string[] s_others = ["kubectl", "docker", "htpasswd", "cp", "cd", "git"];

    [TestMethod]
    public void EveryCommand_OnAPage_IsUnderstood()
    {
        List<string> problems = [];
        int understood = 0;
        foreach (PageCommand command in PageExamples.Commands())
        {
            string? problem = WhatIsWrongWith(command.Words);
            if (problem is not null)
                problems.Add($"{command.Place}: {problem}");
            else
                understood++;
        }

        Assert.IsEmpty(problems, string.Join('\n', problems));
        Assert.IsGreaterThan(40, understood, "The pages' commands were not found.");
    }

    [TestMethod]
    public void EveryExample_OfTheHelp_IsUnderstood()
    {
        List<string> problems = [];
        foreach (ToolCommand command in AllBelow(Tree()).OfType<ToolCommand>().Where(command => command.Subcommands.Count == 0))
        {
            Assert.IsNotEmpty(command.Examples, command.Name);
            problems.AddRange(command.Examples.Select(
                example => (example.Line, Wrong: WhatIsWrongWithTool(PageExamples.Split(example.Line))))
                .Where(example => example.Wrong is not null).Select(example => $"{example.Line}: {example.Wrong}"));
        }

        Assert.IsEmpty(problems, string.Join('\n', problems));
    }

    [TestMethod]
    [DataRow("dotnet airgap copy --to-nowhere x", "--to-nowhere")]
    [DataRow("dotnet airgap cpoy", "cpoy")]
    [DataRow("dotnet publish -p:AirgapRegistri=x", "AirgapRegistri")]
    [DataRow("dotnet build -t:PublishBundles", "PublishBundles")]
    [DataRow("dotnet run build/nothing.cs", "build/nothing.cs")]
    [DataRow("kubectl apply -f bin/Release/net10.0/airgap/a.packagerepository.yml", "airgap/a.packagerepository.yml")]
    [DataRow("imagepkg copy", "imagepkg")]
    public void AWrongExample_IsFound(string command, string named) =>
        Assert.Contains(named, WhatIsWrongWith(PageExamples.Split(command)) ?? "nothing");

    private static string? WhatIsWrongWith(string[] words)
    {
        string? path = words.FirstOrDefault(
            word => word.Contains("/airgap/", StringComparison.Ordinal) && word.StartsWith("bin/", StringComparison.Ordinal)
            && !Artifact().IsMatch(word));
        if (path is not null)
            return $"no publish writes {path}";
        return words switch
        {
            ["dotnet-airgap", .. string[] rest] => WhatIsWrongWithTool(rest),
            ["dotnet", "airgap", .. string[] rest] => WhatIsWrongWithTool(rest),
            ["dotnet", .. string[] rest] => WhatIsWrongWithDotnet(rest),
            ["bash", { } script, ..] => WhatIsMissing(script),
            [{ } program, ..] when s_others.Contains(program) => null,
            _ => $"{words[0]} is not a program of the pages",
        };
    }

    // Words in capitals are placeholders for the reader's values.
    private static string? WhatIsWrongWithTool(string[] words)
    {
        if (words.Length == 0 || words[0] == "COMMAND")
            return null;
        ParseResult parsed = Tree().Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.UnmatchedTokens.Select(token => $"unknown: {token}")
            .Concat(parsed.Errors.Select(error => error.Message)).FirstOrDefault();
    }

    private static string? WhatIsWrongWithDotnet(string[] words)
    {
        foreach (string word in words)
        {
            string[] parts = word.Split(':', 2);
            if (parts is ["-p", { } property])
            {
                string name = property.Split('=')[0];
                if (name.StartsWith(PropertyNames.Prefix, StringComparison.Ordinal) && !PropertyNames.All.Contains(name))
                    return $"there is no property {name}";
            }
            else if (parts is ["-t", { } target] && !s_targets.Value.Contains(target))
            {
                return $"the package has no target {target}";
            }
            else if (RepositoryFile().IsMatch(word) && WhatIsMissing(word) is { } missing)
            {
                return missing;
            }
        }

        return words[0] is "publish" or "build" or "run" or "test" or "tool" or "format" or "clean" or "restore"
            || words[0].StartsWith("tests/", StringComparison.Ordinal) ? null : $"no page needs dotnet {words[0]}";
    }

    private static string? WhatIsMissing(string path)
    {
        // A build output counts as existing if its project exists.
        int built = path.IndexOf("/bin/", StringComparison.Ordinal);
        string file = Path.Combine(Fixtures.RepositoryRoot, built < 0 ? path : path[..built]);
        return File.Exists(file) || Directory.Exists(file) ? null : $"there is no {path}";
    }

    private static readonly Lazy<string[]> s_targets =
        new(() => [.. Directory.EnumerateFiles(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Build", "build"), "*.targets")
        .SelectMany(file => Target().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value),
        // Commands of the SDK.
        "PublishContainer"]);

    private static RootCommand Tree()
    {
        GlobalFlags globals = new();
        return CommandTree.Create(
            new CommandHost(Identity.Of(Identity.OwnName, "1"), new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals),
            globals);
    }

    private static IEnumerable<Command> AllBelow(Command command) => command.Subcommands.SelectMany(AllBelow).Prepend(command);

    [GeneratedRegex("<Target Name=\"([A-Z]\\w+)\"")]
    private static partial Regex Target();

    [GeneratedRegex(@"^(build|tests|src|samples|\.ci)/|\.sln$")]
    private static partial Regex RepositoryFile();

    [GeneratedRegex(@"/airgap/?((manifests|secrets)(/|/[\w.-]+\.yml)?|relocation\.(json|html)|plan\.json|kustomization\.yaml|[\w.-]+-lock\.yml)?$")]
    private static partial Regex Artifact();
}
