using System.CommandLine;
using System.CommandLine.Parsing;
using Airgap.Oci;
using Airgap.Tool.Running;

namespace Airgap.Tool.CommandLine;

/// <summary>Refuses flags that a command does not have and that the parser took for its arguments.</summary>
internal static class UnknownFlags
{
    /// <summary>The refusals.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="args">Its words. Every word after <c>--</c> is an argument, even one that looks like a flag.</param>
    /// <param name="identity">The name in the advice.</param>
    public static IEnumerable<Diagnostic> Of(ParseResult parsed, string[] args, Identity identity)
    {
        Command command = parsed.CommandResult.Command;
        HashSet<string> before = [.. args.TakeWhile(word => word != "--")];
        foreach (Token token in command.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? [])
            .Where(token => token.Value is ['-', _, ..] && before.Contains(token.Value)))
            yield return UsageErrors.UnknownFlag(token.Value, command, UsageErrors.HelpHint(parsed, identity));
    }
}
