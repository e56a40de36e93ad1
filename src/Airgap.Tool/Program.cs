using System.Text;
using Airgap.Oci;
using Airgap.Tool.Output;
using Airgap.Tool.Running;

namespace Airgap.Tool;

internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        if (!QuickVersion.IsAskedFor(args))
            return RunAsync(args);
        StandardStream output = StandardStream.Output();
        QuickVersion.Write(Identity.OfProcess(), output);
        return Task.FromResult(ExitCode(0, output, StandardStream.Error()));
    }

    private static async Task<int> RunAsync(string[] args)
    {
        HomeFolder.Ensure();
        using Interruption interruption = new();
        StandardStream output = StandardStream.Output();
        StandardStream error = StandardStream.Error();
        Terminal terminal = Terminal.OfProcess(output, error);
        int exitCode = await ToolRunner.RunAsync(args, Identity.OfProcess(), terminal, interruption.Token);
        await terminal.FlushAsync();
        return ExitCode(exitCode, output, error);
    }

    // A result that could not be written is not a success.
    private static int ExitCode(int exitCode, StandardStream output, StandardStream error)
    {
        if (output.Failure is not { } failure)
            return exitCode;
        Diagnostic problem = new(
            ErrorCode.OutputNotWritten, $"Standard output was not written: {failure}.",
            "Write it to another disk, or to a pipe that is read.");
        error.Write(Encoding.UTF8.GetBytes(DiagnosticText.Of(problem, "Error", Identity.OfProcess()) + "\n"));
        return exitCode == 0 ? 1 : exitCode;
    }
}
