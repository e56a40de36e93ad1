using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.EndToEnd.Secrets;

/// <summary>All commands, from the tree that the tool itself parses with.</summary>
internal static class CommandTreePaths
{
    /// <summary>Such as <c>tag list</c>. Includes groups, but not the root.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Below(Root(), "")];

    /// <summary>The tree itself.</summary>
    public static RootCommand Root()
    {
        GlobalFlags globals = new();
        return CommandTree.Create(
            new CommandHost(Identity.Of(Identity.OwnName, "1"), new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals),
            globals);
    }

    private static IEnumerable<string> Below(Command command, string path) =>
        command.Subcommands.SelectMany(sub => Below(sub, $"{path} {sub.Name}".Trim()).Prepend($"{path} {sub.Name}".Trim()));
}
