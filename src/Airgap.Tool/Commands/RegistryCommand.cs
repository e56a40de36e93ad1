using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>registry</c>: the commands about the folder of a registry.</summary>
internal static class RegistryCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("registry", "Looks after the folder of a registry that does not run.");
        command.Subcommands.Add(RegistryGcCommand.Create(host));
        command.Action = new HelpWriter.Action(host, exitCode: 1);
        return command;
    }
}
