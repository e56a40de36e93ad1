using System.CommandLine;
using System.CommandLine.Parsing;
using Airgap.Oci;
using Airgap.Publishing.Declarations;
using Airgap.Tool.Running;

namespace Airgap.Tool.CommandLine;

/// <summary>The errors of a command line, each with the nearest valid word.</summary>
internal static class UsageErrors
{
    /// <summary>Each error, listed once.</summary>
    public static IEnumerable<Diagnostic> Of(ParseResult parsed, Identity identity)
    {
        Command command = parsed.CommandResult.Command;
        string help = HelpHint(parsed, identity);
        HashSet<string> seen = [.. parsed.UnmatchedTokens];
        foreach (string token in parsed.UnmatchedTokens)
        {
            string what = token.StartsWith('-') ? "flag" : command.Subcommands.Count > 0 ? "command" : "argument";
            string? near = Nearest(token, command);
            string message = identity.IsImgpkg && what == "argument"
                ? $"command '{HelpWriter.Path(command, identity)}' does not accept extra arguments '{token}'"
                : $"Unknown {what} '{token}'.";
            yield return new Diagnostic(ErrorCode.InvalidArgument, message, near is null ? help : $"Did you mean '{near}'? {help}");
            // What follows belongs to the command that was meant.
            if (what == "command")
                break;
        }

        foreach (ParseError error in parsed.Errors)
        {
            if (seen.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)) || !seen.Add(error.Message))
                continue;
            yield return new Diagnostic(ErrorCode.InvalidArgument, error.Message, help);
        }
    }

    /// <summary>A flag that the command does not have.</summary>
    public static Diagnostic UnknownFlag(string token, Command command, string help) => new(
        ErrorCode.InvalidArgument, $"Unknown flag '{token}'.",
        Nearest(token, command) is { } near ? $"Did you mean '{near}'? {help}" : help);

    /// <summary>The command that explains the command line.</summary>
    public static string HelpHint(ParseResult parsed, Identity identity) =>
        $"See '{HelpWriter.Path(parsed.CommandResult.Command, identity)} --help'.";

    /// <summary>The flag or command spelt most like a token; null when none is close.</summary>
    public static string? Nearest(string token, Command command)
    {
        string typed = token.Split('=', ':')[0];
        IEnumerable<string> known = typed.StartsWith('-')
            ? command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options)).Where(option => !option.Hidden)
            .Select(option => option.Name)
            : command.Subcommands.Select(sub => sub.Name);
        (string Name, int Distance) best = known
            .Select(name => (Name: name, Distance: NearestName.Distance(typed, name)))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, typed.Length / 3) ? best.Name : null;
    }
}
