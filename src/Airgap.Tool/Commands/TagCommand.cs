using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>tag</c>: the commands about tags.</summary>
internal static class TagCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("tag", "Lists and resolves tags.");
        command.Subcommands.Add(TagListCommand.Create(host));
        command.Subcommands.Add(TagResolveCommand.Create(host));
        command.Action = new HelpWriter.Action(host, exitCode: 1);
        return command;
    }
}
