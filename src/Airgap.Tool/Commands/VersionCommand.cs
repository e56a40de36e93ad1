using System.CommandLine;
using System.CommandLine.Invocation;
using Airgap.Tool.CommandLine;
using Airgap.Tool.Running;

namespace Airgap.Tool.Commands;

/// <summary><c>version</c>: the line that scripts match.</summary>
internal static class VersionCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(CommandHost host)
    {
        ToolCommand command = new("version", "Prints the version.", ("What runs here", "version"));
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

    /// <summary>The line itself, with its end.</summary>
    public static string Line(Identity identity) => $"{identity.Name} version {identity.Version}\n";

    /// <summary>What <c>--version</c> does.</summary>
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
