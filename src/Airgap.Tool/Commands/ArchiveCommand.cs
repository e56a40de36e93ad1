using System.CommandLine;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>archive</c>: the commands about archives as files.</summary>
internal static class ArchiveCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("archive", "Works on archive files: split, join, compare and verify them.");
        command.Subcommands.Add(ArchiveDiffCommand.Create(host));
        command.Subcommands.Add(ArchiveMergeCommand.Create(host));
        command.Subcommands.Add(ArchiveSplitCommand.Create(host));
        command.Subcommands.Add(ArchiveVerifyCommand.Create(host));
        command.Action = new HelpWriter.Action(host, exitCode: 1);
        return command;
    }
}
