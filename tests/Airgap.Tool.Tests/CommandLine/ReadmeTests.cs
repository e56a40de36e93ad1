using System.CommandLine;
using System.CommandLine.Help;
using System.Text.RegularExpressions;
using Airgap.TestKit;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>The table for users of imgpkg on the tool's page agrees with the command tree.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    [TestMethod]
    public void EveryFlag_IsInTheTable_UnderItsCommand()
    {
        HashSet<(string Command, string Flag)> table = Table();
        (string Command, string Flag)[] missing = [.. Tree().Where(pair => !table.Contains(pair))];

        Assert.IsEmpty(missing, string.Join(", ", missing));
    }

    [TestMethod]
    public void EveryFlagOfTheTable_IsInTheTree()
    {
        HashSet<(string Command, string Flag)> tree = [.. Tree()];
        (string Command, string Flag)[] extra = [.. Table().Where(pair => !tree.Contains(pair))];

        Assert.IsNotEmpty(tree);
        Assert.IsEmpty(extra, string.Join(", ", extra));
    }

    // Rows of the section: the commands in the first column, the flags in the second, all as code.
    private static HashSet<(string Command, string Flag)> Table()
    {
        string readme = File.ReadAllText(Path.Combine(Fixtures.RepositoryRoot, "src", "Airgap.Tool", "README.md"));
        string section = readme[readme.IndexOf("\n## For users of imgpkg\n", StringComparison.Ordinal)..];
        int end = section.IndexOf("\n## ", 1, StringComparison.Ordinal);
        section = end < 0 ? section : section[..end];
        HashSet<(string Command, string Flag)> pairs = [];
        foreach (string row in section.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)))
        {
            string[] cells = row.Split('|', StringSplitOptions.TrimEntries);
            string[] commands = cells[1] switch
            {
                "every command" => ["global"],
                "with a registry" => ["registry"],
                _ => [.. Code().Matches(cells[1]).Select(match => match.Groups[1].Value)],
            };
            foreach (string command in commands)
                pairs.UnionWith(Code().Matches(cells[2]).Select(match => (command, match.Groups[1].Value)));
        }

        return pairs;
    }

    private static IEnumerable<(string Command, string Flag)> Tree()
    {
        GlobalFlags globals = new();
        RootCommand root = CommandTree.Create(
            new CommandHost(Identity.Of(Identity.OwnName, "1"), new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals),
            globals);
        return Flags(root, "").Distinct();
    }

    private static IEnumerable<(string Command, string Flag)> Flags(Command command, string path)
    {
        foreach (Option option in command.Options.Where(option => option is not (HelpOption or VersionOption)))
        {
            string place = command is RootCommand
                ? "global" : RegistryFlags.Has(option.Name) ? "registry" : path;
            foreach (string name in option.Aliases.Prepend(option.Name))
                yield return (place, name);
        }

        foreach (Command sub in command.Subcommands)
        {
            foreach ((string Command, string Flag) pair in Flags(sub, $"{path} {sub.Name}".Trim()))
                yield return pair;
        }
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
