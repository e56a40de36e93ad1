using System.Text;
using Airgap.Tool.Commands;

namespace Airgap.Tool.Running;

/// <summary>
/// Answers the bare <c>version</c> before anything is loaded that the other commands need: scripts ask for it before every use, and the
/// command line's symbols cost three times what the rest does.
/// </summary>
internal static class QuickVersion
{
    /// <summary>True for command lines that ask for the version and say nothing else.</summary>
    public static bool IsAskedFor(string[] args) => args is ["version"] or ["--version"] or ["-v"];

    /// <summary>Writes the version to a stream.</summary>
    public static void Write(Identity identity, Stream output) => output.Write(Encoding.UTF8.GetBytes(VersionCommand.Line(identity)));
}
