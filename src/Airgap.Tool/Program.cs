using Airgap.Tool.Running;

namespace Airgap.Tool;

internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        if (!QuickVersion.IsAskedFor(args))
            return RunAsync(args);
        using Stream output = Console.OpenStandardOutput();
        QuickVersion.Write(Identity.OfProcess(), output);
        return Task.FromResult(0);
    }

    private static async Task<int> RunAsync(string[] args)
    {
        using Interruption interruption = new();
        Terminal terminal = Terminal.OfProcess();
        int exitCode = await ToolRunner.RunAsync(args, Identity.OfProcess(), terminal, interruption.Token).ConfigureAwait(false);
        await terminal.FlushAsync().ConfigureAwait(false);
        return exitCode;
    }
}
