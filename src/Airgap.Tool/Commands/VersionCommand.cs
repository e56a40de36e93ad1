using System.CommandLine;
using System.CommandLine.Invocation;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>version</c>: prints the line that scripts match.</summary>
internal static class VersionCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("version", "Prints the version.", ("The installed version", "version"));
        host.Attach(command, (_, session, _) =>
        {
            session.Report.Version = session.Identity.Version;
            session.WriteBlock(Line(session.Identity));
            if (session.Identity.IsImgpkg)
            {
                session.WriteLine("");
                session.WriteLine("Succeeded");
            }

            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary>The line, with its line feed.</summary>
    public static string Line(Identity identity) => $"{identity.Name} version {identity.Version}\n";

    /// <summary>The action of <c>--version</c>.</summary>
    internal sealed class OptionAction(CommandHost host) : SynchronousCommandLineAction
    {
        /// <inheritdoc/>
        public override int Invoke(ParseResult parseResult)
        {
            host.Terminal.Out.Write(Line(host.Identity));
            return 0;
        }
    }
}
