using System.CommandLine;
using System.CommandLine.Parsing;
using Airgap.Oci;
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
        HashSet<string> seen = [];
        foreach (string token in parsed.UnmatchedTokens)
        {
            seen.Add(token);
            string what = token.StartsWith('-') ? "flag" : command.Subcommands.Count > 0 ? "command" : "argument";
            string? near = Nearest(token, command);
            string message = identity.IsImgpkg && what == "argument"
                ? $"command '{HelpWriter.Path(command, identity)}' does not accept extra arguments '{token}'"
                : $"Unknown {what} '{token}'.";
            yield return new Diagnostic(ErrorCode.InvalidArgument, message, near is null ? help : $"Did you mean '{near}'? {help}");
        }

        foreach (ParseError error in parsed.Errors)
        {
            if (seen.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)) || !seen.Add(error.Message))
                continue;
            yield return new Diagnostic(ErrorCode.InvalidArgument, error.Message, help);
        }
    }

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
            .Select(name => (Name: name, Distance: Distance(typed, name)))
            .OrderBy(pair => pair.Distance)
            .FirstOrDefault((Name: "", Distance: int.MaxValue));
        return best.Distance <= Math.Max(1, typed.Length / 3) ? best.Name : null;
    }

    /// <summary>
    /// The number of letters by which two words differ: the Levenshtein distance, computed one row at a time.
    /// </summary>
    public static int Distance(string left, string right)
    {
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (left[i - 1] == right[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
