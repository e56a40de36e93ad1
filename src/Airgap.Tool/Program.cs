using Airgap.Tool.Running;

namespace Airgap.Tool;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        using Interruption interruption = new();
        Terminal terminal = Terminal.OfProcess();
        int exitCode = await ToolRunner.RunAsync(args, Identity.OfProcess(), terminal, interruption.Token).ConfigureAwait(false);
        await terminal.FlushAsync().ConfigureAwait(false);
        return exitCode;
    }
}
