using Airgap.TestKit;
using Airgap.Tool.Running;

namespace Airgap.Tool.Tests;

/// <summary>Runs the tool inside the test's process, for commands that end before any request.</summary>
internal static class InProcess
{
    public static Task<CliResult> RunAsync(params string[] args) => RunAsAsync(Identity.OwnName, args);

    /// <summary>The standard output of a command that succeeds; fails the test otherwise.</summary>
    public static async Task<string> SucceedAsync(params string[] args) => (await RunAsync(args)).EnsureSuccess().Output;

    /// <summary>Under a name, with streams that are not terminals.</summary>
    public static async Task<CliResult> RunAsAsync(string name, params string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        Terminal terminal = new(output, error, OutIsTerminal: false, ErrorIsTerminal: false);
        int exitCode = await ToolRunner.RunAsync(args, Identity.Of(name, "1.2.3"), terminal, CancellationToken.None);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }
}
