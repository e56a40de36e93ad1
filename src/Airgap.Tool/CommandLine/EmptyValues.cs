using System.CommandLine;
using System.CommandLine.Parsing;
using Airgap.Oci;

namespace Airgap.Tool.CommandLine;

/// <summary>
/// Refuses flags and arguments whose value is empty or only spaces, as an unset variable in a script makes it: otherwise a gate or a
/// policy could be skipped silently. imgpkg's own flags keep imgpkg's meaning of an empty value, mostly that the flag is absent.
/// </summary>
/// <remarks>Source: the flags of imgpkg 0.43.1.</remarks>
internal static class EmptyValues
{
    // imgpkg's flags with the same meaning in every command.
    private static readonly string[] s_shared =
    [
        "--column", "--registry-ca-cert-path", "--registry-username", "--registry-password", "--registry-token",
        "--registry-response-header-timeout", "--registry-retry-count",
    ];

    private static readonly Dictionary<string, string[]> s_own = new(StringComparer.Ordinal)
    {
        ["copy"] = ["--bundle", "--image", "--lock", "--tar", "--to-repo", "--to-tar", "--lock-output", "--concurrency"],
        ["describe"] = ["--bundle", "--output-type", "--concurrency"],
        ["pull"] = ["--bundle", "--image", "--lock", "--output"],
        ["push"] =
        [
            "--bundle", "--image", "--file", "--file-exclusion", "--file-exclude-defaults", "--labels", "--lock-output",
        ],
        ["tag list"] = ["--image"],
        ["tag resolve"] = ["--image"],
    };

    /// <summary>The empty values of a command line, each flag once.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="args">Its words; needed because the parser keeps no value for <c>--flag=</c>.</param>
    public static IEnumerable<Diagnostic> Of(ParseResult parsed, string[] args)
    {
        HashSet<string> bare = [.. args.TakeWhile(word => word != "--").Where(word => word.EndsWith('=')).Select(word => word[..^1])];
        Command command = parsed.CommandResult.Command;
        foreach (Option option in command.Options.Concat(command.Parents.OfType<Command>().SelectMany(above => above.Options)))
        {
            if (option.ValueType == typeof(bool) || IsOfImgpkg(command, option))
                continue;
            if (HasEmpty(parsed.GetResult(option)?.Tokens) || option.Aliases.Append(option.Name).Any(bare.Contains))
                yield return new Diagnostic(
                    ErrorCode.InvalidArgument, $"The flag {option.Name} has an empty value.",
                    $"Give {option.HelpName ?? "a value"}, or leave the flag out (an unset variable?).");
        }

        foreach (Argument argument in command.Arguments)
        {
            if (HasEmpty(parsed.GetResult(argument)?.Tokens))
                yield return new Diagnostic(
                    ErrorCode.InvalidArgument, $"The argument {argument.Name} is empty.",
                    "Give a value, or leave the argument out (an unset variable?).");
        }
    }

    /// <summary>True for a flag that imgpkg also has.</summary>
    public static bool IsOfImgpkg(Command command, Option option) =>
        s_shared.Contains(option.Name) || (s_own.TryGetValue(PathOf(command), out string[]? own) && own.Contains(option.Name));

    /// <summary>The words of a command: "tag list", not "list".</summary>
    public static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
            ? $"{PathOf(parent)} {command.Name}" : command.Name;

    private static bool HasEmpty(IReadOnlyList<Token>? tokens) => tokens?.Any(token => string.IsNullOrWhiteSpace(token.Value)) == true;
}
