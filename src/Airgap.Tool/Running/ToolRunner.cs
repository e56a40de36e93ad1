using System.CommandLine;
using Airgap.Oci;
using Airgap.Tool.CommandLine;
using Airgap.Transfer.Files;

namespace Airgap.Tool.Running;

/// <summary>Parses a command line, runs its command and returns the exit code.</summary>
internal static class ToolRunner
{
    /// <summary>Runs the tool.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="identity">The name and version to show.</param>
    /// <param name="terminal">Where to write.</param>
    /// <param name="cancellationToken">Cancelled when the user interrupts.</param>
    /// <returns>0, 1 for a failure, 130 when interrupted.</returns>
    public static async Task<int> RunAsync(string[] args, Identity identity, Terminal terminal, CancellationToken cancellationToken)
    {
        GlobalFlags globals = new();
        CommandHost host = new(identity, terminal, globals);
        RootCommand root = CommandTree.Create(host, globals);
        if (SuggestRequest.TryRead(args, out string? line))
        {
            foreach (string suggestion in Suggestions.Of(root, line))
                await terminal.Out.WriteLineAsync(suggestion);
            return 0;
        }

        // A word that begins with @ is an ordinary word: response files are not supported.
        ParseResult parsed = root.Parse(
            SwitchValues.Normalize(root, args, out string? problem), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (problem is not null && !HelpWriter.IsAskedFor(parsed))
            return await host.RefuseAsync(
                parsed, [new Diagnostic(ErrorCode.InvalidArgument, problem, UsageErrors.HelpHint(parsed, identity))]);
        if (EmptyValues.Of(parsed, args).ToArray() is { Length: > 0 } empty && !HelpWriter.IsAskedFor(parsed))
            return await host.RefuseAsync(parsed, empty);
        if (parsed.Errors.Count > 0 && !HelpWriter.IsAskedFor(parsed))
            return await host.RefuseAsync(parsed, UsageErrors.Of(parsed, identity));
        if (UnknownFlags.Of(parsed, args, identity).ToArray() is { Length: > 0 } unknown && !HelpWriter.IsAskedFor(parsed))
            return await host.RefuseAsync(parsed, unknown);
        if (RepeatedValues.Refusals(parsed).ToArray() is { Length: > 0 } repeated && !HelpWriter.IsAskedFor(parsed))
            return await host.RefuseAsync(parsed, repeated);
        InvocationConfiguration configuration = new()
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }

    /// <summary>A failure as a diagnostic; a failure without a code is reported as a defect of this product.</summary>
    public static Diagnostic Describe(Exception failure) => failure switch
    {
        AirgapException expected => expected.ToDiagnostic(),
        OperationCanceledException => new Diagnostic(
            ErrorCode.Canceled, "The run was interrupted.", ""),
        // A file error outside our code: a failure of the disk, not a defect.
        _ when IoFailures.IsIoFailure(failure) => IoFailures.TranslateUnnamed(failure).ToDiagnostic(),
        _ => new Diagnostic(
            ErrorCode.Unexpected,
            $"An unexpected failure: {failure.GetType().Name}: {OneLine(failure.Message)}",
            "This is a defect: report it to the project with the command line and, where it can be shared, the output of --debug."),
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
