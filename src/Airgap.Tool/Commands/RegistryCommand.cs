using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>registry</c>: the commands about a registry's folder.</summary>
internal static class RegistryCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("registry", "Maintains the folder of a registry that is not running.");
        command.Subcommands.Add(RegistryGcCommand.Create(host));
        command.Action = new HelpWriter.Action(host, exitCode: 1);
        return command;
    }
}
