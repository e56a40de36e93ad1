using System.CommandLine;
using System.CommandLine.Help;
using Airgap.Tool.Commands;
using Airgap.Tool.Running;

namespace Airgap.Tool.CommandLine;

/// <summary>All commands under their root.</summary>
internal static class CommandTree
{
    /// <summary>Makes the tree. Cheap: it creates only symbols.</summary>
    public static RootCommand Create(CommandHost host, GlobalFlags globals)
    {
        RootCommand root =
            new("Relocates Carvel imgpkg bundles between registries and archives, and writes their PackageRepository manifests.");
        root.Subcommands.Add(ApplyCommand.Create(host));
        root.Subcommands.Add(ArchiveCommand.Create(host));
        root.Subcommands.Add(AuditCommand.Create(host));
        root.Subcommands.Add(CompletionCommand.Create(host));
        root.Subcommands.Add(CopyCommand.Create(host));
        root.Subcommands.Add(DescribeCommand.Create(host));
        root.Subcommands.Add(DiffCommand.Create(host));
        root.Subcommands.Add(DoctorCommand.Create(host));
        root.Subcommands.Add(HelpCommand.Create(host, root));
        root.Subcommands.Add(InitCommand.Create(host));
        root.Subcommands.Add(MirrorsCommand.Create(host));
        root.Subcommands.Add(OutdatedCommand.Create(host));
        root.Subcommands.Add(PackageRepositoryCommand.Create(host));
        root.Subcommands.Add(PackagesCommand.Create(host));
        root.Subcommands.Add(PruneCommand.Create(host));
        root.Subcommands.Add(PublishCommand.Create(host));
        root.Subcommands.Add(PullCommand.Create(host));
        root.Subcommands.Add(PushCommand.Create(host));
        root.Subcommands.Add(RegistryCommand.Create(host));
        root.Subcommands.Add(SecretCommand.Create(host));
        root.Subcommands.Add(ServeCommand.Create(host));
        root.Subcommands.Add(TagCommand.Create(host));
        root.Subcommands.Add(VerifyCommand.Create(host));
        root.Subcommands.Add(VersionCommand.Create(host));
        globals.AddTo(root);
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
                help.Action = new HelpWriter.Action(host, exitCode: 0);
            else if (option is VersionOption version)
            {
                version.Aliases.Add("-v");
                version.Action = new VersionCommand.OptionAction(host);
            }
        }

        // imgpkg's root command prints its help and fails.
        root.Action = new HelpWriter.Action(host, exitCode: 1);
        return root;
    }
}
