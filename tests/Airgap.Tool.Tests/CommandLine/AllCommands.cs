using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests.CommandLine;

/// <summary>The tool's commands, for tests over all of them.</summary>
internal static class AllCommands
{
    /// <summary>The root of all commands.</summary>
    public static RootCommand Root()
    {
        GlobalFlags globals = new();
        return CommandTree.Create(
            new CommandHost(Identity.Of(Identity.OwnName, "1"), new Terminal(TextWriter.Null, TextWriter.Null, false, false), globals),
            globals);
    }

    /// <summary>Every command with its words, such as <c>tag list</c>.</summary>
    public static IEnumerable<(string Path, Command Command)> Below() => Below(Root(), "");

    private static IEnumerable<(string Path, Command Command)> Below(Command command, string path) =>
        command.Subcommands.SelectMany(sub => Below(sub, $"{path} {sub.Name}".Trim()).Prepend(($"{path} {sub.Name}".Trim(), sub)));
}
