using System.Text;
using Airgap.Tool.Commands;

namespace Airgap.Tool.Running;

/// <summary>
/// Answers a bare <c>version</c> before loading anything that other commands need: scripts call it before every use,
/// and building the command line's symbols takes three times as long as the rest.
/// </summary>
internal static class QuickVersion
{
    /// <summary>True for a command line that asks only for the version.</summary>
    public static bool IsAskedFor(string[] args) => args is ["version"] or ["--version"] or ["-v"];

    /// <summary>Writes the version to a stream.</summary>
    public static void Write(Identity identity, Stream output) => output.Write(Encoding.UTF8.GetBytes(VersionCommand.Line(identity)));
}
